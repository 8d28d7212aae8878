/* What can be done by keyboard, on a sheet of its own. */

import { element } from "./dom.js";

const KEYS = [
  ["1 … 4", "the pages"], ["Space", "let the numbers stand still, and go on"],
  ["Enter on ⤢ or details", "a card fills the page; Escape gives it its place back"],
  ["← →", "History: earlier and later"], ["+ −", "History: closer and further"],
  ["Home, End", "History: the oldest sample, and now"], ["Backspace", "History: the span before"], ["?", "this list"],
];

export class ShortcutsSheet {
  constructor() {
    this.root = element("dialog", { class: "card", "aria-label": "Keys" }, element("h2", {}, "Keys"),
      element("dl", {}, KEYS.flatMap(([key, does]) => [element("dt", {}, key), element("dd", {}, does)])),
      element("button", { type: "button", class: "do", onclick: () => this.root.close() }, "Close"));
    document.body.append(this.root);
  }

  open() { this.root.showModal(); }
}
