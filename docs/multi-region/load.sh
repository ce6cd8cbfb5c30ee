#!/usr/bin/env bash
# Sends requests to gateways at a steady rate, breaks something meanwhile, and writes every answer to a CSV for check.py.
set -euo pipefail

usage() {
  cat >&2 <<'END'
usage: load.sh [options] URL...

  -r RATE     requests a second to each URL, 1 to 1000 (20)
  -t SECONDS  of each phase (10): one phase, or three with -c: before, cut and healed
  -p PATH     what to ask for (/rate)
  -k KEY      API key of the caller; a new one unless given, whose bucket is full
  -c COMMAND  cuts something off when the second phase begins
  -m COMMAND  mends it when the third begins, or when this script is stopped
  -o FILE     where to write (load.csv)

Before each second it asks every URL for /ready, and sends what one that is not ready should have had to the next, as a
load balancer does. Needs curl 7.84 or newer.
END
  exit 2
}

rate=20 seconds=10 path=/rate key="load-$$-$RANDOM" cut='' mend='' file=load.csv
while getopts r:t:p:k:c:m:o: option; do
  case $option in
    r) rate=$OPTARG ;;
    t) seconds=$OPTARG ;;
    p) path=$OPTARG ;;
    k) key=$OPTARG ;;
    c) cut=$OPTARG ;;
    m) mend=$OPTARG ;;
    o) file=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -gt 0 && $rate =~ ^[1-9][0-9]{0,3}$ && $seconds =~ ^[1-9][0-9]*$ ]] || usage
urls=("${@%/}")
parts=$(mktemp -d)
broken=''

finish() {
  rm -rf "$parts"
  if [[ -n $broken ]]; then
    heal
  fi
}
trap finish EXIT
trap 'exit 130' INT TERM

heal() {
  broken=''
  bash -c "$mend"
}

now() {
  local microseconds=${EPOCHREALTIME/[.,]/}
  echo $((microseconds / 1000))
}

# choose INDEX: the first URL that is ready, from that of the index on; that one itself if none is.
choose() {
  local i url
  for ((i = 0; i < ${#urls[@]}; i++)); do
    url=${urls[($1 + i) % ${#urls[@]}]}
    if curl -fs -m 1 -o /dev/null "$url/ready"; then
      echo "$url"
      return
    fi
  done
  echo "${urls[$1]}"
}

# send URL PHASE: the requests of one second.
send() {
  local since=$(($(now) - begin))
  curl -s -m 5 --rate "$rate/s" -H "X-API-Key: $key" -o /dev/null -w '%{http_code} %{time_total}\n' "$1$path?n=[1-$rate]" |
    awk -v since="$since" -v url="$1" -v phase="$2" -v rate="$rate" \
      '{ printf "%s,%.3f,%s,%s,%.1f\n", phase, since / 1000 + (NR - 1) / rate, url, $1, $2 * 1000 }' || true
}

# worker INDEX PHASE: a phase of what one URL is to have.
worker() {
  local second left start
  start=$(now)
  for ((second = 1; second <= seconds; second++)); do
    send "$(choose "$1")" "$2"
    left=$((start + second * 1000 - $(now)))
    if ((left > 0)); then
      sleep "$(printf '%d.%03d' $((left / 1000)) $((left % 1000)))"
    fi
  done > "$parts/$2-$1"
}

phase() {
  local index
  echo "$1: $seconds s, $((rate * ${#urls[@]})) requests a second"
  for index in "${!urls[@]}"; do
    worker "$index" "$1" &
  done
  wait
}

begin=$(now)
phase before
if [[ -n $cut ]]; then
  broken=yes
  bash -c "$cut"
  phase cut
  heal
  phase healed
fi
{
  echo phase,second,url,status,milliseconds
  sort -t , -k 2 -n "$parts"/*
} > "$file"
echo "$(($(wc -l < "$file") - 1)) requests of $key, in $file"
awk -F , '$4 == 200 || $4 == 429 { answered = 1 } END { exit !answered }' "$file" || {
  echo "No gateway answered." >&2
  exit 1
}
