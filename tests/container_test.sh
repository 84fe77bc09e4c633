#!/bin/bash
# Builds the Dockerfile and works with what comes of it: the cluster as it starts without a word, published ports, an update
# from outside, its health, its end; then compose.yaml's rotation, where compose is there.
# Usage: container_test.sh REPOSITORY [PACKAGES]. With a folder of Debian packages these are taken, and the first stage of the
# Dockerfile, which makes them, is not tried. Exits with 77 where there is no docker or podman, or no image of Debian 12: that may be
# pulled, or imported (debootstrap bookworm root && tar -C root -c . | podman import - debian:12).
set -euEo pipefail
trap 'echo "failed: line $LINENO" >&2' ERR
repository=$1 packages=${2:-}
image=certdrill-test python_image=certdrill-test-python name=certdrill-test-$$

skip() { echo "skipped: $*" >&2; exit 77; }
fail() { echo "failed: $*" >&2; exit 1; }

runtime=
for candidate in docker podman; do
  if timeout 20 "$candidate" info >/dev/null 2>&1; then runtime=$candidate; break; fi
done
[ "$runtime" ] || skip "there is neither docker nor podman that works here (Debian: apt-get install podman)"
for tool in curl openssl python3; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
has_image() { "$runtime" image inspect "$1" >/dev/null 2>&1 || timeout 60 "$runtime" pull -q "$1" >/dev/null 2>&1; }
has_image debian:12 || skip "the image debian:12 cannot be had by $runtime"
timeout 60 "$runtime" run --rm debian:12 true >/dev/null 2>&1 || skip "$runtime cannot start a container here"
base=debian:12-slim
has_image "$base" || base=debian:12

folder=$(mktemp -d)
export CERTDRILL_PASSWORD=not-the-known-one CERTDRILL_CONTROL_TOKEN=a-token PYTHON_IMAGE=$python_image CERTDRILL_IMAGE=$image
compose=
clean() {
  "$runtime" rm -f "$name" >/dev/null 2>&1 || true
  [ -z "$compose" ] || $compose -p "$name" -f "$repository/compose.yaml" down --volumes >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean EXIT

context=$repository
if [ "$packages" ]; then
  context=$folder/context
  mkdir -p "$context/build/package"
  cp "$packages"/certdrill_*.deb "$context/build/package"
  sed '/^RUN .*dev package$/d' "$repository/Dockerfile" >"$context/Dockerfile"
fi
format=()
[ "$runtime" = docker ] || format=(--format docker)  # the other one has no health checks
"$runtime" build "${format[@]}" -t "$image" --build-arg "BASE=$base" "$context" >"$folder/log" 2>&1 ||
  { tail -n 40 "$folder/log" >&2; fail "the image cannot be built"; }
echo "built; it has $("$runtime" image inspect -f '{{.Size}}' "$image" | awk '{ printf "%d MB", $1 / 1e6 }')"
[[ $("$runtime" run --rm "$image" help) = *rehearse* ]] || fail "'help' does not work in the container"
mkdir "$folder/new"
said=$("$runtime" run --rm --user root -v "$folder/new:/new" "$image" fixtures generate --out /new --only valid/rsa2048 2>&1) ||
  true
[[ $said = *"name a folder in it"* ]] || fail "it does not say what is wrong with a mount point, but: $said"

# The cluster as it starts without a word. Outside, the ports are free ones.
"$runtime" run -d --name "$name" -p 127.0.0.1::9400 -p 127.0.0.1::9403 -p 127.0.0.1::9413 -p 127.0.0.1::9423 "$image" >/dev/null
in_container() { "$runtime" exec "$name" "$@"; }
read -r -t 60 ready < <("$runtime" logs -f "$name" 2>/dev/null) ||
  { "$runtime" logs "$name" >&2; fail "no ready line within a minute"; }
health=$("$runtime" image inspect -f '{{index .Config.Healthcheck.Test 1}}' "$image")
in_container sh -c "$health" || fail "it is ready and not healthy"
[ "$(in_container id -u)" != 0 ] || fail "it runs as root"
"$runtime" logs "$name" 2>"$folder/log" >/dev/null
grep -q 'everybody knows their password' "$folder/log" || fail "it does not warn of its password"
python3 - "$ready" >"$folder/ca.pem" <<'END'
import json, sys
ready = json.loads(sys.argv[1])
assert [node["rest"] for node in ready["nodes"]] == [f"https://127.0.0.1:{port}" for port in (9400, 9410, 9420)], ready
print(ready["ca"])
END
published() { "$runtime" port "$name" "$1/tcp" | head -1; }
in_container certdrill fixtures generate --out /tmp/new --only valid/rsa2048 >/dev/null
in_container cat /tmp/new/valid/rsa2048/request.json >"$folder/request.json"
in_container cat /tmp/new/valid/rsa2048/certificate.pem >"$folder/certificate.pem"
status=$(curl -sS --cacert "$folder/ca.pem" -u admin@cluster.local:certdrill -o "$folder/answer" -w '%{http_code}' -X PUT \
  -H 'Content-Type: application/json' -d "@$folder/request.json" "https://$(published 9400)/v1/cluster/update_cert")
[ "$status" = 200 ] || fail "the update got $status: $(cat "$folder/answer")"
fingerprint() { openssl x509 -noout -fingerprint; }
for port in 9403 9413 9423; do
  presented=$(openssl s_client -connect "$(published $port)" </dev/null 2>/dev/null | fingerprint)
  [ "$presented" = "$(fingerprint <"$folder/certificate.pem")" ] || fail "port $port presents $presented"
done
"$runtime" stop -t 20 "$name" >/dev/null
[ "$("$runtime" inspect -f '{{.State.ExitCode}}' "$name")" = 0 ] || fail "it does not end by itself when it is stopped"
echo "three nodes in a container of $runtime present what was sent from outside"

if [ "$runtime" = docker ]; then
  for candidate in "docker compose" docker-compose; do
    if $candidate version >/dev/null 2>&1; then compose=$candidate; break; fi
  done
fi
[ "$compose" ] || { echo "compose.yaml was not run: there is no docker compose"; exit 0; }
"$runtime" image inspect "$python_image" >/dev/null 2>&1 || printf 'FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends python3\n' |
  "$runtime" build -t "$python_image" - >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "no image with Python"; }
$compose -p "$name" -f "$repository/compose.yaml" run --rm rotation ||
  { $compose -p "$name" -f "$repository/compose.yaml" logs >&2; fail "compose.yaml's rotation failed"; }
echo "compose.yaml's rotation succeeds"
