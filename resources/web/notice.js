/* Why something is missing, quietly, with the one command that mends it and a button to copy it. */

import { trouble } from "./addresses.js";
import { element, setText } from "./dom.js";

export class NoticeView {
  constructor() {
    this.words = element("span");
    this.command = element("code");
    this.copy = element("button", { type: "button", class: "link", onclick: () => this.#copy() }, "Copy command");
    this.root = element("p", { class: "notice", hidden: true }, this.words, this.command, this.copy);
  }

  /** Show what a type's part of a sample says of itself, or hide. */
  show(shape) {
    const [reason, command, failed] = trouble(shape ?? {});
    this.root.hidden = !reason;
    if (!reason) return;
    this.root.classList.toggle("failed", failed);
    setText(this.words, `${failed ? "⚠ " : ""}${reason[0].toUpperCase()}${reason.slice(1)}${command ? ". Mend it with: " : ""}`);
    setText(this.command, command);
    this.copy.hidden = !command || !navigator.clipboard;
  }

  async #copy() {
    await navigator.clipboard.writeText(this.command.textContent);
    setText(this.copy, "Copied");
  }
}
