"""A client for gateways that limit with OpenClaw token buckets. Python 3.10, standard library only.

    client = Client("http://localhost:8080", api_key="4711", pace=True)
    response = client.request("GET", "/rate")

It waits as long as Retry-After says when it is rejected, backs off when a server is in trouble, and with
pace=True asks /rating how much is left, so that it is not rejected in the first place.
"""

import argparse
import email.utils
import json
import random
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime

RETRYABLE = {429, 503}


@dataclass(frozen=True)
class Response:
    """An answer: status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes


class RateLimitedError(Exception):
    """Still rejected after the last attempt. `response` is the last answer."""

    def __init__(self, response: Response):
        super().__init__(f"still answered {response.status} after the last attempt")
        self.response = response


class Client:
    """Calls one gateway with one key. Not thread-safe: give each thread its own.

    max_attempts: how often a request is sent at most. max_wait: the longest single wait in seconds;
    a server that asks for a longer one raises RateLimitedError at once.
    """

    def __init__(self, base_url, api_key=None, max_attempts=5, max_wait=60.0, pace=False, timeout=10.0):
        self.base_url = base_url.rstrip("/")
        self.api_key = api_key
        self.max_attempts = max_attempts
        self.max_wait = max_wait
        self.pace = pace
        self.timeout = timeout
        self.rejected = 0
        self._left = 0

    def request(self, method, path, body=None):
        """Sends a request, again if need be. Raises RateLimitedError, or URLError if nobody answers."""
        for attempt in range(1, self.max_attempts + 1):
            if self.pace:
                self._wait_for_tokens()
            response = self._send(method, path, body)
            if response.status not in RETRYABLE:
                return response
            self.rejected += 1
            wait = retry_after(response.headers, attempt)
            if attempt == self.max_attempts or wait > self.max_wait:
                raise RateLimitedError(response)
            time.sleep(wait)

    def budget(self):
        """What /rating says of this caller's bucket, without consuming: tokens_remaining, next_refill_at, …"""
        return self._budget()[0]

    def _budget(self):
        response = self._send("GET", "/rating", None)
        if response.status != 200:
            raise RateLimitedError(response)
        return json.loads(response.body), response.headers

    def _wait_for_tokens(self):
        if self._left <= 0:
            budget, headers = self._budget()
            while budget["tokens_remaining"] <= 0:
                time.sleep(min(self.max_wait, seconds_until(budget.get("next_refill_at"), headers)))
                budget, headers = self._budget()
            # Others may use the same key: take half of what is there before asking again.
            self._left = max(1, budget["tokens_remaining"] // 2)
        self._left -= 1

    def _send(self, method, path, body):
        request = urllib.request.Request(self.base_url + path, data=body, method=method)
        if self.api_key is not None:
            request.add_header("X-API-Key", self.api_key)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return Response(answer.status, lower(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, lower(error.headers), error.read())


def retry_after(headers, attempt):
    """Seconds to wait: what Retry-After says, with a little jitter so that clients do not come back all at
    once; else an exponential back-off with full jitter."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return int(value) + random.uniform(0, 0.25)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - server_time(headers))
    except (TypeError, ValueError):
        return random.uniform(0, min(30.0, 0.1 * 2**attempt))


def seconds_until(moment, headers):
    """Seconds until an ISO 8601 moment of the server's clock, at least one hundredth."""
    if moment is None:
        return 0.01
    return max(0.01, datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() - server_time(headers))


def server_time(headers):
    """The server's clock; ours if they agree, since the Date header has whole seconds only."""
    now = time.time()
    date = headers.get("date")
    if date is None:
        return now
    theirs = email.utils.parsedate_to_datetime(date).timestamp()
    return now if abs(now - theirs) < 2 else theirs


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def main():
    parser = argparse.ArgumentParser(description="Calls a gateway a number of times, waiting as it asks to.")
    parser.add_argument("url", help="of the gateway, such as http://localhost:8080")
    parser.add_argument("--path", default="/rate")
    parser.add_argument("--key")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--pace", action="store_true", help="ask /rating first, so as not to be rejected")
    options = parser.parse_args()
    if not options.url.startswith(("http://", "https://")):
        parser.error("url must begin with http:// or https://")
    client = Client(options.url, options.key, pace=options.pace)
    served = 0
    for _ in range(options.count):
        response = client.request("GET", options.path)
        served += response.status == 200
        print(response.status, response.headers.get("ratelimit", ""), file=sys.stderr)
    print(json.dumps({"served": served, "rejected": client.rejected}))


if __name__ == "__main__":
    main()
