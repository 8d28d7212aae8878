/* Tables of the layout: a row for each instance, sorted by any column, and the few busiest rows for a card. */

import { inRow } from "./addresses.js";
import { element, setText } from "./dom.js";
import { InView } from "./in_view.js";
import { text } from "./units.js";

const byName = new Intl.Collator([], { numeric: true }).compare;

/** The names of a table's rows: as declared, or the instances its first column has, which are sorted when others come. */
class Rows {
  #seen = [];
  #sorted = [];

  constructor(table, catalogue) { Object.assign(this, { table, catalogue }); }

  of(data) {
    if (this.table.rows.length) return this.table.rows;
    const seen = this.catalogue.instances(data, this.table.columns[0].address);
    if (seen.length !== this.#seen.length || seen.some((name, index) => name !== this.#seen[index])) {
      this.#seen = seen;
      this.#sorted = [...seen].sort(byName);
    }
    return this.#sorted;
  }
}

export class TableView {
  #rows = new Map();
  #names;
  #by = -1;
  #down = true;

  constructor(table, catalogue) {
    Object.assign(this, { table, catalogue });
    this.#names = new Rows(table, catalogue);
    this.each = table.columns.map(column => new Map(column.each));
    this.words = table.columns.map(column => new Map(column.words));
    this.also = table.columns.map(column => new Map(column.doubtful));
    this.heads = [table.first, ...table.columns.map(column => column.label)].map((label, index) =>
      element("th", { scope: "col" }, element("button", { type: "button", onclick: () => this.#sort(index - 1) }, label)));
    this.body = element("tbody");
    const head = element("thead", {}, element("tr", {}, this.heads));
    this.view = new InView(head, this.body, () => this.show(this.data));
    this.root = element("table", { "aria-label": table.title, "--columns": this.heads.length }, head, this.view.above, this.body, this.view.below);
  }

  show(data) {
    this.data = data;
    const all = this.#ordered(), [first, end] = this.view.of(all.length), names = all.slice(first, end);
    const known = new Set(names), { many } = this.view;
    for (const [name, row] of this.#rows) if (!known.has(name)) { row.root.remove(); this.#rows.delete(name); }
    names.forEach((name, index) => {
      const { root } = this.#row(name);
      if (this.body.children[index] !== root) this.body.insertBefore(root, this.body.children[index] ?? null);
      // the head is the first row
      if (many) root.ariaRowIndex = first + index + 2;
    });
    this.root.classList.toggle("many", many);
    this.root.ariaRowCount = many ? all.length + 1 : null;
    this.view.place();
  }

  /** All names as they stand one below the other. */
  #ordered() {
    const names = this.#names.of(this.data);
    if (this.#by < 0) return this.#down ? names : [...names].reverse();
    const values = new Map(names.map(name => [name, this.#value(name, this.#by)]));
    return [...names].sort((a, b) => this.#compare(values.get(a), values.get(b)));
  }

  #address(name, index) { return this.each[index].get(name) ?? inRow(this.table.columns[index].address, name); }

  #value(name, index) {
    const address = this.#address(name, index);
    return address ? this.catalogue.value(this.data, address) : undefined;
  }

  #row(name) {
    let row = this.#rows.get(name);
    if (!row) {
      const cells = this.table.columns.map(() => element("td"));
      const help = this.table.rows.length ? this.catalogue.metric(inRow(this.table.columns[0].address, name))?.help : name;
      row = { cells, root: element("tr", {}, element("th", { scope: "row", title: help }, name), cells) };
      this.#rows.set(name, row);
    }
    row.cells.forEach((cell, index) => this.#cell(cell, name, index));
    return row;
  }

  #cell(cell, name, index) {
    const address = this.#address(name, index), value = this.#value(name, index);
    setText(cell, address ? this.words[index].get(value) ?? text(value, this.catalogue.unit(address)) : "");
    const missing = Boolean(address) && value === undefined;
    const { doubtful, least } = this.table, also = this.also[index].get(name) ?? [];
    const doubt = missing || !doubtful || this.words[index].has(value) ? "" : this.catalogue.doubt(this.data, [inRow(doubtful, name), ...also], least);
    const title = missing ? this.catalogue.why(this.data, address) : doubt;
    if (cell.title !== title) cell.title = title;
    cell.classList.toggle("missing", missing);
    cell.classList.toggle("doubtful", doubt !== "");
  }

  #sort(index) {
    // numbers are asked for because of the greatest, names because of the alphabet
    this.#down = this.#by === index ? !this.#down : true;
    this.#by = index;
    this.heads.forEach((head, at) => at - 1 === index
      ? head.setAttribute("aria-sort", (index < 0) === this.#down ? "ascending" : "descending") : head.removeAttribute("aria-sort"));
    if (this.data) this.show(this.data);
  }

  #compare(a, b) {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    const order = typeof a === "string" ? -byName(a, String(b)) : b - a;
    return this.#down ? order : -order;
  }
}

/** The rows with most of the first two columns, and how many others there are; a click asks for the whole table. */
export class BusiestView {
  constructor(table, most, catalogue, asked) {
    Object.assign(this, { table, most, catalogue });
    this.names = new Rows(table, catalogue);
    this.body = element("tbody");
    this.more = element("button", { type: "button", class: "link", onclick: asked });
    this.root = element("div", { class: "busiest" }, element("table", { "aria-label": `Busiest of ${table.title.toLowerCase()}` },
      element("thead", {}, element("tr", {}, [table.first, ...table.columns.slice(0, 2).map(column => column.label)]
        .map(label => element("th", { scope: "col" }, label.toLowerCase())))), this.body), this.more);
    this.cells = Array.from({ length: most }, () => ["th", "td", "td"].map(tag => element(tag, tag === "th" ? { scope: "row" } : {})));
    this.rows = this.cells.map(cells => element("tr", { hidden: true }, cells));
    this.body.append(...this.rows);
  }

  show(data) {
    const columns = this.table.columns.slice(0, 2), names = this.names.of(data), busiest = this.#busiest(data, columns, names);
    this.rows.forEach((row, index) => {
      const name = busiest[index];
      row.hidden = name === undefined;
      if (row.hidden) return;
      setText(this.cells[index][0], name);
      this.cells[index][0].title = name;
      columns.forEach((column, at) => {
        const address = inRow(column.address, name);
        setText(this.cells[index][at + 1], text(this.catalogue.value(data, address), this.catalogue.unit(address)));
      });
    });
    const others = names.length - this.most;
    this.more.hidden = others <= 0;
    setText(this.more, `and ${Math.max(0, others)} more …`);
  }

  /** The few names with most of all, of equals the first ones: thousands are looked through once, and not sorted. */
  #busiest(data, columns, names) {
    const readers = columns.map(column => this.catalogue.reader(data, column.address)), best = [];
    for (const name of names) {
      const sum = readers.reduce((so_far, read) => so_far + (Number(read(name)) || 0), 0);
      if (best.length === this.most && sum <= best.at(-1).sum) continue;
      const place = best.findIndex(one => one.sum < sum);
      best.splice(place < 0 ? best.length : place, 0, { name, sum });
      best.length = Math.min(best.length, this.most);
    }
    return best.map(one => one.name);
  }
}
