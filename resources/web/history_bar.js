/* History's controls: the span, by range, by date, by steps; the series; what to compare with. */

import { element } from "./dom.js";
import { COMPARED, RANGES, fromField, toField } from "./history_span.js";

export class SpanBar {
  /** `does` has go(change), back(), oldest(), save() and say(words). */
  constructor(choice, does) {
    this.ranges = RANGES.map(([key, label]) => element("button", { type: "button", "aria-pressed": "false", onclick: () => does.go(view => view.setRange(key)) }, label));
    const field = label => element("input", { type: "datetime-local", step: 1, "aria-label": label, onchange: () => this.#typed(does) });
    [this.from, this.to] = [field("From"), field("To")];
    const step = (label, words, change) => element("button", { type: "button", title: words, "aria-label": words, onclick: () => does.go(change) }, label);
    this.backButton = element("button", { type: "button", title: "The span before (Backspace)", "aria-label": "The span before", onclick: does.back }, "↶");
    this.compare = element("select", { "aria-label": "Compare with", onchange: () => does.go(this.#compared()) },
      COMPARED.map(([value, label]) => element("option", { value }, label)));
    this.other = element("input", { type: "datetime-local", step: 1, "aria-label": "The other span begins", hidden: true,
      onchange: () => does.go(this.#compared()) });
    this.band = element("button", { type: "button", class: "toggle", title: "Shade from the least to the most of each point", "aria-pressed": "true",
      onclick: () => does.go(view => { view.band = !view.band; }) }, "least to most");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.root = element("div", { class: "bar", role: "toolbar", "aria-label": "What to show" },
      element("div", { class: "group" }, this.ranges),
      element("div", { class: "group" }, step("‹", "Earlier (←)", (view, now) => view.pan(-0.5, now)), step("›", "Later (→)", (view, now) => view.pan(0.5, now)),
        step("+", "Closer (+)", (view, now) => view.zoom(0.5, now)), step("−", "Further (−)", (view, now) => view.zoom(2, now)),
        element("button", { type: "button", title: "The oldest sample (Home)", "aria-label": "The oldest sample", onclick: does.oldest }, "⇤"), this.backButton),
      element("div", { class: "dates", title: `Times are those of ${zone}` }, this.from, "–", this.to),
      element("label", { class: "inline" }, "Show", choice.type), choice.picker,
      element("label", { class: "inline" }, "Compare with", this.compare), this.other,
      this.band, element("button", { type: "button", class: "link", title: "What is in view as a CSV file", onclick: does.save }, "Save CSV"));
  }

  show(view, now, canGoBack) {
    const [from, to] = view.span(now);
    RANGES.forEach(([key], index) => this.ranges[index].setAttribute("aria-pressed", String(view.range === key)));
    this.from.value = toField(from);
    this.to.value = toField(to);
    this.compare.value = view.compare;
    this.other.hidden = view.compare !== "span";
    if (view.compare === "span") this.other.value = toField(view.other);
    this.band.setAttribute("aria-pressed", String(view.band));
    this.backButton.disabled = !canGoBack;
  }

  #typed(does) {
    const from = fromField(this.from.value), to = fromField(this.to.value);
    const wrong = Number.isNaN(from) || Number.isNaN(to) ? "" : to <= from ? "the end must come after the beginning" : "";
    this.to.setCustomValidity(wrong);
    if (wrong) does.say(wrong);
    else if (from && to) does.go((view, now) => view.setSpan(from, to, now));
  }

  #compared() {
    const compare = this.compare.value, other = fromField(this.other.value);
    return (view, now) => {
      const [from, to] = view.span(now);
      // Two spans that both end now would move on together; a typed one stands still.
      if (compare === "span") view.setSpan(from, to, now);
      Object.assign(view, { compare, other: compare === "span" ? other || 2 * from - to : 0 });
    };
  }
}
