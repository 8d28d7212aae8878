/* One chart of the live page, drawn by uPlot: curves, areas, stacks and mirrored halves over a shared time axis. */

import { colour, element, setText } from "./dom.js";
import { SPAN } from "./recent.js";
import { clock, niceCeiling, prefix, text } from "./units.js";

const DASH = [6, 4];
const sync = () => uPlot.sync("perfwatch");

export class LiveChart {
  #plot = null;
  #hidden = new Set();
  #top = 0;
  #calm = 0;

  /** `lines` as the layout has them; `unit` of all; `ceiling()` the fixed top where there is one. */
  constructor(lines, unit, least, ceiling) {
    Object.assign(this, { lines, unit, least, ceiling });
    this.stacked = lines.some(line => line.style === "stack");
    this.mirrored = lines.some(line => line.style === "mirror");
    this.box = element("div", { class: "chart" });
    this.time = element("time");
    this.items = lines.map((line, index) => element("button", {
      type: "button", class: line.style === "dashed" ? "dashed" : "", "--line": `var(--${line.colour})`,
      "aria-pressed": "true", onclick: () => this.#toggle(index),
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
    this.#plot.setData(this.#data(), false);
    this.#plot.batch(() => {
      this.#plot.setScale("x", { min: now - SPAN, max: now });
      this.#plot.setScale("y", this.#range());
    });
  }

  /** Colours of the theme that now holds. */
  restyle() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.recent) this.draw(this.recent, this.now);
  }

  #values(index) {
    const values = this.recent.of(this.lines[index].address);
    return this.lines[index].style === "mirror" ? values.map(value => value === null ? null : -value) : values;
  }

  #data() {
    const columns = this.lines.map((_, index) => this.#values(index));
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
    const fixed = this.ceiling?.() ?? (this.unit.symbol === "%" ? 100 : 0);
    if (fixed) return { min: 0, max: fixed };
    let highest = this.least;
    this.lines.forEach((line, index) => {
      if (this.#hidden.has(index)) return;
      for (const value of this.recent.of(line.address)) if (value > highest) highest = value;
    });
    const wanted = niceCeiling(highest, this.unit);
    // Grows at once; shrinks only after it has been too high for a while.
    this.#calm = wanted < this.#top ? this.#calm + 1 : 0;
    if (wanted > this.#top || this.#calm > 10) { this.#top = wanted; this.#calm = 0; }
    return { min: this.mirrored ? -this.#top : 0, max: this.#top };
  }

  #create() {
    const quiet = colour("quiet"), grid = { stroke: colour("grid"), width: 1 };
    const series = this.lines.map((line, index) => ({
      label: line.label, stroke: colour(line.colour), width: 1.5, spanGaps: false, points: { show: false },
      show: !this.#hidden.has(index), dash: line.style === "dashed" ? DASH : undefined,
      fill: ["area", "stack", "mirror"].includes(line.style) ? colour(line.colour) + "33" : undefined,
    }));
    this.#plot = new uPlot({
      width: this.box.clientWidth, height: this.box.clientHeight, padding: [8, 4, 0, 0],
      cursor: { sync: { key: sync().key, scales: ["x", null] }, drag: { x: false, y: false }, y: false },
      legend: { show: false },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        { stroke: quiet, grid: { show: false }, ticks: { show: false }, size: 22, font: "11px system-ui", space: 80,
          splits: () => [-240, -180, -120, -60].map(ago => this.now + ago),
          values: (_, splits) => splits.map(at => `${Math.round((at - this.now) / 60)} min`.replace("-", "−")) },
        { stroke: quiet, grid, ticks: { show: false }, size: 66, font: "11px system-ui",
          splits: () => this.#splits(), values: (_, splits) => this.#ticks(splits) },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [plot => this.#hover(plot.cursor.idx)] },
    }, this.#data(), this.box);
  }

  #splits() {
    const { min, max } = this.#plot.scales.y;
    return min < 0 ? [min, 0, max] : [0, max / 2, max];
  }

  #ticks(splits) {
    const [factor, symbol] = prefix(Math.max(...splits.map(Math.abs)), this.unit);
    return splits.map(at => `${+(Math.abs(at) / factor).toPrecision(3)} ${symbol}`.trimEnd());
  }

  #hover(index) {
    setText(this.time, index == null ? "" : clock(this.recent.times[index]));
    this.lines.forEach((line, at) => {
      const value = index == null ? null : this.recent.of(line.address)[index];
      setText(this.items[at], index == null ? line.label : `${line.label} ${text(value, this.unit)}`);
    });
  }

  #toggle(index) {
    this.#hidden.has(index) ? this.#hidden.delete(index) : this.#hidden.add(index);
    this.items[index].setAttribute("aria-pressed", String(!this.#hidden.has(index)));
    this.#plot?.setSeries(index + 1, { show: !this.#hidden.has(index) });
    if (this.recent) this.draw(this.recent, this.now);
  }

  #resize() {
    if (!this.box.clientWidth) return;
    if (this.#plot) this.#plot.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
    else if (this.recent) this.draw(this.recent, this.now);
  }
}
