// One bucket with the entries of each gateway, and what an operator may do to it or to its limit.
import { element, table } from "./view.js";
import { format } from "./chart.js";

const REFRESH = 1_000;

// What is shown of a bucket or a limit, in this order.
const FACTS = {
  level: "Tokens left", lowestLevel: "Lowest level here", capacity: "Capacity", refillRatePerSecond: "More a second",
  spendable: "This gateway may spend", unacknowledged: "Not acknowledged yet", consumedHere: "Consumed here",
  rejectedHere: "Rejected here", admitted: "Admitted here", rejected: "Rejected here", waiting: "Waiting requests",
  timeToNextTokenMillis: "Milliseconds to the next token", timeToFullMillis: "Milliseconds to full", initialTokens: "Began with",
  consistency: "Consistency", mode: "Mode", version: "Version", source: "Source",
};
const FIELDS = { tokens: "Tokens", capacity: "Capacity", refillRatePerSecond: "Tokens a second" };

export class BucketDialog {

  constructor(dialog, config) {
    this.dialog = dialog;
    this.config = config;
    this.title = element("h2", { id: "bucket-title" });
    this.body = element("div");
    this.answer = element("p", { className: "answer" });
    this.answer.setAttribute("role", "status");
    this.forms = element("div");
    const close = element("button", { type: "button", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.append(this.title, this.body, this.forms, this.answer, close);
    dialog.addEventListener("close", () => {
      clearInterval(this.timer);
      history.replaceState(null, "", location.pathname + location.search);
    });
  }

  // Without a key: the limit alone.
  open(limit, key) {
    this.limit = limit;
    this.key = key;
    this.title.textContent = (key === null) ? `Limit ${limit}` : `Bucket of ${key} under ${limit}`;
    this.body.replaceChildren();
    this.answer.textContent = "";
    this.forms.replaceChildren(...(this.config.writes ? this.writes() : []));
    const hash = new URLSearchParams((key === null) ? { limit } : { limit, key });
    history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
    this.refresh();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.refresh(), REFRESH);
    if (!this.dialog.open) {
      this.dialog.showModal();
    }
  }

  path() {
    const path = `${this.config.endpoints}/tokenbuckets/${encodeURIComponent(this.limit)}`;
    return (this.key === null) ? path : `${path}/${encodeURIComponent(this.key)}`;
  }

  async refresh() {
    try {
      const answer = await fetch(this.path(), { headers: { Accept: "application/json" } });
      if (answer.ok) {
        this.show(await answer.json());
      }
      else {
        this.body.textContent = (answer.status === 404)
          ? "This gateway holds no such bucket: it is full, or it was never used." : `The endpoint answers ${answer.status}.`;
      }
    }
    catch (error) {
      this.body.textContent = "The gateway does not answer.";
    }
  }

  show(view) {
    const facts = Object.entries(FACTS).filter(([name]) => view[name] !== undefined)
      .map(([name, label]) => element("div", {}, element("dt", { textContent: label }), element("dd", { textContent: view[name] })));
    const parts = [element("dl", { className: "numbers" }, ...facts)];
    if (view.members) {
      const members = element("table");
      table(members, "What each gateway has counted, in tokens", ["Gateway", "Consumed", "Given back", "Refill granted"],
        Object.entries(view.members).map(([id, entries]) => [element("th", { scope: "row", textContent: id }),
          ...["consumed", "returned", "granted"].map((name) => element("td", { className: "n", textContent: format(Number(entries[name])) }))]));
      parts.push(members);
    }
    this.body.replaceChildren(...parts);
  }

  writes() {
    const change = this.form("Change the limit on every gateway", ["capacity", "refillRatePerSecond"], (fields) =>
      this.post(`${this.config.endpoints}/tokenbuckets/${encodeURIComponent(this.limit)}`, fields));
    return (this.key === null) ? [change] : [this.form("Give tokens back on every gateway", ["tokens"], (fields) =>
      this.post(this.path(), fields)), change];
  }

  form(title, names, send) {
    const inputs = names.map((name) => element("input", { name, inputMode: "decimal" }));
    const labels = inputs.map((input) => element("label", {}, FIELDS[input.name], input));
    const form = element("form", {}, ...labels, this.keyField(), element("button", { textContent: title }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(Object.fromEntries(inputs.filter((input) => input.value !== "").map((input) => [input.name, input.value])));
    });
    return form;
  }

  // Kept in this page only. Gateways that guard their writes in another way ignore it.
  keyField() {
    const input = element("input", { type: "password", autocomplete: "off", value: this.apiKey ?? "" });
    input.addEventListener("input", () => this.apiKey = input.value);
    return element("label", {}, "X-API-Key, if writes need one", input);
  }

  async post(path, fields) {
    try {
      const headers = { "Content-Type": "application/json", ...(this.apiKey ? { "X-API-Key": this.apiKey } : {}) };
      const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(fields) });
      const text = await answer.text();
      this.answer.textContent = answer.ok ? `Done: ${text}` : refusal(answer.status, text);
    }
    catch (error) {
      this.answer.textContent = "The gateway does not answer.";
    }
    this.refresh();
  }

}

function refusal(status, text) {
  try {
    const problem = JSON.parse(text);
    return `Refused: ${problem.field ? `${problem.field} ` : ""}${problem.detail ?? problem.title ?? status}`;
  }
  catch (error) {
    return `Refused with ${status}.`;
  }
}
