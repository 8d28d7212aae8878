/* A card of the layout as elements: headline, chart with legend, a strip for many, details, tables. */

import { LiveChart } from "./chart.js";
import { colour, element, setText } from "./dom.js";
import { text } from "./units.js";

export class CardView {
  constructor(card, catalogue) {
    Object.assign(this, { card, catalogue });
    this.figures = [];
    this.charts = card.charts.map(chart => new LiveChart(
      chart.lines, catalogue.unit(chart.lines[0].address), chart.least,
      chart.ceiling ? () => this.latest && catalogue.value(this.latest, chart.ceiling) : null));
    this.strip = card.strip ? element("canvas", { class: "strip", role: "img" }) : null;
    this.trouble = element("p", { class: "trouble", hidden: true });
    this.tables = card.tables.map(table => new TableView(table, catalogue));
    const equal = card.headline.length > 1 && card.headline.every(figure => figure.label);
    this.root = element("section", { class: "card", "aria-label": card.title },
      element("header", {}, element("h2", {}, card.title),
        element("div", { class: equal ? "headline equal" : "headline" }, card.headline.map(one => this.#figure(one)))),
      this.trouble,
      this.charts.map((chart, index) => [
        card.charts[index].title && card.charts.length > 1 ? element("div", { class: "trouble" }, card.charts[index].title) : null,
        chart.box, chart.legend]).flat(),
      this.strip,
      element("div", { class: "details" }, card.details.map(one => this.#figure(one))),
      this.tables.map(table => element("details", {}, element("summary", {}, table.table.title),
        element("div", { class: "wide" }, table.root))));
  }

  /** Show a sample; `recent` is what the charts draw. */
  show(data, recent, now) {
    this.latest = data;
    const shape = data[this.card.type] ?? {};
    const trouble = shape._error ?? shape._unavailable ?? (shape.available === false ? shape.reason : "");
    this.trouble.hidden = !trouble;
    setText(this.trouble, trouble ?? "");
    for (const { figure, value } of this.figures) this.#showFigure(figure, value, data);
    for (const chart of this.charts) chart.draw(recent, now);
    if (this.strip) this.#drawStrip(data);
    for (const table of this.tables) if (table.root.offsetParent) table.show(data);
  }

  restyle() { for (const chart of this.charts) chart.restyle(); }

  #figure(figure) {
    const value = element("span", { class: "value" }, "…");
    value.style.minWidth = `${figure.widest.length * 0.62}em`;
    this.figures.push({ figure, value });
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
    const title = value === undefined ? this.catalogue.why(data, address) : this.catalogue.metric(address)?.help ?? "";
    if (node.title !== title) node.title = title;
  }

  #drawStrip(data) {
    const names = this.catalogue.instances(data, this.card.strip);
    const values = names.map(name => this.catalogue.value(data, `${this.card.strip}[${name}]`));
    const { clientWidth: width, clientHeight: height } = this.strip, scale = devicePixelRatio;
    if (!width) return;
    this.strip.width = width * scale;
    this.strip.height = height * scale;
    const draw = this.strip.getContext("2d");
    draw.scale(scale, scale);
    const step = width / Math.max(values.length, 1), gap = step > 4 ? 1 : 0, heat = values.length > 32;
    values.forEach((value, index) => {
      draw.globalAlpha = 1;
      draw.fillStyle = colour("border");
      draw.fillRect(index * step, 0, step - gap, height);
      if (typeof value !== "number") return;
      draw.fillStyle = colour("blue");
      draw.globalAlpha = heat ? value / 100 : 1;
      const full = heat ? height : height * value / 100;
      draw.fillRect(index * step, height - full, step - gap, full);
    });
    this.strip.setAttribute("aria-label", `${values.length} processors, the busiest at ${Math.max(0, ...values.filter(Number.isFinite)).toFixed(0)} %`);
  }
}

export class TableView {
  constructor(table, catalogue) {
    Object.assign(this, { table, catalogue });
    this.body = element("tbody");
    this.rows = new Map();
    this.root = element("table", {}, element("thead", {}, element("tr", {},
      [table.first, ...table.columns.map(column => column.label)].map(label => element("th", { scope: "col" }, label)))),
      this.body);
  }

  show(data) {
    const first = this.table.columns[0].address.replace("[*]", "");
    const names = this.table.rows.length ? this.table.rows : this.catalogue.instances(data, first);
    for (const [name, row] of this.rows) if (!names.includes(name)) { row.root.remove(); this.rows.delete(name); }
    for (const name of names) this.#row(name, data);
  }

  #row(name, data) {
    let row = this.rows.get(name);
    if (!row) {
      const cells = this.table.columns.map(() => element("td"));
      row = { cells, root: element("tr", {}, element("td", { title: this.catalogue.metric(`${this.table.key === "events" ? "perf_events." + name : ""}`)?.help }, name), cells) };
      this.rows.set(name, row);
      this.body.append(row.root);
    }
    this.table.columns.forEach((column, index) => {
      const address = Object.fromEntries(column.each)[name] ?? column.address.replace("*", name);
      const value = address ? this.catalogue.value(data, address) : "";
      const words = Object.fromEntries(column.words);
      setText(row.cells[index], address ? words[value] ?? text(value, this.catalogue.unit(address)) : "");
    });
    if (this.table.doubtful) {
      const sure = this.catalogue.value(data, this.table.doubtful.replace("*", name));
      row.root.classList.toggle("doubtful", typeof sure === "number" && sure < this.table.least);
    }
  }
}
