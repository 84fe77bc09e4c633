#!/bin/sh
# Repeats until the answer is 200, whatever the answer was: what a first retry loop looks like.
umask 077
body=$(mktemp)
trap 'rm -f "$body"' EXIT
text() { sed -z 's/\n/\\n/g' "$1"; }
printf '{"name": "%s", "key": "%s", "certificate": "%s"}' \
  "$CERTDRILL_NAME" "$(text "$CERTDRILL_KEY")" "$(text "$CERTDRILL_CHAIN")" >"$body"

for attempt in 1 2 3 4 5 6 7 8 9 10; do
  status=$(printf 'user = "%s:%s"\n' "$CERTDRILL_USERNAME" "$CERTDRILL_PASSWORD" |
    curl -s -K - -o /dev/null -w '%{http_code}' --max-time 30 --cacert "$CERTDRILL_CA" \
      --connect-to "::$CERTDRILL_HOST:$CERTDRILL_PORT" -X PUT -H 'Content-Type: application/json' \
      --data-binary "@$body" "https://$CERTDRILL_CLUSTER:$CERTDRILL_PORT/v1/cluster/update_cert")
  [ "$status" = 200 ] && exit 0
  echo "attempt $attempt: $status" >&2
  sleep 1
done
exit 1
