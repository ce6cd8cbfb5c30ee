// Begins here: one stream for each gateway, one drawing for all that arrived meanwhile.
import { BucketDialog } from "./bucket.js";
import { Explanation } from "./explain.js";
import { Fleet } from "./fleet.js";
import { View } from "./view.js";
import { listen } from "./stream.js";

const CALM = 2_000;
const LIVELY = 250;

const config = JSON.parse(document.body.dataset.config);
document.body.dataset.writes = config.writes ? "yes" : "";
const here = new URL(".", document.baseURI).href;
const isLoopback = (host) => ["localhost", "127.0.0.1"].includes(host);

// A gateway of this machine, under the name of this machine by which the page was opened.
function slash(address) {
  const url = new URL(address.endsWith("/") ? address : `${address}/`, document.baseURI);
  if (isLoopback(url.hostname) && isLoopback(location.hostname)) {
    url.hostname = location.hostname;
  }
  return url.href;
}

const fleet = new Fleet([...new Set([here, ...config.gateways.map(slash)])]);
const dialog = new BucketDialog(document.getElementById("bucket"), config);
const explanation = new Explanation(document.getElementById("explanation"), document.getElementById("explain"), config);
const view = new View(fleet, (limit, key) => dialog.open(limit, key));
const pause = document.getElementById("pause");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let drawnAt = 0;
let due = null;

function draw() {
  due = null;
  drawnAt = Date.now();
  if (pause.getAttribute("aria-pressed") === "false") {
    view.draw();
  }
}

function changed() {
  due ??= setTimeout(draw, Math.max(0, drawnAt + (calm.matches ? CALM : LIVELY) - Date.now()));
}

pause.addEventListener("click", () => {
  const paused = pause.getAttribute("aria-pressed") === "false";
  pause.setAttribute("aria-pressed", paused);
  document.getElementById("age").textContent = paused ? `Paused at ${new Date().toLocaleTimeString()}` : "";
  changed();
});

function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.has("limit")) {
    dialog.open(wanted.get("limit"), wanted.get("key"));
  }
  if (wanted.has("explain")) {
    explanation.open(wanted.get("explain"));
  }
}

fleet.gateways.forEach((gateway) => listen(gateway, changed));
setInterval(changed, 1_000);
addEventListener("hashchange", follow);
follow();
if (config.extension) {
  import(new URL(config.extension, document.baseURI).href).then((module) => module.extend(document.getElementById("extension"), fleet));
}
