#!/usr/bin/env python3
"""Judges a fleet of gateways: what load.sh wrote, the gateways themselves, and what Prometheus has of them.

Prints a line for each hypothesis. Exit status: 0 if all hold, 1 if one does not, 2 if it could not be tried.
"""
import argparse
import csv
import json
import math
import statistics
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

TIMEOUT = 5

# What a run exports, as the CSVs of docs/experiments have it: tokens a second, a part of the capacity, milliseconds.
OWN = 'routeId!~"metrics|live|ready|console"'
QUERIES = {
    "admitted": 'sum(rate(openclaw_rate_limit_decisions_total{outcome="admitted"}[RANGE]))',
    "rejected": 'sum(rate(openclaw_rate_limit_decisions_total{outcome="rejected"}[RANGE]))',
    "drift": "max(openclaw_token_bucket_drift_ratio)",
    "lag": "1000 * max(openclaw_crdt_replication_lag_seconds)",
    "latency_p50": "1000 * histogram_quantile(0.5, sum by (le) (rate(spring_cloud_gateway_requests_seconds_bucket{OWN}[RANGE])))",
    "latency_p95": "1000 * histogram_quantile(0.95, sum by (le) (rate(spring_cloud_gateway_requests_seconds_bucket{OWN}[RANGE])))",
}


class Verdict:
    """Hypotheses, and whether all hold."""

    def __init__(self):
        self.holds = True

    def expect(self, holds, text):
        self.holds = self.holds and holds
        print(("holds  " if holds else "BROKEN ") + text)

    def at_most(self, what, value, most, unit):
        self.expect(value <= most, f"{what}: {value:.1f}{unit}, at most {most:g}{unit}")


def percentile(values, part):
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def read_json(url, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=TIMEOUT) as answer:
        return json.load(answer)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- load

def check_load(options, verdict):
    rows = read_csv(options.file)
    answered = [row for row in rows if row["status"] in ("200", "429")]
    if not answered:
        raise ValueError(f"{options.file} has no request that was answered")
    milliseconds = [float(row["milliseconds"]) for row in answered]
    verdict.at_most("p50", percentile(milliseconds, 0.5), options.p50, " ms")
    verdict.at_most("p95", percentile(milliseconds, 0.95), options.p95, " ms")
    for phase in dict.fromkeys(row["phase"] for row in rows):
        asked = [row for row in rows if row["phase"] == phase]
        errors = sum(row["status"] not in ("200", "429") for row in asked)
        verdict.at_most(f"errors, {phase} ({errors} of {len(asked)})", 100 * errors / len(asked), options.errors, " %")
    check_consumption(rows, options, verdict)


def check_consumption(rows, options, verdict):
    """A caller who asks for more than there is gets a full bucket and what it refills meanwhile, and no more."""
    seconds = [float(row["second"]) for row in rows]
    budget = options.capacity + options.rate * (max(seconds) - min(seconds))
    admitted = sum(row["status"] == "200" for row in rows)
    ideal = min(budget, len(rows))
    off = 100 * (admitted / ideal - 1)
    verdict.expect(abs(off) <= options.consumption,
                   f"consumption: {admitted} admitted of {ideal:.0f} ({off:+.1f} %), within {options.consumption:g} %")


# --- fleet

def read_level(url, options):
    """A bucket's level, and the moments between which it was read."""
    sent = time.monotonic()
    path = f"/actuator/tokenbuckets/{urllib.parse.quote(options.limit)}/{urllib.parse.quote(options.key, safe='')}"
    bucket = read_json(url + path)
    return bucket["level"], sent, time.monotonic()


def check_fleet(options, verdict):
    urls = [url.rstrip("/") for url in options.urls]
    with ThreadPoolExecutor(len(urls)) as pool:
        check_members(urls, pool, options, verdict)
        if options.key is not None:
            check_levels(urls, pool, options, verdict)


def check_members(urls, pool, options, verdict):
    views = list(pool.map(lambda url: read_json(url + "/actuator/replication"), urls))
    sizes = [view["fleetSize"] for view in views]
    wanted = options.gateways or len(urls)
    verdict.expect(all(size == wanted for size in sizes), f"fleet: each counts {sizes}, {wanted} wanted")
    states = {view["state"] for view in views}
    verdict.expect(states == {"healthy"}, f"state: {', '.join(sorted(states))}")
    verdict.at_most("lag", max(view["lagMillis"] for view in views), options.lag, " ms")
    one_way = [member["roundTripMillis"] / 2 for view in views for member in view["members"] if member["roundTripMillis"]]
    verdict.at_most("one way, as measured", max(one_way, default=0), options.lag, " ms")


def check_levels(urls, pool, options, verdict):
    """Levels are equal, within one token and what refills while they are read."""
    until = time.monotonic() + options.within
    while True:
        reads = list(pool.map(lambda url: read_level(url, options), urls))
        levels = [level for level, _, _ in reads]
        spread = max(end for _, _, end in reads) - min(start for _, start, _ in reads)
        tolerance = 1 + options.rate * spread
        apart = max(levels) - min(levels)
        if apart <= tolerance or time.monotonic() >= until:
            break
        time.sleep(0.05)
    shown = ", ".join(f"{level:.1f}" for level in levels)
    verdict.at_most(f"levels {shown}: apart", apart, round(tolerance, 2), " tokens")


# --- Prometheus

def export(options, _):
    end = options.end or time.time()
    span = {"start": options.start or end - 600, "end": end, "step": options.step}
    columns = {}
    for name, query in QUERIES.items():
        query = query.replace("OWN", OWN).replace("RANGE", f"{max(4 * options.step, 60)}s")
        answer = read_json(f"{options.prometheus.rstrip('/')}/api/v1/query_range?"
                           + urllib.parse.urlencode(dict(span, query=query)))
        series = answer["data"]["result"]
        columns[name] = {float(at): value for at, value in series[0]["values"]} if series else {}
    moments = sorted({at for column in columns.values() for at in column})
    with open(options.file, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["second", *columns])
        for at in moments:
            writer.writerow([f"{at - moments[0]:g}", *(column.get(at, "") for column in columns.values())])
    print(f"{len(moments)} rows in {options.file}")
    if not moments:
        raise ValueError("Prometheus has nothing of that time")


def column(path, name):
    values = [float(row[name]) for row in read_csv(path) if row.get(name) not in (None, "", "NaN")]
    if not values:
        raise ValueError(f"{path} has no values in the column {name}")
    return values


def compare(options, verdict):
    for name in ("latency_p50", "latency_p95"):
        before, after = (statistics.median(column(path, name)) for path in (options.before, options.after))
        verdict.at_most(f"{name}: {before:.1f} ms before, after", after, before + options.latency, " ms")
    verdict.at_most("drift", 100 * max(map(abs, column(options.after, "drift"))), options.drift, " %")


# --- command line

def parser():
    top = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = top.add_subparsers(dest="command", required=True)

    load = commands.add_parser("load", help="what load.sh wrote")
    load.add_argument("file")
    load.add_argument("--capacity", type=float, required=True, help="tokens that the caller's bucket began with")
    load.add_argument("--rate", type=float, required=True, help="tokens a second that it refills")
    load.add_argument("--p50", type=float, default=100, help="ms (100)")
    load.add_argument("--p95", type=float, default=200, help="ms (200)")
    load.add_argument("--errors", type=float, default=5, help="percent of each phase (5)")
    load.add_argument("--consumption", type=float, default=5, help="percent off what is ideal (5)")
    load.set_defaults(run=check_load)

    fleet = commands.add_parser("fleet", help="the gateways themselves, by the actuator's endpoints")
    fleet.add_argument("urls", nargs="+", metavar="URL")
    fleet.add_argument("--gateways", type=int, help="as many as each is to count, if not as many as there are URLs")
    fleet.add_argument("--lag", type=float, default=150, help="ms (150)")
    fleet.add_argument("--limit", default="rating", help="the limit whose levels are compared (rating)")
    fleet.add_argument("--key", help="whose levels are compared: as callers send it, or its id")
    fleet.add_argument("--rate", type=float, default=0, help="tokens a second that the bucket refills")
    fleet.add_argument("--within", type=float, default=2, help="seconds that levels may need to meet (2)")
    fleet.set_defaults(run=check_fleet)

    exported = commands.add_parser("export", help="from Prometheus to a CSV")
    exported.add_argument("prometheus", metavar="PROMETHEUS", help="its address")
    exported.add_argument("file")
    exported.add_argument("--start", type=float, help="Unix time (600 s before the end)")
    exported.add_argument("--end", type=float, help="Unix time (now)")
    exported.add_argument("--step", type=int, default=15, help="seconds (15)")
    exported.set_defaults(run=export)

    compared = commands.add_parser("compare", help="two CSVs, of export or of docs/experiments")
    compared.add_argument("before")
    compared.add_argument("after")
    compared.add_argument("--latency", type=float, default=30, help="ms more that is allowed (30)")
    compared.add_argument("--drift", type=float, default=5, help="percent of the capacity that is allowed (5)")
    compared.set_defaults(run=compare)
    return top


def main():
    options = parser().parse_args()
    verdict = Verdict()
    try:
        options.run(options, verdict)
    except (OSError, ValueError, KeyError) as problem:
        print(f"could not be tried: {problem}", file=sys.stderr)
        return 2
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
