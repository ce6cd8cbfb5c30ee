#!/bin/sh
# Checks SNAPSHOT from /snapshots or S3_URL against its checksum, and merges it through GATEWAY, which tells all others.
set -eu
umask 077

directory=${SNAPSHOTS:-/snapshots}

get() {
  curl -fsS --retry 5 --aws-sigv4 "aws:amz:$S3_REGION:s3" --user "$S3_ACCESS_KEY:$S3_SECRET_KEY" -o "$2" "$S3_URL/$1"
}

cd /tmp
if [ -n "${S3_URL:-}" ]; then
  get "$SNAPSHOT" "$SNAPSHOT"
  get "$SNAPSHOT.sha256" "$SNAPSHOT.sha256"
else
  cp "$directory/$SNAPSHOT" "$directory/$SNAPSHOT.sha256" .
fi
if ! sha256sum -c "$SNAPSHOT.sha256"; then
  echo "$SNAPSHOT is not what was saved: nothing was merged."
  exit 1
fi

lines=0
while read -r line; do
  printf '{"part":"%s"}' "$line" > part.json
  curl -fsS --retry 5 --retry-all-errors -H 'Content-Type: application/json' -H "X-API-Key: $API_KEY" \
    --data-binary @part.json "$GATEWAY/actuator/tokenbucketsnapshot"
  echo
  lines=$((lines + 1))
done < "$SNAPSHOT"
echo "Merged $lines lines of $SNAPSHOT."
