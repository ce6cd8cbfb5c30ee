#!/bin/sh
# Whether the file $1 is a whole snapshot: its first line names the version, its last the checksum of all before it.
set -eu

refuse() {
  echo "$(basename "$1") $2."
  exit 1
}

case "$(head -n 1 "$1")" in
  '# openclaw-buckets 1') ;;
  '# openclaw-buckets '*) refuse "$1" "is of a version that this script does not know" ;;
  *) refuse "$1" "is no snapshot" ;;
esac
last=$(tail -n 1 "$1")
case "$last" in
  '# sha256 '*) ;;
  *) refuse "$1" "is truncated" ;;
esac
sum=$(sed '$d' "$1" | sha256sum | cut -d ' ' -f 1)
parts=$(grep -c -v '^#' "$1" || true)
[ "$last" = "# sha256 $sum $parts" ] || refuse "$1" "was altered"
