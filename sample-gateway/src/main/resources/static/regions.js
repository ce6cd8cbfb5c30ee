// The controls of the sample's three regions, and the promise beside them.

const ROOT = document.baseURI.replace(/actuator\/console\/$/, "");
const PATH = `${ROOT}regions`;

export function extend(target) {
  target.innerHTML = `<section class="card" aria-labelledby="try-title">
    <h2 id="try-title">Break it: three regions, one budget</h2>
    <p>Every burst spends the budget of one caller. Fire at all regions, cut one, fire again, and watch the promise.</p>
    <div class="row"><label>Requests a burst<input id="burst-size" type="number" min="1" max="5000" value="400"></label>
      <button type="button" id="fire-all">Fire at all regions</button></div>
    <div id="region-list"></div>
    <div class="row"><button type="button" id="slow" aria-pressed="false">Slow the upstream</button>
      <button type="button" id="redis" aria-pressed="false">Kill Redis</button></div>
    <p id="promise" class="why"></p><p id="bursts" class="answer" role="status"></p></section>`;
  const find = (id) => target.querySelector(`#${id}`);
  const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
  const rows = new Map();

  async function call(path) {
    return (await fetch(path, { method: "POST" })).json();
  }

  async function fire(names) {
    find("bursts").textContent = `Firing at ${names.join(", ")} …`;
    const size = find("burst-size").value;
    const bursts = await Promise.all(names.map((name) => call(`${PATH}/${name}/burst?requests=${size}`)));
    find("bursts").textContent = bursts.map((burst, i) => `${names[i]}: ${burst.admitted} admitted, ${burst.rejected} rejected`
      + (burst.failed ? `, ${burst.failed} failed` : "")).join(". ") + ".";
    await refresh();
  }

  function button(text, label, action) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", () => action(made));
    return made;
  }

  function row(region) {
    const made = document.createElement("div");
    made.className = "row";
    const name = Object.assign(document.createElement("b"), { textContent: region.name });
    const burst = button("Fire a burst", `Fire a burst at ${region.name}`, () => fire([region.name]));
    const cut = button("", "", async () => show(await call(`${PATH}/${region.name}/link?cut=${!isPressed(cut)}`)));
    cut.dataset.region = region.name;
    made.append(name, burst, cut);
    find("region-list").append(made);
    return cut;
  }

  function show(view) {
    for (const region of view.regions) {
      if (!rows.has(region.name)) {
        rows.set(region.name, row(region));
      }
      const cut = rows.get(region.name);
      cut.setAttribute("aria-pressed", region.cut);
      cut.textContent = region.cut ? "Heal its link" : "Cut its link";
      cut.setAttribute("aria-label", `${cut.textContent}: ${region.name}`);
    }
    find("slow").setAttribute("aria-pressed", view.delayMillis > 0);
    find("redis").setAttribute("aria-pressed", !view.redis);
    const { admitted, budget, seconds } = view.promise;
    // a strict limit lets each gateway spend one token that others have not heard of
    const unheard = view.regions.length;
    const kept = admitted <= budget + unheard;
    find("promise").dataset.tone = kept ? "good" : "bad";
    find("promise").textContent = (seconds === 0) ? "The promise: all regions together admit no more than one bucket has."
      : `The promise ${kept ? "holds" : `is broken by ${admitted - budget}`}: ${admitted} were admitted, and ${budget} may be: `
        + `one full bucket and ${Math.floor(seconds)} seconds of refill`
        + (kept && admitted > budget ? `, give or take ${unheard} that were spent before others heard of it.` : ".");
  }

  async function refresh() {
    try {
      show(await (await fetch(PATH)).json());
    }
    catch (error) {
      find("bursts").textContent = "The gateway of this page does not answer.";
    }
  }

  find("fire-all").addEventListener("click", () => fire([...rows.keys()]));
  find("slow").addEventListener("click", async () =>
    show(await call(`${ROOT}upstream?delayMillis=${isPressed(find("slow")) ? 0 : 800}`)));
  find("redis").addEventListener("click", async () => show(await call(`${ROOT}redis?running=${isPressed(find("redis"))}`)));
  refresh();
  setInterval(() => document.hidden || refresh(), 1_000);
}
