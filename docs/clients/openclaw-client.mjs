// A client for gateways that limit with OpenClaw token buckets. Node 18, nothing to install.
//
//     const client = new Client('http://localhost:8080', { apiKey: '4711', pace: true });
//     const response = await client.request('/rate');
//
// It waits as long as Retry-After says when it is rejected, backs off when a server is in trouble, and with
// pace asks /rating how much is left, so that it is not rejected in the first place.

import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';

const RETRYABLE = new Set([429, 503]);

/** Still rejected after the last attempt. `response` is the last answer. */
export class RateLimitedError extends Error {
  constructor(response) {
    super(`still answered ${response.status} after the last attempt`);
    this.name = 'RateLimitedError';
    this.response = response;
  }
}

/**
 * Calls one gateway with one key. `maxAttempts`: how often a request is sent at most. `maxWait`: the longest
 * single wait in milliseconds; a server that asks for a longer one raises RateLimitedError at once.
 */
export class Client {
  #left = 0;

  constructor(baseUrl, { apiKey, maxAttempts = 5, maxWait = 60_000, pace = false, timeout = 10_000 } = {}) {
    this.baseUrl = baseUrl.replace(/\/$/, '');
    this.apiKey = apiKey;
    this.maxAttempts = maxAttempts;
    this.maxWait = maxWait;
    this.pace = pace;
    this.timeout = timeout;
    this.rejected = 0;
  }

  /** Sends a request, again if need be. `init` is what fetch takes. */
  async request(path, init = {}) {
    for (let attempt = 1; ; attempt++) {
      if (this.pace) {
        await this.#waitForTokens();
      }
      const response = await this.#send(path, init);
      if (!RETRYABLE.has(response.status)) {
        return response;
      }
      this.rejected++;
      const wait = retryAfter(response.headers, attempt);
      if (attempt >= this.maxAttempts || wait > this.maxWait) {
        throw new RateLimitedError(response);
      }
      await response.arrayBuffer();
      await sleep(wait);
    }
  }

  /** What /rating says of this caller's bucket, without consuming: tokens_remaining, next_refill_at, … */
  async budget() {
    return (await this.#budget()).budget;
  }

  async #budget() {
    const response = await this.#send('/rating', {});
    if (response.status !== 200) {
      throw new RateLimitedError(response);
    }
    return { budget: await response.json(), headers: response.headers };
  }

  async #waitForTokens() {
    if (this.#left <= 0) {
      let { budget, headers } = await this.#budget();
      while (budget.tokens_remaining <= 0) {
        await sleep(Math.min(this.maxWait, millisUntil(budget.next_refill_at, headers)));
        ({ budget, headers } = await this.#budget());
      }
      // Others may use the same key: take half of what is there before asking again.
      this.#left = Math.max(1, Math.floor(budget.tokens_remaining / 2));
    }
    this.#left--;
  }

  #send(path, init) {
    const headers = new Headers(init.headers);
    if (this.apiKey !== undefined) {
      headers.set('X-API-Key', this.apiKey);
    }
    return fetch(this.baseUrl + path, { ...init, headers, signal: AbortSignal.timeout(this.timeout) });
  }
}

/**
 * Milliseconds to wait: what Retry-After says, with a little jitter so that clients do not come back all at
 * once; else an exponential back-off with full jitter.
 */
export function retryAfter(headers, attempt) {
  const value = (headers.get('retry-after') ?? '').trim();
  if (/^\d+$/.test(value)) {
    return Number(value) * 1000 + Math.random() * 250;
  }
  const moment = Date.parse(value);
  return Number.isNaN(moment)
    ? Math.random() * Math.min(30_000, 100 * 2 ** attempt)
    : Math.max(0, moment - serverTime(headers));
}

// At least a hundredth of a second.
function millisUntil(moment, headers) {
  return moment == null ? 10 : Math.max(10, Date.parse(moment) - serverTime(headers));
}

// Ours if the clocks agree, since the Date header has whole seconds only.
function serverTime(headers) {
  const theirs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(theirs) || Math.abs(Date.now() - theirs) < 2000 ? Date.now() : theirs;
}

function sleep(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

const USAGE = 'usage: openclaw-client.mjs <url of the gateway> [--path /rate] [--key <key>] [--count 20] [--pace]';

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        path: { type: 'string', default: '/rate' },
        key: { type: 'string' },
        count: { type: 'string', default: '20' },
        pace: { type: 'boolean', default: false },
      },
    });
    if (positionals.length === 1 && /^https?:\/\//.test(positionals[0])) {
      return { ...values, url: positionals[0] };
    }
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  process.exit(2);
}

async function main() {
  const values = readArguments();
  const client = new Client(values.url, { apiKey: values.key, pace: values.pace });
  let served = 0;
  for (let i = 0; i < Number(values.count); i++) {
    const response = await client.request(values.path);
    await response.arrayBuffer();
    served += response.status === 200 ? 1 : 0;
    console.error(response.status, response.headers.get('ratelimit') ?? '');
  }
  console.log(JSON.stringify({ served, rejected: client.rejected }));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main();
}
