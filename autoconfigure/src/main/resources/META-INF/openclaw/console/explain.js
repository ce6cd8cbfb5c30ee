// Why is this caller rejected? What the endpoint answers, in words.
import { element } from "./view.js";
import { explained } from "./words.js";

export class Explanation {

  constructor(dialog, form, config) {
    this.dialog = dialog;
    this.config = config;
    this.title = element("h2", { id: "explanation-title" });
    this.body = element("div");
    this.body.setAttribute("role", "status");
    const close = element("button", { type: "button", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.append(this.title, this.body, close);
    dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.open(form.elements.key.value.trim());
      form.elements.key.value = "";
    });
  }

  async open(key) {
    if (key === "") {
      return;
    }
    this.title.textContent = "Why is this caller rejected?";
    this.body.textContent = "Asking …";
    if (!this.dialog.open) {
      this.dialog.showModal();
    }
    try {
      const answer = await fetch(`${this.config.endpoints}/tokenbuckets/explain?${new URLSearchParams({ key })}`,
        { headers: { Accept: "application/json" } });
      if (answer.ok) {
        this.show(await answer.json());
      }
      else {
        this.body.textContent = `The endpoint answers ${answer.status}.`;
      }
    }
    catch (error) {
      this.body.textContent = "The gateway does not answer.";
    }
  }

  // The link has the key as the endpoint shows it: what was typed may be a secret.
  show(view) {
    const gateway = view.self.replace(/#\d+$/, "");
    if (!view.known) {
      this.body.replaceChildren(element("p", { textContent: `${gateway} knows no such caller. Check the key: as the caller sends it, or its id. `
        + "Another gateway may serve it." }));
    }
    const told = view.known ? view.limits.filter((limit) => limit.verdict !== "unknown") : view.limits.filter((limit) => limit.verdict === "closed");
    if (view.known) {
      history.replaceState(null, "", `${location.pathname}${location.search}#${new URLSearchParams({ explain: told[0].key })}`);
      this.title.textContent = `Caller ${told[0].key}`;
      this.body.replaceChildren();
    }
    this.body.append(...told.flatMap((limit) => [
      element("h3", { textContent: (limit.plan === limit.limit) ? limit.limit : `${limit.limit}, by the plan ${limit.plan}` }),
      element("p", { textContent: explained(limit, gateway) }),
      element("p", { className: "why", textContent: limit.change })]));
  }

}
