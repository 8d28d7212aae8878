/* A page of cards from the layout, with a table below where it has one. */

import { CardView, TableView } from "./card.js";
import { element } from "./dom.js";

export class CardsPage {
  constructor(page, catalogue) {
    this.title = page.title;
    this.cards = page.cards.map(card => new CardView(card, catalogue));
    this.table = page.table ? new TableView(page.table, catalogue) : null;
    this.root = element("div", { class: "skeleton" },
      element("div", { class: "grid", "--columns": page.columns }, this.cards.map(card => card.root)),
      this.table ? element("section", { class: "card wide", "aria-label": page.table.title }, this.table.root) : null);
  }

  sample(data, recent, now) {
    this.root.classList.remove("skeleton");
    for (const card of this.cards) card.show(data, recent, now);
    this.table?.show(data);
  }

  restyle() { for (const card of this.cards) card.restyle(); }
}
