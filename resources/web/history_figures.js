/* The tables below History's charts: what a span sums up to, beside another span, and which series changed most. */

import { split } from "./addresses.js";
import { element, setText } from "./dom.js";
import { text } from "./units.js";

const FIGURES = [["mean", "Mean"], ["min", "Least"], ["p50", "Median"], ["p95", "95 %"], ["p99", "99 %"], ["max", "Most"]];
const SHOWN = 40, MOST_THINGS = 12;

export class FiguresTable {
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.head = element("tr");
    this.body = element("tbody");
    this.root = element("section", { class: "card", "aria-label": "Statistics" },
      element("header", {}, element("h2", {}, "Statistics")), element("div", { class: "wide" }, element("table", {}, element("thead", {}, this.head), this.body)));
  }

  /** `lines` with what `history.figures` gave for their span and for the other (null for none). */
  show(lines, figures, other) {
    const names = ["Series", ...FIGURES.map(([, name]) => name), "Samples", ...other ? ["Mean then", "Change"] : []];
    this.head.replaceChildren(...names.map(name => element("th", { scope: "col" }, name)));
    this.body.replaceChildren(...lines.map(line => element("tr", {}, element("th", { scope: "row", class: "item", "--line": `var(--${line.colour})`, title: line.help }, line.address),
      this.#cells(figures.series[line.address], this.catalogue.unit(line.address), other?.series[line.address], Boolean(other)))));
  }

  #cells(one, unit, then, compared) {
    const cells = [...FIGURES.map(([key]) => text(one?.[key], unit)), one ? one.count.toLocaleString() : "0"];
    if (compared) cells.push(text(then?.mean, unit), one && then ? change(one.mean, then.mean, unit) : "");
    return cells.map(words => element("td", {}, words));
  }
}

export class ChangesTable {
  /** `add(address)` puts a series into the charts. */
  constructor(catalogue, add) {
    Object.assign(this, { catalogue, add });
    this.said = element("p", { class: "quiet", role: "status" });
    this.body = element("tbody");
    this.table = element("div", { class: "wide" }, element("table", {}, element("thead", {}, element("tr", {},
      ["Series", "Then", "Now", "Change", "Effect"].map(name => element("th", { scope: "col" }, name)))), this.body));
    this.root = element("section", { class: "card", "aria-label": "What changed", hidden: true },
      element("header", {}, element("h2", {}, "What changed")), this.said, this.table);
  }

  wait() {
    this.root.hidden = false;
    this.table.hidden = true;
    setText(this.said, "looking through all series …");
  }

  fail(words) {
    setText(this.said, words);
    this.table.hidden = true;
  }

  /** Show what `history.changes` gave. */
  show({ changes, count, compared, appeared, vanished }) {
    this.table.hidden = !changes.length;
    const words = [count ? `${count} of ${compared} series moved more than by chance; the most changed first.`
      : compared ? `Nothing moved more than by chance among ${compared} series.` : "No series is in both spans.",
      appeared.length ? `Only in this span: ${summed(appeared)}.` : "", vanished.length ? `Only in the other: ${summed(vanished)}.` : ""];
    setText(this.said, words.filter(Boolean).join(" "));
    this.body.replaceChildren(...changes.slice(0, SHOWN).map(one => this.#row(one)));
  }

  #row({ series, comparison_avg: then, current_avg: now, effect }) {
    const unit = this.catalogue.unit(series), meter = element("span", { class: "effect", title: `Cliff's delta ${effect.toFixed(2)}` },
      element("span", { class: effect < 0 ? "down" : "up", "--part": `${Math.abs(effect) * 50}%` }));
    return element("tr", {}, element("th", { scope: "row" }, element("button", {
      type: "button", class: "link", title: `${this.catalogue.metric(series)?.help ?? ""}\nShow it in a chart`, onclick: () => this.add(series) }, series)),
      [text(then, unit), text(now, unit), change(now, then, unit)].map(words => element("td", {}, words)), element("td", {}, meter));
  }
}

/** Addresses in few words: all numbers of one interface, disk or core count as one thing. */
function summed(addresses) {
  const things = [...new Set(addresses.map(address => {
    const [key, instance] = split(address);
    return instance ? `${key.split(".")[0]} ${instance}` : address;
  }))];
  return things.length > MOST_THINGS ? `${things.slice(0, MOST_THINGS).join(", ")} and ${things.length - MOST_THINGS} more` : things.join(", ");
}

/** `+12.3 %`, or the plain difference where percent say nothing. */
function change(now, then, unit) {
  const part = unit.symbol === "%" || !then ? null : 100 * (now - then) / Math.abs(then);
  const size = part === null ? text(Math.abs(now - then), unit) : `${Math.abs(part).toFixed(1)} %`;
  // what rounds to nothing has no direction
  return `${parseFloat(size) === 0 ? "±" : now > then ? "+" : "−"}${size}`;
}
