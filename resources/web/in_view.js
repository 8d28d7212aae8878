/* Which rows of a long table can be seen: only those are elements, and two empty ones hold the place of the others. */

import { element } from "./dom.js";

// A table up to this long is all there, so that the browser's own search finds every row.
const MOST_WHOLE = 100;
// So many rows beyond either edge are ready when one scrolls.
const BEYOND = 20;

export class InView {
  #range = [0, 0];
  #count = 0;

  /** `head` stands above the rows of `body`; `changed()` is called when one has scrolled to others. */
  constructor(head, body, changed) {
    Object.assign(this, { head, body });
    [this.above, this.below] = [0, 0].map(() => element("tbody", { "aria-hidden": "true", hidden: true },
      element("tr", {}, element("td", { class: "room" }))));
    const look = () => {
      if (this.#count > MOST_WHOLE && this.head.offsetParent && String(this.#look()) !== String(this.#range)) changed();
    };
    // it is the page around a table that scrolls, and that event does not bubble
    document.addEventListener("scroll", look, { capture: true, passive: true });
    addEventListener("resize", look);
  }

  /** [first, end) of `count` rows. */
  of(count) {
    this.#count = count;
    this.#range = count > MOST_WHOLE ? this.#look() : [0, count];
    return this.#range;
  }

  /** Whether there are too many rows to have them all. */
  get many() { return this.#count > MOST_WHOLE; }

  /** Hold the place of the rows that are not there. */
  place() {
    const [first, end] = this.#range, height = this.#height();
    for (const [room, rows] of [[this.above, first], [this.below, this.#count - end]]) {
      room.hidden = !rows;
      room.style.setProperty("--room", `${rows * height}px`);
    }
  }

  #height() { return this.body.rows[0]?.getBoundingClientRect().height || 24; }

  #look() {
    const top = this.head.getBoundingClientRect().bottom, height = this.#height();
    const first = Math.min(Math.max(0, Math.floor(-top / height) - BEYOND), this.#count);
    return [first, Math.max(first, Math.min(this.#count, Math.ceil((innerHeight - top) / height) + BEYOND))];
  }
}
