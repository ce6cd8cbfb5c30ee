// Draws the fleet. Elements are made once for each limit, and filled again at each sample.
import { Chart, format } from "./chart.js";
import { REASONS, adapted, sentence, why } from "./words.js";
import { grid, summed, total } from "./fleet.js";

const byId = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function toned(name, text, tone, properties = {}) {
  const made = element(name, { textContent: text, ...properties });
  made.dataset.tone = tone ?? "none";
  return made;
}

export function table(target, caption, head, rows) {
  target.replaceChildren(element("caption", { textContent: caption }),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col", textContent: text })))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells))));
}

const cell = (text, tone) => toned("td", text, tone);
const rowHead = (text) => element("th", { scope: "row", textContent: text });
const milliseconds = (value) => (value === null || value === undefined) ? "–" : `${Math.round(value)} ms`;

export class View {

  constructor(fleet, openBucket) {
    this.fleet = fleet;
    this.openBucket = openBucket;
    this.cards = new Map();
  }

  draw() {
    this.fleet.names();
    const said = sentence(this.fleet);
    const shown = byId("sentence");
    if (shown.textContent !== said.text) {
      shown.textContent = said.text;
      document.title = `${said.text} – Token buckets`;
    }
    shown.dataset.tone = said.tone;
    if (this.fleet.known().length === 0) {
      return;
    }
    this.drawLimits();
    this.drawMatrix();
    this.drawMembers();
    this.drawCircuits();
  }

  drawLimits() {
    const limits = this.fleet.limits();
    if (limits.length === 0) {
      byId("limits").textContent = "No limit is configured: see openclaw.buckets.";
    }
    for (const limit of limits) {
      if (!this.cards.has(limit.name)) {
        const card = new Card(limit.name, this.openBucket);
        this.cards.set(limit.name, card);
        byId("limits").append(card.element);
      }
      this.cards.get(limit.name).draw(limit);
    }
  }

  // A row for each listener: what it says itself where this page listens to it.
  drawMatrix() {
    const names = this.fleet.names();
    const ids = [...names.keys()].sort((one, other) => names.get(one).localeCompare(names.get(other)));
    const listeners = new Map(this.fleet.known().map((gateway) => [gateway.id, gateway]));
    table(byId("matrix"), "Each row says whom that gateway hears.", ["", ...ids.map((id) => names.get(id))],
      ids.map((row) => [rowHead(names.get(row)), ...ids.map((column) => heard(listeners.get(row), row, column))]));
  }

  drawMembers() {
    const here = this.fleet.known()[0];
    const rows = here.replication.members.map((member) => [rowHead(this.fleet.nameOf(member.id)), cell(member.region ?? "–"),
      cell(member.standing), cell(member.heard ? "heard" : member.received ? "received, not heard" : "silent",
        member.heard ? "good" : "bad"), cell(milliseconds(member.ageMillis)), cell(milliseconds(member.roundTripMillis)),
      cell(String(member.unacknowledgedBatches), (member.unacknowledgedBatches > 0) ? "warn" : "none")]);
    table(byId("members"), `As ${here.name} sees them; it is ${here.state}.`,
      ["Gateway", "Region", "Standing", "Heard", "Last message", "Round trip", "Unacknowledged batches"], rows);
    const buses = here.replication.buses.map((bus) => `${bus.name} ${bus.connected ? "connected" : "lost"}`);
    byId("buses").textContent = `Redis of ${here.name}: ${buses.join(", ") || "none, it limits by itself"}. `
      + `Oldest unacknowledged spending: ${milliseconds(here.replication.lagMillis)}.`;
  }

  drawCircuits() {
    const routes = new Map();
    this.fleet.known().forEach((gateway) => Object.entries(gateway.latest.circuits)
      .forEach(([route, state]) => routes.set(route, [...(routes.get(route) ?? []), `${gateway.name} ${state.replace("_", "-")}`])));
    const lines = [...routes].map(([route, states]) => element("p", {}, element("b", { textContent: route }), `: ${states.join(", ")}`));
    byId("circuits").replaceChildren(...((lines.length > 0) ? lines : [element("p", { textContent: "No route has a latency circuit." })]));
  }

}

function heard(listener, row, column) {
  if (row === column) {
    return cell("itself");
  }
  const member = listener?.replication.members.find((each) => each.id === column);
  if (!member || listener.isSilent()) {
    return cell("unknown");
  }
  return member.heard ? cell("✓ hears", "good") : cell(member.received ? "◐ receives" : "✗ silent", "bad");
}

class Card {

  constructor(name, openBucket) {
    this.name = name;
    this.openBucket = openBucket;
    this.levels = new Chart("Tokens left, by gateway", "tokens");
    this.rates = new Chart("Requests a second", "a second");
    this.facts = element("span", { className: "facts" });
    this.why = element("p", { className: "why" });
    this.numbers = element("dl", { className: "numbers" });
    this.keys = element("table");
    const csv = element("button", { type: "button", textContent: "CSV" });
    csv.setAttribute("aria-label", `Download what is shown of ${name} as CSV`);
    csv.addEventListener("click", () => this.download());
    const edit = element("button", { type: "button", textContent: "Change" });
    edit.setAttribute("aria-label", `Change ${name}`);
    edit.addEventListener("click", () => openBucket(name, null));
    this.element = element("article", { className: "card", id: `limit-${name}` },
      element("header", {}, element("h3", { textContent: name }), this.facts, csv, document.body.dataset.writes ? edit : null),
      this.why, element("div", { className: "charts" }, this.levels.element, this.rates.element), this.numbers,
      element("div", { className: "scroll" }, this.keys));
  }

  draw(limit) {
    this.limit = limit;
    const view = limit.view;
    this.facts.textContent = `${view.capacity} tokens, ${view.refillRatePerSecond} more a second, ${view.consistency}`
      + ((view.adaptive) ? `, ${adapted(view.adaptive)}` : "")
      + ((view.mode === "shadow") ? ", shadow" : "")
      + ((view.configured?.followed === false) ? ` (configured: ${view.configured.capacity} tokens, ${view.configured.refillRatePerSecond} more a second)` : "");
    this.facts.title = view.configured?.why ?? "";
    const said = why(limit);
    this.why.textContent = said.text;
    this.why.dataset.tone = said.tone;
    this.levels.draw(limit.lines.map((line) => line.name), grid(limit.lines, (point) => point.level), view.capacity);
    const reasons = [...new Set(limit.lines.flatMap((line) => line.points.flatMap((point) => Object.keys(point.rejected))))].sort();
    const admitted = summed(limit.lines, (point) => point.admitted);
    this.rates.draw(["admitted", ...reasons.map((reason) => REASONS[reason] ?? reason)],
      [...admitted, ...reasons.map((reason) => summed(limit.lines, (point) => point.rejected[reason] ?? 0)[1])]);
    this.drawNumbers(limit);
    this.drawKeys(view, limit.here);
  }

  drawNumbers(limit) {
    const numbers = { "Admitted a second": format(limit.admittedPerSecond), "Rejected a second": format(limit.rejectedPerSecond),
      "Waited a second": format(limit.waitedPerSecond), "Drift": `${format(100 * limit.drift)} %`, "Keys here": limit.view.activeKeys };
    this.numbers.replaceChildren(...Object.entries(numbers).map(([name, value]) => element("div", {},
      element("dt", { textContent: name }), element("dd", { textContent: value }))));
  }

  // A button under the pointer or the focus must not be replaced.
  drawKeys(view, here) {
    const keys = [here, ...view.busiest.map((bucket) => bucket.key)].join("\n");
    if (keys !== this.shownKeys) {
      this.shownKeys = keys;
      table(this.keys, view.busiest.length ? `Busiest keys at ${here}` : `No key was used at ${here} yet.`,
        view.busiest.length ? ["Key", "Tokens left", "Consumed here", "Rejected here"] : [], view.busiest.map((bucket) => {
          const open = element("button", { type: "button", className: "link", textContent: bucket.key });
          open.addEventListener("click", () => this.openBucket(this.name, bucket.key));
          return [element("td", {}, open), cell(""), cell(""), cell("")];
        }));
    }
    const rows = this.keys.querySelectorAll("tbody tr");
    view.busiest.forEach((bucket, i) => {
      rows[i].cells[1].textContent = format(bucket.level);
      rows[i].cells[2].textContent = format(bucket.consumedHere);
      rows[i].cells[3].textContent = format(bucket.rejectedHere);
    });
  }

  download() {
    const head = ["time", "gateway", "lowest_level", "admitted_per_second", "waited_per_second", "rejected_per_second"];
    const rows = this.limit.lines.flatMap((line) => line.points.map((point) => [new Date(point.at).toISOString(), line.name,
      point.level, point.admitted, point.waited, total(point.rejected)]));
    const text = [head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n");
    const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: `${this.name}.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  }

}

function quoted(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
