/* Which series History shows: those of the layout's cards at first, any that have history after a choice. */

import { split } from "./addresses.js";
import { element, setText } from "./dom.js";

const PALETTE = ["blue", "green", "amber", "purple", "cyan", "orange", "pink", "red"];
export const MOST = PALETTE.length;

export class SeriesChoice {
  #lines = new Map();
  #addresses = [];

  /** `changed(type, series)` is told of a choice; `load()` gives all addresses with history in the span. */
  constructor(layout, catalogue, changed, load) {
    Object.assign(this, { catalogue, changed, load });
    this.types = new Map();
    for (const card of layout.pages.flatMap(page => page.cards)) this.#take(card);
    for (const [key, metric] of catalogue.all) {
      const lines = this.types.get(metric.type) ?? this.types.set(metric.type, { title: metric.type, lines: [] }).get(metric.type);
      if (metric.type === "self" && !metric.per && lines.lines.length < 2) lines.lines.push(key);
    }
    this.type = element("select", { "aria-label": "Subject", onchange: () => changed(this.type.value, this.first(this.type.value)) },
      [...this.types].map(([type, { title }]) => element("option", { value: type }, title === "self" ? "PerfWatch itself" : title)));
    this.find = element("input", { type: "search", placeholder: "find a series", "aria-label": "Find a series", oninput: () => this.#list() });
    this.list = element("div", { class: "choices", role: "group", "aria-label": "Series" });
    this.summary = element("summary", {}, "Series");
    this.picker = element("details", { class: "picker", ontoggle: () => this.#opened() }, this.summary, element("div", { class: "pop" }, this.find, this.list));
    document.addEventListener("pointerdown", event => { if (!this.picker.contains(event.target)) this.picker.open = false; });
  }

  /** The series a type is shown by at first. */
  first(type) { return this.types.get(type)?.lines.slice(0, MOST) ?? []; }

  /** Show which are chosen. */
  show(type, series) {
    this.chosen = series;
    this.type.value = type;
    setText(this.summary, `Series · ${series.length}`);
    if (this.picker.open) this.#list();
  }

  /** The chosen ones as {address, label, colour, help}, no two of one colour. */
  lines(series) {
    const free = PALETTE.filter(colour => !series.some(address => this.#lines.get(address)?.colour === colour)), used = new Set();
    return series.map(address => {
      const line = this.#lines.get(address), help = this.catalogue.metric(address)?.help;
      const colour = line && PALETTE.includes(line.colour) && !used.has(line.colour) ? line.colour : free.shift() ?? "quiet";
      used.add(colour);
      return { address, label: address, colour, help };
    });
  }

  #take(card) {
    const found = this.types.get(card.type) ?? this.types.set(card.type, { title: card.title, lines: [] }).get(card.type);
    for (const line of card.charts.flatMap(chart => chart.lines)) {
      if (split(line.address)[0].split(".")[0] === card.type && !found.lines.includes(line.address)) found.lines.push(line.address);
      if (!this.#lines.has(line.address)) this.#lines.set(line.address, line);
    }
  }

  async #opened() {
    if (!this.picker.open) return;
    this.find.focus();
    this.#addresses = await this.load();
    this.#list();
  }

  #list() {
    const words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...new Set([...this.chosen, ...this.#addresses])];
    // without a word those of the subject, with words all that have them
    const fits = address => words.length ? words.every(word => address.toLowerCase().includes(word)) : address.startsWith(`${this.type.value}.`);
    const shown = all.filter(address => this.chosen.includes(address) || fits(address));
    this.list.replaceChildren(...shown.slice(0, 300).map(address => this.#choice(address)));
    if (!shown.length) this.list.append(element("p", { class: "quiet" }, "no series fits"));
  }

  #choice(address) {
    const on = this.chosen.includes(address);
    const box = element("input", { type: "checkbox", disabled: !on && this.chosen.length >= MOST, onchange: () => {
      const series = box.checked ? [...this.chosen, address] : this.chosen.filter(one => one !== address);
      if (series.length) this.changed(this.type.value, series);
      else box.checked = true;
    } });
    box.checked = on;
    return element("label", { class: "choice", title: this.catalogue.metric(address)?.help }, box, address);
  }
}
