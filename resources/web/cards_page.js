/* A page of cards from the layout, with a table below where it has one. */

import { CardView } from "./card.js";
import { element } from "./dom.js";
import { NoticeView } from "./notice.js";
import { TableView } from "./table.js";

export class CardsPage {
  constructor(page, catalogue) {
    this.title = page.title;
    this.cards = page.cards.map(card => new CardView(card, catalogue, one => this.#fill(one)));
    // A page that is all of one type says once what it lacks.
    this.notice = page.reason ? new NoticeView() : null;
    this.type = page.reason.split(".")[0];
    if (this.notice) for (const card of this.cards) card.notice.root.classList.add("said-above");
    this.table = page.table ? new TableView(page.table, catalogue) : null;
    this.grid = element("div", { class: "grid", "--columns": page.columns }, this.cards.map(card => card.root));
    this.root = element("div", { class: "page skeleton" }, this.notice?.root, this.grid,
      this.table ? element("section", { class: "card", "aria-label": page.table.title },
        element("header", {}, element("h2", {}, page.table.title)), element("div", { class: "wide" }, this.table.root)) : null);
  }

  sample(data, recent, now) {
    this.root.classList.remove("skeleton");
    this.notice?.show(data[this.type]);
    for (const card of this.cards) card.show(data, recent, now);
    this.table?.show(data);
  }

  restyle() { for (const card of this.cards) card.restyle(); }

  /** Escape gives a card that fills the page its place back; true when it did. */
  key(event) {
    if (event.key !== "Escape" || !this.filled) return false;
    const { fillButton } = this.filled;
    this.#fill(this.filled);
    fillButton.focus();
    return true;
  }

  #fill(card) {
    this.filled?.setFilled(false);
    this.filled = this.filled === card ? null : card;
    this.filled?.setFilled(true);
    this.root.classList.toggle("filling", Boolean(this.filled));
  }
}
