#!/bin/sh
# Downloads all buckets from GATEWAY and keeps them, with a checksum beside, under /snapshots or S3_URL.
set -eu
umask 077

name="buckets-$(date -u +%Y%m%dT%H%M%SZ).snapshot"
directory=${SNAPSHOTS:-/snapshots}
file="/tmp/$name"
curl -fsS --retry 5 --retry-all-errors -o "$file" "$GATEWAY/actuator/tokenbucketsnapshot"
test -s "$file"
sum=$(sha256sum "$file" | cut -d ' ' -f 1)

put() {
  # the name in the URL is what S3 signs; the sum of the content as well
  curl -fsS --retry 5 --aws-sigv4 "aws:amz:$S3_REGION:s3" --user "$S3_ACCESS_KEY:$S3_SECRET_KEY" \
    -H "x-amz-content-sha256: $(sha256sum "$1" | cut -d ' ' -f 1)" -T "$1" "$S3_URL/$2"
}

echo "$sum  $name" > "$file.sha256"
if [ -n "${S3_URL:-}" ]; then
  # the checksum last: a snapshot without one is not whole
  put "$file" "$name"
  put "$file.sha256" "$name.sha256"
else
  cp "$file" "$directory/$name.part"
  mv "$directory/$name.part" "$directory/$name"
  cp "$file.sha256" "$directory/$name.sha256"
  # shellcheck disable=SC2012 # names are our own
  ls -1 "$directory"/buckets-*.snapshot | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do
    rm -f "$old" "$old.sha256"
  done
fi
echo "Saved $name: $(wc -l < "$file") lines, SHA-256 $sum."
