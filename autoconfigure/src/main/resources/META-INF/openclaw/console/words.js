// The state of the fleet in words. Each function answers with the same text as long as the state is the same.

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const PARTS = [null, "whole", "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

export const REASONS = {
  exhausted: "out of tokens",
  reduced_capacity: "tokens kept for an unheard gateway",
  fallback: "in fallback, own part spent",
  unacknowledged: "no acknowledgement in time",
  cost_above_capacity: "costs more than the bucket holds",
  other_limit: "another limit rejected",
  missing_key: "no key",
  circuit_open: "the upstream is slow",
};

// What would help those who are rejected for a reason. Where the callers cannot help it, the tone is bad.
const ADVICE = {
  exhausted: { text: "Each token a second more would admit one more request of cost 1 a second.", tone: "warn" },
  reduced_capacity: { text: "They are kept so that nothing is spent twice, until that gateway is heard again or removed.", tone: "bad" },
  fallback: { text: "Somebody spends more than the rules allow: see drift.", tone: "bad" },
  unacknowledged: { text: "The callers have tokens, but the other gateways answer too late.", tone: "bad" },
  cost_above_capacity: { text: "No wait helps: send smaller requests, or raise the capacity.", tone: "warn" },
  other_limit: { text: "Look at the other limits of the same route.", tone: "warn" },
  missing_key: { text: "These requests lack the key that this limit counts by.", tone: "warn" },
  circuit_open: { text: "The buckets were not asked: the upstream has to become faster.", tone: "bad" },
};

export function number(count) {
  return NUMBERS[count] ?? String(count);
}

export function part(fleetSize) {
  return PARTS[fleetSize] ?? `1/${fleetSize}`;
}

export function list(names) {
  return (names.length < 2) ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function sentenceCase(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PHASES = { growing: "growing", congested: "the upstream is congested", frozen: "frozen, a gateway is missing" };

// How the refill of a limit follows its upstream.
export function adapted(view) {
  const rate = `${Math.round(100 * view.factor)} % of its rate`;
  if (view.factor === 1 && view.phase === "growing") {
    return "adapts to the upstream";
  }
  return `${view.applied ? "adapted to" : "advised:"} ${rate} (${PHASES[view.phase] ?? view.phase})`;
}

function be(names) {
  return (names.length === 1) ? "is" : "are";
}

// Answers with { text, tone }: what an operator should know first.
export function sentence(fleet) {
  const known = fleet.gateways.filter((gateway) => gateway.latest);
  if (known.length === 0) {
    return { text: "Waiting for the first word from this gateway.", tone: "none" };
  }
  const silent = fleet.gateways.filter((gateway) => gateway.isSilent());
  const answering = known.filter((gateway) => !gateway.isSilent());
  if (answering.length === 0) {
    return { text: `${list(known.map((gateway) => gateway.name))} ${be(known)} not answering this page; what it shows is old.`,
      tone: "bad" };
  }
  const parts = [about(fleet, answering)];
  const open = [...new Set(answering.flatMap((gateway) => gateway.openCircuits()))];
  if (open.length > 0) {
    parts.push({ text: `The upstream of ${list(open)} is slow; callers are answered 429 early.`, tone: "warn" });
  }
  if (silent.length > 0) {
    parts.push({ text: `${list(silent.map((gateway) => gateway.name))} ${be(silent)} not answering this page.`,
      tone: "warn" });
  }
  const worst = ["bad", "warn", "good"].find((tone) => parts.some((each) => each.tone === tone));
  return { text: parts.map((each) => each.text).join(" "), tone: worst };
}

function about(fleet, gateways) {
  const size = Math.max(...gateways.map((gateway) => gateway.replication.fleetSize));
  const replaced = gateways.filter((gateway) => gateway.state === "replaced");
  if (replaced.length > 0) {
    return { text: `${list(replaced.map((gateway) => gateway.name))} ${be(replaced)} replaced by a newer process of the same name.`,
      tone: "bad" };
  }
  const joining = gateways.filter((gateway) => gateway.replication.standing === "joining");
  const isolated = gateways.filter((gateway) => gateway.state === "isolated");
  if (isolated.length > 0) {
    return cutOff(isolated, gateways, size);
  }
  const unheard = [...new Set(gateways.flatMap((gateway) => gateway.unheard()))].map((id) => fleet.nameOf(id));
  if (unheard.length > 0) {
    return { text: `${list(unheard)} ${be(unheard)} not heard; ${(unheard.length === 1) ? "its" : "their"} part of every bucket is kept aside.`,
      tone: "warn" };
  }
  const fallback = [...new Set(gateways.flatMap((gateway) => gateway.fallbacks()))];
  if (fallback.length > 0) {
    return { text: `${list(fallback)} ${be(fallback)} in fallback: somebody spends more than the rules allow, so each gateway spends its own ${part(size)}.`,
      tone: "bad" };
  }
  if (joining.length > 0) {
    return { text: `${list(joining.map((gateway) => gateway.name))} ${be(joining)} joining the fleet.`, tone: "warn" };
  }
  if (size === 1) {
    const alone = gateways[0].replication.buses.length === 0;
    return { text: alone ? "One gateway limits by itself; it shares with nobody." : "One gateway has the whole budget.", tone: "good" };
  }
  return { text: `${sentenceCase(number(size))} gateways share one budget.`, tone: "good" };
}

function cutOff(isolated, gateways, size) {
  if (isolated.length === size) {
    return { text: `All ${number(size)} gateways are cut off from each other; each spends its own ${part(size)}.`, tone: "bad" };
  }
  const names = list(isolated.map((gateway) => gateway.name));
  const own = (isolated.length === 1) ? `it spends its own ${part(size)}` : `each spends its own ${part(size)}`;
  const rest = (gateways.length > isolated.length) ? " The others go on with the rest." : "";
  return { text: `${names} ${be(isolated)} cut off; ${own}.${rest}`, tone: "bad" };
}

// Who is limited by a limit, and what would help.
export function why(limit) {
  const rejected = limit.rejectedPerSecond;
  const shown = rejected.toFixed((rejected < 10) ? 1 : 0);
  if (rejected < 0.05) {
    return (limit.view.mode === "shadow") ? { text: "Shadow mode: it counts and rejects nobody.", tone: "none" }
      : { text: "Nobody is rejected now.", tone: "none" };
  }
  const since = new Date(limit.rejectingSince).toLocaleTimeString();
  const reasons = Object.entries(limit.reasons).sort((one, other) => other[1] - one[1]).map(([reason]) => reason);
  const advice = ADVICE[reasons[0]] ?? { text: "", tone: "warn" };
  const named = list(reasons.map((reason) => REASONS[reason] ?? reason).slice(0, 2));
  return { text: `${shown} requests a second are rejected since ${since}: ${named}. ${advice.text}`, tone: advice.tone };
}

const VERDICTS = {
  admits: "The next request is admitted.",
  full: "The bucket is full; the next request is admitted.",
  exhausted: "Rejected: out of tokens.",
  reduced_capacity: "Rejected: the tokens are kept for a gateway that is not heard.",
  fallback: "Rejected: the limit is in fallback, and this gateway has spent its own part.",
  cost_above_capacity: "Rejected: the request costs more than a bucket holds.",
  closed: "Rejected: the route admits nobody.",
  unknown: "No request of this caller was decided here lately.",
};

// What the endpoint says of one caller under one limit, as sentences.
export function explained(limit, gateway) {
  const said = [VERDICTS[limit.verdict] ?? limit.verdict];
  if (limit.level !== null) {
    said.push(`${limit.level} of ${limit.capacity} tokens left, ${limit.refillRatePerSecond} more a second.`);
  }
  if (limit.lastRejection !== null) {
    said.push(`Rejected ${(limit.rejectedHere === 1) ? "once" : `${limit.rejectedHere} times`} at ${gateway}, last at `
      + `${new Date(limit.lastRejection.at).toLocaleTimeString()}: ${REASONS[limit.lastRejection.reason] ?? limit.lastRejection.reason}.`);
  }
  Object.entries(limit.circuits).forEach(([route, state]) => said.push(`The circuit of ${route} is ${state.replace("_", "-")}.`));
  return said.join(" ");
}
