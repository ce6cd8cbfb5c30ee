// What is known of the fleet: the samples of each gateway that this page listens to.

export const STEP = 500;
const HISTORY = 120_000;
const SILENT_AFTER = 4_000;
const FEW = 0.05;

export class Gateway {

  constructor(url) {
    this.url = url;
    this.samples = [];
    this.heardAt = 0;
    this.offset = Infinity;
  }

  // Clocks of gateways and browser differ: samples are placed by when they arrived.
  take(sample, now) {
    if (this.samples.length > 0 && sample.at <= this.latest.at) {
      return;
    }
    this.heardAt = now;
    this.offset = Math.min(this.offset, now - sample.at);
    this.samples.push(sample);
    while (this.samples[0].at < sample.at - HISTORY) {
      this.samples.shift();
    }
  }

  get latest() {
    return this.samples.at(-1);
  }

  get replication() {
    return this.latest.replication;
  }

  get state() {
    return this.replication.state;
  }

  get id() {
    return this.replication.self;
  }

  isSilent() {
    return Date.now() - this.heardAt > SILENT_AFTER;
  }

  unheard() {
    return this.replication.members.filter((member) => member.standing === "member" && !member.heard).map((member) => member.id);
  }

  fallbacks() {
    return Object.values(this.latest.tokenBuckets.limits).filter((limit) => limit.state === "fallback").map((limit) => limit.limit);
  }

  openCircuits() {
    return Object.entries(this.latest.circuits).filter(([, state]) => state !== "closed").map(([route]) => route);
  }

  // One point for each two samples that follow each other.
  points(name) {
    const points = [];
    for (let i = 1; i < this.samples.length; i++) {
      const before = this.samples[i - 1];
      const after = this.samples[i];
      const view = after.tokenBuckets.limits[name];
      if (view) {
        points.push({ at: after.at + this.offset, level: view.lowestLevel, ...rates(before, after, name) });
      }
    }
    return points;
  }

}

function rates(before, after, name) {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  const from = before.decisions[name] ?? { admitted: 0, waited: 0, rejected: {} };
  const to = after.decisions[name] ?? from;
  const rejected = {};
  for (const [reason, count] of Object.entries(to.rejected)) {
    const rate = Math.max(0, count - (from.rejected[reason] ?? 0)) / seconds;
    if (rate > 0) {
      rejected[reason] = rate;
    }
  }
  return { admitted: Math.max(0, to.admitted - from.admitted) / seconds, waited: Math.max(0, to.waited - from.waited) / seconds, rejected };
}

export class Fleet {

  constructor(urls) {
    this.gateways = urls.map((url) => new Gateway(url));
  }

  // Of gateways that this page listens to and of those that others tell of.
  names() {
    const names = new Map();
    const regions = new Map();
    for (const gateway of this.known()) {
      for (const member of [{ id: gateway.id, region: gateway.replication.region }, ...gateway.replication.members]) {
        regions.set(member.id, member.region);
      }
    }
    for (const [id, region] of regions) {
      const alone = region && [...regions.values()].filter((other) => other === region).length === 1;
      names.set(id, alone ? region : id.replace(/#\d+$/, ""));
    }
    for (const gateway of this.gateways) {
      gateway.name = gateway.latest ? names.get(gateway.id) : new URL(gateway.url).host;
    }
    return names;
  }

  known() {
    return this.gateways.filter((gateway) => gateway.latest);
  }

  nameOf(id) {
    return this.names().get(id) ?? id;
  }

  limits() {
    const names = new Set(this.known().flatMap((gateway) => Object.keys(gateway.latest.tokenBuckets.limits)));
    return [...names].sort().map((name) => this.limit(name));
  }

  limit(name) {
    const lines = this.known().map((gateway) => ({ name: gateway.name, points: gateway.points(name) }));
    const holder = this.known().find((gateway) => gateway.latest.tokenBuckets.limits[name]);
    const view = holder.latest.tokenBuckets.limits[name];
    const reasons = {};
    let admittedPerSecond = 0;
    let waitedPerSecond = 0;
    for (const { points } of lines) {
      const last = points.slice(-4);
      for (const point of last) {
        admittedPerSecond += point.admitted / last.length;
        waitedPerSecond += point.waited / last.length;
        for (const [reason, rate] of Object.entries(point.rejected)) {
          reasons[reason] = (reasons[reason] ?? 0) + rate / last.length;
        }
      }
    }
    const rejectedPerSecond = Object.values(reasons).reduce((sum, rate) => sum + rate, 0);
    const drift = Math.max(0, ...this.known().map((gateway) => gateway.latest.tokenBuckets.limits[name]?.drift.ratio ?? 0));
    return { name, here: holder.name, view, lines, reasons, admittedPerSecond, waitedPerSecond, rejectedPerSecond, drift,
      rejectingSince: rejectingSince(lines) };
  }

}

// Since when a rejection was never further than five seconds from the next.
function rejectingSince(lines) {
  const times = lines.flatMap(({ points }) => points.filter((point) => total(point.rejected) > FEW).map((point) => point.at))
    .sort((one, other) => one - other);
  let since = times.at(-1) ?? 0;
  for (let i = times.length - 1; i >= 0 && since - times[i] < 5_000; i--) {
    since = times[i];
  }
  return since;
}

export function total(rates) {
  return Object.values(rates).reduce((sum, rate) => sum + rate, 0);
}

// Lines of points on one grid of times: [times in seconds, values of each line].
export function grid(lines, value) {
  const cells = lines.map(({ points }) => new Map(points.map((point) => [Math.floor(point.at / STEP), value(point)])));
  const times = [...new Set(cells.flatMap((cell) => [...cell.keys()]))].sort((one, other) => one - other);
  return [times.map((time) => time * STEP / 1000), ...cells.map((cell) => times.map((time) => cell.get(time) ?? null))];
}

// The same, summed over lines: what the fleet does a second.
export function summed(lines, value) {
  const [times, ...values] = grid(lines, value);
  return [times, times.map((time, i) => values.reduce((sum, line) => sum + (line[i] ?? lastBefore(line, i)), 0))];
}

function lastBefore(line, i) {
  for (let j = i - 1; j >= 0 && j > i - 3; j--) {
    if (line[j] !== null) {
      return line[j];
    }
  }
  return 0;
}
