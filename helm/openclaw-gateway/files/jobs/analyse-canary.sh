#!/bin/sh
# Compares a canary with the other gateways by what Prometheus has of the last SECONDS_TO_COMPARE seconds, and fails where
# it is worse. PROMETHEUS is an address; CANARY and OTHERS are label matchers.
set -eu

query() {
  curl -fsS --retry 3 -G --data-urlencode "query=$1" "$PROMETHEUS/api/v1/query" |
    sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p'
}

# number QUERY: its value, 0 where there is none
number() {
  value=$(query "$1")
  case "$value" in '' | NaN) echo 0 ;; *) echo "$value" ;; esac
}

holds() {
  awk "BEGIN { exit !($1) }"
}

own='routeId!~"metrics|live|ready"'
range="[${SECONDS_TO_COMPARE}s]"
wrong='reason=~"reduced_capacity|fallback|unacknowledged"'

requests() { number "sum(increase(spring_cloud_gateway_requests_seconds_count{$1,$own}$range))"; }
errors() { number "sum(increase(spring_cloud_gateway_requests_seconds_count{$1,$own,httpStatusCode=~\"5..\"}$range))"; }
p95() { number "histogram_quantile(0.95, sum by (le) (rate(spring_cloud_gateway_requests_seconds_bucket{$1,$own}$range)))"; }
decisions() { number "sum(increase(openclaw_rate_limit_decisions_total{$1}$range))"; }
rejections() { number "sum(increase(openclaw_rate_limit_violations_total{$1,$wrong}$range))"; }
part() { awk "BEGIN { print ($2 > 0) ? $1 / $2 : 0 }"; }

echo "Comparing for $SECONDS_TO_COMPARE s."
sleep "$SECONDS_TO_COMPARE"

canary_requests=$(requests "$CANARY")
canary_errors=$(part "$(errors "$CANARY")" "$canary_requests")
other_errors=$(part "$(errors "$OTHERS")" "$(requests "$OTHERS")")
canary_p95=$(p95 "$CANARY")
other_p95=$(p95 "$OTHERS")
canary_wrong=$(part "$(rejections "$CANARY")" "$(decisions "$CANARY")")
other_wrong=$(part "$(rejections "$OTHERS")" "$(decisions "$OTHERS")")

printf '%-28s %12s %12s\n' '' canary others
printf '%-28s %12s %12s\n' 'part of 5xx' "$canary_errors" "$other_errors"
printf '%-28s %12s %12s\n' 'p95, seconds' "$canary_p95" "$other_p95"
printf '%-28s %12s %12s\n' 'part of wrong rejections' "$canary_wrong" "$other_wrong"

worse=0
complain() { echo "$1"; worse=1; }

holds "$canary_requests >= $MIN_REQUESTS" ||
  complain "The canary had $canary_requests requests, fewer than $MIN_REQUESTS: that says nothing. Compare for longer, or give it a larger part."
holds "$canary_errors - $other_errors <= $MAX_ERROR_DIFFERENCE" ||
  complain "The canary answers more requests with 5xx than the others."
holds "$canary_p95 <= $LATENCY_FLOOR_SECONDS || $canary_p95 <= $MAX_LATENCY_RATIO * $other_p95" ||
  complain "The canary is slower than the others."
holds "$canary_wrong - $other_wrong <= $MAX_WRONG_REJECTION_DIFFERENCE" ||
  complain "The canary rejects what the budget has tokens for more often than the others."

if [ "$worse" -eq 0 ]; then
  echo "The canary is as good as the others."
fi
exit "$worse"
