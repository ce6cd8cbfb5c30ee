set -eu
for path in /healthz /ready /metrics /status; do
  curl -fsS --retry 10 --retry-all-errors -o /dev/null "$GATEWAY$path"
done
for _ in $(seq 30); do
  size=$(curl -fsS "$GATEWAY/actuator/replication" | sed -n 's/.*"fleetSize":\([0-9]*\).*/\1/p')
  if [ "${size:-0}" -ge "$GATEWAYS" ]; then
    echo "$size gateways share one budget."
    exit 0
  fi
  sleep 1
done
echo "A gateway counts ${size:-0} in its fleet, not $GATEWAYS: do all reach the same Redis, with the same secret?"
exit 1
