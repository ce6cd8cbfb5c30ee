// A line chart that can be read without a mouse and without eyes: arrows move along it, and a table stands in its place.
import uPlot from "./uplot.js";

const HEIGHT = 190;
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [1, 2]];
const WINDOW = 120;

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const forced = matchMedia("(forced-colors: active)");

const ink = (name) => forced.matches ? "CanvasText" : style(name);

export function colour(index) {
  return ink(`--c${index % 6}`);
}

export class Chart {

  constructor(caption, unit) {
    this.caption = caption;
    this.unit = unit;
    this.labels = [];
    this.data = [[]];
    this.element = document.createElement("figure");
    this.element.innerHTML = `<figcaption><b></b><span class="keys"></span><button type="button" class="link" aria-pressed="false">Table</button></figcaption>
      <div class="chart" tabindex="0" role="img"></div><p class="reading" aria-live="polite"></p><div class="scroll" hidden tabindex="0" role="region"></div>`;
    this.element.querySelector("b").textContent = caption;
    this.keys = this.element.querySelector(".keys");
    this.plotted = this.element.querySelector(".chart");
    this.reading = this.element.querySelector(".reading");
    this.table = this.element.querySelector(".scroll");
    this.table.setAttribute("aria-label", `${caption}, as a table`);
    this.toggle = this.element.querySelector("button");
    this.toggle.setAttribute("aria-label", `${caption}: table`);
    this.toggle.addEventListener("click", () => this.showTable(this.table.hidden));
    this.plotted.addEventListener("keydown", (event) => this.move(event));
    this.plotted.addEventListener("blur", () => this.reading.textContent = "");
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  showTable(shown) {
    this.toggle.setAttribute("aria-pressed", shown);
    this.table.hidden = !shown;
    this.plotted.hidden = shown;
    this.reading.hidden = shown;
    this.draw(this.labels, this.data);
  }

  draw(labels, data, top) {
    const same = this.plot && labels.join("\n") === this.labels.join("\n") && this.theme === theme();
    this.labels = labels;
    this.data = data;
    this.top = top ?? this.top;
    this.plotted.setAttribute("aria-label", `${this.caption}. ${this.readAt(data[0].length - 1)}`);
    if (!this.table.hidden) {
      this.fillTable();
      return;
    }
    if (!same) {
      this.build();
    }
    this.plot.setData(data);
  }

  build() {
    this.plot?.destroy();
    this.theme = theme();
    this.keys.replaceChildren(...this.labels.map((label, i) => legend(label, i)));
    const axis = { stroke: ink("--faint"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line") } };
    this.plot = new uPlot({
      width: this.width(), height: HEIGHT, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
      scales: {
        x: { range: (plot, min, max) => [(max ?? 0) - WINDOW, max ?? 0] },
        y: { range: (plot, min, max) => [Math.min(0, min ?? 0), Math.max(this.top ?? 0, max ?? 0, 1) * 1.05] },
      },
      axes: [{ ...axis, space: 90 }, { ...axis, size: 56 }],
      series: [{}, ...this.labels.map((label, i) => ({ label, stroke: colour(i), width: 2, dash: DASHES[i % 6], spanGaps: true,
        points: { show: false } }))],
      hooks: { setCursor: [(plot) => this.read(plot.cursor.idx)] },
    }, this.data, this.plotted);
  }

  read(index) {
    if (index !== null && index !== undefined) {
      this.reading.textContent = this.readAt(index);
    }
  }

  readAt(index) {
    const [times, ...lines] = this.data;
    if (index < 0 || times[index] === undefined) {
      return "No values yet.";
    }
    const values = lines.map((line, i) => `${this.labels[i]} ${format(line[index])}`);
    return `${time(times[index])}: ${values.join(", ")} ${this.unit}.`;
  }

  move(event) {
    const last = this.data[0].length - 1;
    const now = this.index ?? last;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (next === undefined || !this.plot) {
      return;
    }
    event.preventDefault();
    this.index = Math.max(0, Math.min(last, next));
    this.plot.setCursor({ left: this.plot.valToPos(this.data[0][this.index], "x"), top: 10 }, false);
    this.reading.textContent = this.readAt(this.index);
  }

  fillTable() {
    const [times, ...lines] = this.data;
    const rows = times.map((value, i) => i).slice(-20).reverse()
      .map((i) => `<tr><th scope="row">${time(times[i])}</th>${lines.map((line) => `<td class="n">${format(line[i])}</td>`).join("")}</tr>`);
    this.table.innerHTML = `<table><thead><tr><th scope="col">Time</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
    const head = this.table.querySelector("tr");
    this.labels.forEach((label) => head.append(Object.assign(document.createElement("th"), { scope: "col", className: "n", textContent: label })));
  }

  width() {
    return Math.max(240, this.element.clientWidth);
  }

  resize() {
    if (this.plot && this.plot.width !== this.width()) {
      this.plot.setSize({ width: this.width(), height: HEIGHT });
    }
  }

}

function legend(label, index) {
  const item = document.createElement("span");
  const line = document.createElement("span");
  line.className = "key";
  line.style.borderTopColor = colour(index);
  line.style.borderTopStyle = (index % 6 === 0) ? "solid" : (index % 2 === 1) ? "dashed" : "dotted";
  item.append(line, label, " ");
  return item;
}

function theme() {
  return forced.matches + style("--paper");
}

export function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString();
}

export function format(value) {
  return (value === null || value === undefined) ? "–" : String(Math.round(value * 100) / 100);
}
