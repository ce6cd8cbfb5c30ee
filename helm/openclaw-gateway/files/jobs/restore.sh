#!/bin/sh
# Checks SNAPSHOT from /snapshots or S3_URL, and merges it through GATEWAY, which tells all others.
set -eu
umask 077

jobs=$(dirname "$0")
directory=${SNAPSHOTS:-/snapshots}
work=$(mktemp -d)
file="$work/$SNAPSHOT"

if [ -n "${S3_URL:-}" ]; then
  curl -fsS --retry 5 --aws-sigv4 "aws:amz:$S3_REGION:s3" --user "$S3_ACCESS_KEY:$S3_SECRET_KEY" -o "$file" \
    "$S3_URL/$SNAPSHOT"
else
  cp "$directory/$SNAPSHOT" "$file"
fi
if ! sh "$jobs/verify-snapshot.sh" "$file"; then
  echo "Nothing was merged."
  exit 1
fi

parts=0
while read -r line; do
  case "$line" in '#'*) continue ;; esac
  printf '{"part":"%s"}' "$line" > "$work/part.json"
  curl -fsS --retry 5 --retry-all-errors -H 'Content-Type: application/json' -H "X-API-Key: $API_KEY" \
    --data-binary @"$work/part.json" "$GATEWAY/actuator/tokenbucketsnapshot"
  echo
  parts=$((parts + 1))
done < "$file"
rm -rf "$work"
echo "Merged $parts parts of $SNAPSHOT."
