#!/usr/bin/env python3
"""Looks for double counts and gaps in the audit files of a fleet.

    audit.py /var/log/openclaw/*.jsonl* [--bucket bucket.json ...]

Each file is what openclaw.audit.file wrote. Every member numbers its consumptions from 1: a number that is missing was
dropped or lost, one that appears twice was counted twice. With --bucket, an answer of
GET /actuator/tokenbuckets/{limit}/{key}, each birth of the bucket is compared with what the files say of it.

Ends with 0 if nothing was found, with 1 if something was, with 2 if a file cannot be read.
"""
import argparse
import json
import sys
from collections import defaultdict
from decimal import Decimal


def lines_of(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line, parse_float=Decimal)
                except ValueError:
                    # The last line of a process that was killed may be cut off.
                    print(f"{path}:{number}: not JSON, ignored")


def ranges(numbers):
    """Writes sorted numbers as ranges: 3-5, 9."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def check_numbers(numbers):
    findings = 0
    for member, seen in sorted(numbers.items()):
        doubles = sorted(number for number, times in seen.items() if times > 1)
        gaps = [number for number in range(1, max(seen) + 1) if number not in seen]
        print(f"{member}: {sum(seen.values())} consumptions, {len(doubles)} double, {len(gaps)} missing")
        if doubles:
            print(f"  double: {ranges(doubles)}")
        if gaps:
            print(f"  missing: {ranges(gaps)}")
        findings += len(doubles) + len(gaps)
    return findings


def check_bucket(bucket, spent):
    findings = 0
    name = f"{bucket['limit']}/{bucket['key']}"
    for member, entries in bucket["members"].items():
        for birth in entries["births"]:
            counted = Decimal(birth["consumed"]) - Decimal(birth["returned"])
            written = spent.get((member, birth["birth"]), Decimal(0))
            if counted != written:
                findings += 1
                print(f"{name}: {member} birth {birth['birth']}: the bucket counts {counted}, the files {written}")
    print(f"{name}: {'agrees with the files' if findings == 0 else f'{findings} births differ'}")
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="audit files of all gateways, older ones included")
    parser.add_argument("--bucket", action="append", default=[], help="an answer of the endpoint for one bucket")
    arguments = parser.parse_args()
    numbers = defaultdict(lambda: defaultdict(int))
    spent = defaultdict(Decimal)
    for line in lines_of(arguments.files):
        numbers[line["member"]][line["number"]] += 1
        if numbers[line["member"]][line["number"]] == 1:
            spent[line["member"], line["birth"]] += Decimal(line["tokens"])
    findings = check_numbers(numbers)
    for path in arguments.bucket:
        with open(path, encoding="utf-8") as file:
            findings += check_bucket(json.load(file, parse_float=Decimal), spent)
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
