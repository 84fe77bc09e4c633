#!/bin/bash
# Rotates one certificate with bash, curl and openssl, and exits with 0 if and only if every node presents the new one.
# It does what rotate.py does, for where there is no Python; standard error says why it did not.
set -u
umask 077 # what it writes holds the key and the password
sends=5 most_seconds=60 settle_seconds=2 looks=3

: "${CERTDRILL_NODES:?} ${CERTDRILL_CLUSTER:?} ${CERTDRILL_USERNAME:?} ${CERTDRILL_PASSWORD:?} ${CERTDRILL_CA:?}"
: "${CERTDRILL_NAME:?} ${CERTDRILL_CHAIN:?} ${CERTDRILL_KEY:?} ${CERTDRILL_PRESENTED?}"
IFS=, read -ra nodes <<<"$CERTDRILL_NODES"     # https://host:port of every node's REST API
IFS=, read -ra ports <<<"$CERTDRILL_PRESENTED" # host:port where each node presents the certificate

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# One file for each certificate of a PEM text: FOLDER/1, FOLDER/2, ...
split() {
  rm -rf "$2" && mkdir "$2"
  tr -d '\r' <"$1" | awk -v folder="$2" '/-----BEGIN CERTIFICATE/ { n++; open = 1 }
    open { print > (folder "/" n) } /-----END CERTIFICATE/ { open = 0 }'
}
hash() { openssl x509 -outform DER 2>/dev/null | openssl dgst -sha256 -r; }
split "$CERTDRILL_CHAIN" "$work/chain"
count=$(find "$work/chain" -type f | wc -l)
[ "$count" -gt 0 ] || { echo "$CERTDRILL_CHAIN holds no certificate" >&2; exit 2; }
leaf=$(hash <"$work/chain/1")
root=$work/chain/$count

# Password and key reach curl by files: its arguments can be read by everybody on this machine.
quoted() { local text=${1//\\/\\\\}; printf '"%s"' "${text//\"/\\\"}"; }
printf 'user = %s\n' "$(quoted "$CERTDRILL_USERNAME:$CERTDRILL_PASSWORD")" >"$work/curl"
json() { printf '"'; tr -d '\r' <"$1" | awk '{ printf "%s\\n", $0 }'; printf '"'; }
{
  printf '{"name": "%s", "certificate": %s' "$CERTDRILL_NAME" "$(json "$CERTDRILL_CHAIN")"
  [ ! -s "$CERTDRILL_KEY" ] || printf ', "key": %s' "$(json "$CERTDRILL_KEY")" # a CA to trust has none
  printf '}'
} >"$work/update_cert"
{ printf '{"certificates": ['; cat "$work/update_cert"; printf ']}'; } >"$work/certificates"
cp "$CERTDRILL_CA" "$work/ca"
# Half-way through a rotation of api, some nodes have the old one and some the new one.
[ "$CERTDRILL_NAME" != api ] || cat "$root" >>"$work/ca"

# ask NODE METHOD PATH SECONDS [BODY]: sets $status (000: no answer) and $elsewhere, leaves $work/answer and $work/headers.
ask() {
  local rest=${1#https://} sent=()
  [ $# -lt 5 ] || sent=(-H 'Content-Type: application/json' --data-binary "@$5")
  rm -f "$work/answer" "$work/headers"
  # By its name, so that the certificate is verified for it, whatever the address.
  read -r status elsewhere < <(curl -q -s -K "$work/curl" --cacert "$work/ca" --noproxy '*' --connect-timeout 5 \
    --max-time "$4" --connect-to "::${rest%:*}:${rest##*:}" -o "$work/answer" -D "$work/headers" -X "$2" \
    -w '%{http_code} %{redirect_url}\n' "${sent[@]}" "https://$CERTDRILL_CLUSTER:${rest##*:}$3" || echo)
  [ -n "${status:-}" ] || status=000
}

# send NODE CALL BODY: the same, and once more where a redirect leads to another of our nodes: nobody else gets the key.
send() {
  local other
  ask "$1" PUT "/v1/cluster/$2" 20 "$3"
  [ "$status" = 307 ] || [ "$status" = 308 ] || return
  for other in "${nodes[@]}"; do
    [[ $elsewhere/ != "$other"/* ]] || { ask "$other" PUT "/v1/cluster/$2" 20 "$3"; return; }
  done
}

calls=(update_cert certificates) # newer versions of the product have only the second one
update() {
  local call
  for call in "${calls[@]}"; do
    send "$1" "$call" "$work/$call"
    [ "$status" = 404 ] || break
    calls=("${calls[1]}" "${calls[0]}")
  done
  reason=$(sed -n 's/.*"\(description\|message\)": *"\([^"]*\)".*/\2/p' "$work/answer" 2>/dev/null | sed 's/-----BEGIN.*//')
  wait=$(tr -d '\r' 2>/dev/null <"$work/headers" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9][0-9]*\)$/\1/p' | tail -1)
}

# The hash of the leaf, where what comes with it leads to our root and it is issued to the cluster.
presented() {
  timeout 10 openssl s_client -connect "$1" -servername "$CERTDRILL_CLUSTER" -verify_hostname "$CERTDRILL_CLUSTER" \
    -CAfile "$root" -no-CApath -no-CAstore -partial_chain -verify_return_error </dev/null 2>/dev/null | hash
}

# Sets $wrong (nodes that have another certificate) and $unseen (nodes that could not be looked at): both empty, complete.
look() {
  local port node seen try
  wrong='' unseen=''
  for port in "${ports[@]}"; do
    for ((try = 0; try < looks; try++)); do # a server's workers do not all change at the same moment
      seen=$(presented "$port")
      [ "$seen" = "$leaf" ] && continue
      if (: <"/dev/tcp/${port%:*}/${port##*:}") 2>/dev/null; then
        wrong+="$port does not present the new chain; "
      else
        unseen+="$port cannot be looked at; "
      fi
      break
    done
  done
  [ -z "$wrong$unseen" ] || return
  # The cluster has one store, and any node tells what is in it.
  local patience=$((${#ports[@]} > 0 ? 10 : 30)) until stored=
  until=$((SECONDS + patience))
  for node in "${nodes[@]}"; do
    ask "$node" GET /v1/cluster/certificates "$patience"
    if [ "$status" = 200 ]; then
      stored=yes
      grep -o "\"${CERTDRILL_NAME}_cert\": *\"[^\"]*\"" "$work/answer" | sed 's/\\r//g; s/\\n/\n/g; s/^[^:]*: *"//' >"$work/text"
      split "$work/text" "$work/stored"
      for seen in "$work"/stored/*; do [ -f "$seen" ] && hash <"$seen"; done | grep -qxF "$leaf" ||
        wrong="another certificate is stored"
    fi
    [ -z "$stored" ] && [ $SECONDS -lt $until ] || break
  done
  [ -n "$stored" ] || [ ${#ports[@]} -gt 0 ] || unseen="no node tells what is stored"
}

if [ ${#ports[@]} -gt 0 ]; then
  look
  [ -n "$wrong$unseen" ] || { echo "$CERTDRILL_NAME: every node has it already."; exit 0; }
fi
sent=0 pause=1 told=
while :; do
  if [ "$told" != 200 ] || [ -n "$wrong" ]; then # after a 200, what only cannot be looked at is no reason to send it again
    node=${nodes[sent % ${#nodes[@]}]}
    update "$node"
    told=$status sent=$((sent + 1))
    echo "update $sent by $node: $told ${reason:0:300}" >&2
  fi
  look
  if [ -z "$wrong$unseen" ]; then
    sleep $settle_seconds
    look
  fi
  # What no port shows, the cluster's word must vouch for.
  if [ -z "$wrong$unseen" ] && { [ ${#ports[@]} -gt 0 ] || [ "$told" = 200 ]; }; then
    echo "$CERTDRILL_NAME is rotated: every node has the new certificate."
    exit 0
  fi
  case $told in 400 | 401 | 403 | 404 | 405 | 406 | 413 | 415)
    echo "refused for good: $told ${reason:0:300}" >&2
    break ;;
  esac
  [ "${wait:-0}" -le $pause ] || pause=$wait
  [ $sent -lt $sends ] && [ $((SECONDS + pause)) -lt $most_seconds ] || break
  sleep $pause
  pause=$((pause * 2))
done
echo "$CERTDRILL_NAME is not rotated on every node: $wrong$unseen" >&2
exit 1
