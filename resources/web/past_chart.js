/* A chart of the past, drawn by uPlot: means with a band from least to most, another span dashed over it, the difference below. */

import { clockAxis, rangeOf, valueAxis } from "./axes.js";
import { colour, element, setText } from "./dom.js";
import { broken, dots, gapsIn } from "./gaps.js";
import { moment, text } from "./units.js";

const DASH = [5, 4];

export class PastChart {
  #plot = null;
  #under = null;

  /** `lines` are {address, label, colour} of one unit; `zoomed(from, to)` is told of a span that was dragged, `back()` of a double click. */
  constructor(lines, unit, zoomed, back) {
    Object.assign(this, { lines, unit, zoomed, back });
    this.box = element("div", { class: "chart past", role: "img", "aria-label": `${lines.map(line => line.label).join(", ")} over time` });
    this.below = element("div", { class: "chart difference", role: "img", "aria-label": "the difference" });
    this.belowTitle = element("h3", {}, "difference: this span less the other");
    this.time = element("time");
    this.items = lines.map(line => element("span", { class: "item", "--line": `var(--${line.colour})`, title: line.help }, line.label));
    this.legend = element("div", { class: "legend" }, this.items, this.time);
    this.root = element("section", { class: "card", "aria-label": lines.map(line => line.label).join(", ") },
      this.legend, this.box, this.belowTitle, this.below);
    new ResizeObserver(() => this.#resize()).observe(this.box);
  }

  /** Show what `history.points` gave for [from, to], and for the span `offset` seconds earlier (null for none), with a band or without. */
  show(points, other, offset, [from, to], band) {
    this.band = band;
    this.shown = [points, other, offset, [from, to]];
    const own = columns(points, this.lines, ["mean", "max", "min"], 0);
    const tables = other ? [own, columns(other, this.lines, ["mean"], offset, points.width)] : [own];
    this.data = tables.length > 1 ? uPlot.join(tables) : own;
    this.differences = other ? this.#difference() : null;
    this.belowTitle.hidden = this.below.hidden = !other;
    this.span = { min: from, max: to };
    this.restyle();
  }

  restyle() {
    this.#plot?.destroy();
    this.#under?.destroy();
    this.#plot = this.#under = null;
    if (!this.data || !this.box.clientWidth) return;
    this.#plot = this.#draw(this.box, this.data, this.#series(), true);
    if (this.differences) this.#under = this.#draw(this.below, this.differences, this.lines.map(line => stroke(line.colour)), false);
  }

  left() { this.#plot?.destroy(); this.#under?.destroy(); this.#plot = this.#under = null; }

  /** mean, most, least of every line, then the means of the other span. */
  #series() {
    const own = this.lines.flatMap(line => [stroke(line.colour), { points: { show: false } }, { points: { show: false } }]);
    const other = this.shown[1] ? this.lines.map(line => ({ ...stroke(line.colour), dash: DASH, alpha: 0.75 })) : [];
    return [...own, ...other];
  }

  #draw(box, data, series, whole) {
    const banded = whole && this.band, seen = data.slice(1).filter((_, index) => banded || !whole || series[index].stroke);
    const values = seen.flat().filter(Number.isFinite);
    const range = rangeOf(values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity), this.unit);
    return new uPlot({
      width: box.clientWidth, height: box.clientHeight, padding: [8, 18, 0, 0], legend: { show: false },
      cursor: {
        sync: { key: "perfwatch-past", scales: ["x", null] }, y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => () => { this.back(); return null; } },
      },
      scales: { x: { time: true, auto: false, range: () => [this.span.min, this.span.max] }, y: { auto: false, range: () => [range.min, range.max] } },
      axes: [clockAxis(), valueAxis(this.unit)], series: [{}, ...series],
      bands: banded ? this.lines.map((line, index) => ({ series: [index * 3 + 2, index * 3 + 3], fill: `${colour(line.colour)}40` })) : [],
      hooks: { setCursor: [plot => this.#hover(plot.cursor.idx, data)], setSelect: [plot => this.#selected(plot)] },
    }, data, box);
  }

  #selected(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.zoomed(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  }

  #hover(index, data) {
    if (data !== this.data) return;
    const known = index != null, at = column => text(this.data[column]?.[index] ?? null, this.unit);
    setText(this.time, known ? moment(this.data[0][index]) : "");
    this.lines.forEach((line, place) => {
      const first = place * 3 + 1, other = this.lines.length * 3 + place + 1;
      const least = this.data[first + 2][index], most = this.data[first + 1][index];
      const band = known && least != null && most > least ? ` (${at(first + 2)} to ${at(first + 1)})` : "";
      setText(this.items[place], known ? `${line.label} ${at(first)}${band}${this.shown[1] ? `, then ${at(other)}` : ""}` : line.label);
    });
  }

  #difference() {
    const first = this.lines.length * 3 + 1;
    return [this.data[0], ...this.lines.map((_, place) => this.data[place * 3 + 1].map((value, index) => {
      const then = this.data[first + place][index];
      return value == null || then == null ? value === undefined || then === undefined ? undefined : null : value - then;
    }))];
  }

  #resize() {
    if (!this.data || !this.box.clientWidth) return;
    if (!this.#plot) return this.restyle();
    this.#plot.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
    this.#under?.setSize({ width: this.below.clientWidth, height: this.below.clientHeight });
  }
}

/** [times, columns…] of all lines, moved by `offset` onto bins of `width`, broken at gaps. */
function columns({ time, width, series }, lines, names, offset, onto = width) {
  const moved = time.map(at => Math.floor((at + offset) / onto) * onto);
  const gaps = gapsIn(moved, width);
  const wanted = lines.flatMap(line => names.map(name => series[line.address]?.[name] ?? moved.map(() => null)));
  return [broken(moved, gaps, index => (moved[index - 1] + moved[index]) / 2), ...wanted.map(column => broken(column, gaps, () => null))];
}

function stroke(token) {
  return { stroke: colour(token), width: 1.5, points: dots, spanGaps: false };
}
