/* One chart of the live page, drawn by uPlot: curves, areas, stacks and mirrored halves over a shared time axis. */

import { agoAxis, valueAxis } from "./axes.js";
import { colour, element, setText } from "./dom.js";
import { dots } from "./gaps.js";
import { SPAN } from "./recent.js";
import { clock, niceCeiling, text } from "./units.js";

const DASH = [6, 4];
// How many samples a top stays too high before it comes down.
const PATIENCE = 10;
const SHARES = [0.2, 0.5, 1];

export class LiveChart {
  #plot = null;
  #hidden = new Set();
  #top = 0;
  #calm = 0;

  /** `lines` as the layout has them; `unit` of all; `ceiling()` the fixed top where there is one. */
  constructor(lines, unit, least, ceiling, label) {
    Object.assign(this, { lines, unit, least, ceiling });
    this.stacked = lines.some(line => line.style === "stack");
    this.mirrored = lines.some(line => line.style === "mirror");
    this.box = element("div", { class: "chart", role: "img", "aria-label": `${label}, the last five minutes` });
    this.time = element("time");
    this.items = lines.map((line, index) => element("button", {
      type: "button", class: line.style === "dashed" ? "dashed" : "", "--line": `var(--${line.colour})`,
      "aria-pressed": "true", title: "show or hide", onclick: () => this.#toggle(index),
    }, line.label));
    this.legend = element("div", { class: "legend" }, this.items, this.time);
    new ResizeObserver(() => this.#resize()).observe(this.box);
  }

  /** Draw the newest state. */
  draw(recent, now) {
    this.recent = recent;
    this.now = now;
    if (!this.box.clientWidth) return;
    if (!this.#plot) this.#create();
    const range = this.#range();
    this.#plot.batch(() => {
      this.#plot.setData(this.#data(), false);
      this.#plot.setScale("x", { min: now - SPAN, max: now });
      this.#plot.setScale("y", range);
    });
    this.#hover(this.#plot.cursor.idx);
  }

  /** Colours of the theme that now holds. */
  restyle() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.recent) this.draw(this.recent, this.now);
  }

  #data() {
    const columns = this.lines.map(line => line.style === "mirror"
      ? this.recent.of(line.address).map(value => value === null ? null : -value) : this.recent.of(line.address));
    if (this.stacked) {
      const sums = this.recent.times.map(() => 0);
      this.lines.forEach((_, index) => {
        if (this.#hidden.has(index)) return;
        columns[index] = columns[index].map((value, at) => value === null ? null : sums[at] += value);
      });
    }
    return [this.recent.times, ...columns];
  }

  #range() {
    let above = this.least, below = 0;
    this.lines.forEach((line, index) => {
      if (this.#hidden.has(index)) return;
      const greatest = this.recent.of(line.address).reduce((most, value) => value > most ? value : most, 0);
      if (line.style === "mirror") below = Math.max(below, greatest);
      else above = Math.max(above, greatest);
    });
    const fixed = this.ceiling?.() ?? (this.unit.symbol === "%" && !this.least ? 100 : 0);
    if (fixed >= above) return { min: 0, max: fixed };
    const full = niceCeiling(Math.max(above, below), this.unit);
    // Grows at once; shrinks only after it has been too high for a while.
    this.#calm = full < this.#top ? this.#calm + 1 : 0;
    if (full > this.#top || this.#calm > PATIENCE) { this.#top = full; this.#calm = 0; }
    if (!this.mirrored) return { min: 0, max: this.#top };
    // The side with less gets a fifth, half, or as much as the other.
    const less = SHARES.find(share => share * this.#top >= Math.min(above, below)) * this.#top;
    return above >= below ? { min: -less, max: this.#top } : { min: -this.#top, max: less };
  }

  #create() {
    const series = this.lines.map((line, index) => ({
      label: line.label, stroke: colour(line.colour), width: 1.5, spanGaps: false, points: dots,
      show: !this.#hidden.has(index), dash: line.style === "dashed" ? DASH : undefined,
      fill: ["area", "stack", "mirror"].includes(line.style) ? colour(line.colour) + (line.colour === "quiet" ? "26" : this.stacked ? "66" : "33") : undefined,
    }));
    const axis = valueAxis(this.unit);
    // Below zero is only where it is drawn: the number itself has no sign.
    if (this.mirrored) axis.values = (plot, at) => valueAxis(this.unit).values(plot, at.map(Math.abs));
    this.#plot = new uPlot({
      width: this.box.clientWidth, height: this.box.clientHeight, padding: [8, 4, 0, 0],
      cursor: { sync: { key: "perfwatch", scales: ["x", null] }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
      legend: { show: false },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [agoAxis(() => this.now), axis],
      series: [{}, ...series], bands: this.#bands(),
      hooks: { setCursor: [plot => this.#hover(plot.cursor.idx)] },
    }, this.#data(), this.box);
  }

  /** What stands on one another is filled between two neighbours only. */
  #bands() {
    if (!this.stacked) return [];
    const shown = this.lines.map((_, index) => index).filter(index => !this.#hidden.has(index));
    return shown.slice(1).map((upper, index) => ({ series: [upper + 1, shown[index] + 1] }));
  }

  #hover(index) {
    const known = index != null && index < this.recent.times.length;
    setText(this.time, known ? clock(this.recent.times[index]) : "");
    this.lines.forEach((line, at) => setText(this.items[at],
      known ? `${line.label} ${text(this.recent.of(line.address)[index], this.unit)}` : line.label));
  }

  #toggle(index) {
    this.#hidden.has(index) ? this.#hidden.delete(index) : this.#hidden.add(index);
    this.items[index].setAttribute("aria-pressed", String(!this.#hidden.has(index)));
    this.restyle();
  }

  #resize() {
    if (!this.box.clientWidth) return;
    if (this.#plot) this.#plot.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
    else if (this.recent) this.draw(this.recent, this.now);
  }
}
