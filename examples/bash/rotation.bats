# bats rotation.bats

setup() {
  certdrill-sim --port 0 --ready-file "$BATS_TEST_TMPDIR/ready" >"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
  simulator=$!
  until [ -s "$BATS_TEST_TMPDIR/ready" ]; do kill -0 "$simulator"; sleep 0.02; done
  ready '.ca' >"$BATS_TEST_TMPDIR/ca.pem"
  control=$(ready .control)
}

teardown() { kill "$simulator"; }

ready() { jq -r "$1" "$BATS_TEST_TMPDIR/ready"; }

# The code under test: one update, its status.
update() {
  curl -s -o /dev/null -w '%{http_code}' --cacert "$BATS_TEST_TMPDIR/ca.pem" -u "$(ready '"\(.username):\(.password)"')" \
    -X PUT -H 'Content-Type: application/json' -d "@$CERTDRILL_REQUEST" "$(ready '.nodes[0].rest')/v1/cluster/update_cert"
}

@test "a lost confirmation is 409, and the retry finishes the job" {
  curl -sf -o /dev/null -X PUT "$control/sim/v1/drills/ack-lost"
  [ "$(update)" = 409 ]
  [ "$(update)" = 200 ]
  [ "$(curl -s "$control/sim/v1/convergence" | jq .converged)" = true ]
}
