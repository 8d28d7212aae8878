/* A card of the layout as elements: headline, charts with legends, the busiest, a strip for many, details, tables. */

import { LiveChart } from "./chart.js";
import { element, setText } from "./dom.js";
import { NoticeView } from "./notice.js";
import { StripView } from "./strip.js";
import { BusiestView, TableView } from "./table.js";
import { text } from "./units.js";

export class CardView {
  #figures = [];
  #charts;
  #strip;
  #busiest;
  #tables;

  /** `fill(card)` asks for the whole page, or gives it back. */
  constructor(card, catalogue, fill) {
    Object.assign(this, { card, catalogue });
    this.notice = new NoticeView();
    this.#charts = card.charts.map(chart => new LiveChart(
      chart.lines, catalogue.unit(chart.lines[0].address), chart.least,
      chart.ceiling ? () => this.latest && catalogue.value(this.latest, chart.ceiling) : null, chart.title || card.title));
    this.#strip = card.strip ? new StripView(card.strip, catalogue) : null;
    const busiest = card.tables.find(table => table.key === card.busiest);
    this.#busiest = busiest ? new BusiestView(busiest, card.most, catalogue, () => fill(this)) : null;
    this.#tables = card.tables.map(table => new TableView(table, catalogue));
    const equal = card.headline.length > 1 && card.headline.every(figure => figure.label);
    this.fillButton = element("button", {
      type: "button", class: "link fill", title: "Fill the page (double click), Escape goes back",
      "aria-label": `${card.title}: fill the page`, "aria-expanded": "false", onclick: () => fill(this),
    }, card.tables.length ? "details" : "⤢");
    this.root = element("section", { class: "card", "aria-label": card.title, ondblclick: event => {
      if (!event.target.closest("button, table, code")) fill(this);
    } },
      element("header", {}, element("h2", {}, card.title), this.fillButton,
        element("div", { class: equal ? "headline equal" : "headline" }, card.headline.map(one => this.#figure(one)))),
      this.notice.root,
      element("div", { class: "middle" }, this.#charts.map((chart, index) => element("div", { class: "plot" },
        card.charts[index].title ? element("h3", {}, card.charts[index].title) : null, chart.box, chart.legend)), this.#busiest?.root),
      this.#strip?.root,
      card.details.length ? element("div", { class: "details" }, card.details.map(one => this.#figure(one))) : null,
      element("div", { class: "tables" }, this.#tables.map(table => element("div", { class: "wide" },
        element("h3", {}, table.table.title), table.root))));
  }

  /** Show a sample; `recent` is what the charts draw. */
  show(data, recent, now) {
    this.latest = data;
    this.notice.show(data[this.card.type]);
    for (const { figure, value } of this.#figures) this.#showFigure(figure, value, data);
    for (const chart of this.#charts) chart.draw(recent, now);
    this.#strip?.show(data);
    this.#busiest?.show(data);
    if (this.root.classList.contains("filled")) for (const table of this.#tables) table.show(data);
  }

  /** Have the whole page, with the tables, or a place among the others. */
  setFilled(filled) {
    this.root.classList.toggle("filled", filled);
    this.fillButton.setAttribute("aria-expanded", String(filled));
    if (filled && this.latest) for (const table of this.#tables) table.show(this.latest);
  }

  restyle() {
    for (const chart of this.#charts) chart.restyle();
    this.#strip?.restyle();
  }

  #figure(figure) {
    const value = element("span", { class: "value", "--widest": `${figure.widest.length}ch` }, "…");
    this.#figures.push({ figure, value });
    return element("span", { class: "figure" }, figure.label ? `${figure.label} ` : "", value);
  }

  #showFigure(figure, node, data) {
    let address = figure.address, name = "";
    if (figure.pick === "highest") {
      const found = this.catalogue.instances(data, address)
        .map(instance => [instance, this.catalogue.value(data, `${address}[${instance}]`)])
        .filter(([, number]) => typeof number === "number").sort((a, b) => b[1] - a[1])[0];
      if (found) { name = figure.named ? ` ${found[0]}` : ""; address = `${address}[${found[0]}]`; }
    }
    const value = this.catalogue.value(data, address);
    setText(node, text(value, this.catalogue.unit(address)) + name);
    node.classList.toggle("missing", value === undefined);
    const doubt = value === undefined ? "" : this.catalogue.doubt(data, figure.doubtful, figure.least);
    node.classList.toggle("doubtful", doubt !== "");
    const help = this.catalogue.metric(address)?.help ?? "";
    const title = value === undefined ? this.catalogue.why(data, address) : doubt ? `${doubt}\n${help}` : help;
    if (node.title !== title) node.title = title;
  }
}
