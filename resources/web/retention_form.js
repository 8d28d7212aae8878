/* How long samples are kept, how finely, and how much room they may take. */

import { element, setText } from "./dom.js";
import { moment, text } from "./units.js";

const BYTES = { symbol: "B", base: 1024, shown: null, decimals: 0 }, GIB = 2 ** 30;
const STEPS = [["1m", "one minute"], ["5m", "five minutes"], ["1h", "one hour"]];

export class RetentionForm {
  constructor(session) {
    this.session = session;
    this.said = element("p", { class: "said", role: "status" });
    this.facts = element("dl");
    const number = (name, least, most) => element("input", { name, type: "number", min: least, max: most, step: 1, required: true });
    this.days = number("retention_days", 1, 3650);
    this.after = number("downsample_after_days", 1, 3650);
    this.step = element("select", { name: "downsample_interval" }, STEPS.map(([value, words]) => element("option", { value }, words)));
    this.limit = element("input", { name: "size_limit", type: "number", min: 0.1, step: "any", placeholder: "no limit" });
    this.root = element("form", { onsubmit: event => { event.preventDefault(); this.#save(); } }, element("div", { class: "fields" },
      element("label", {}, "Keep samples for so many days", this.days), element("label", {}, "Every single sample of the last days", this.after),
      element("label", {}, "Older ones as means, least and most of", this.step), element("label", {}, "Take no more room than (GiB)", this.limit)),
      this.facts, this.said, element("div", { class: "row" }, element("button", { class: "do" }, "Save"),
        element("button", { type: "button", class: "do quiet", onclick: () => this.#ask("retention.cleanup", {}, "Cleaned up.") }, "Clean up now")));
  }

  entered() { return this.#ask("retention.get", {}, ""); }

  #save() {
    const limit = Number(this.limit.value);
    return this.#ask("retention.update", {
      retention_days: Number(this.days.value), downsample_after_days: Number(this.after.value), downsample_interval: this.step.value,
      size_limit_bytes: limit > 0 ? Math.round(limit * GIB) : null,
    }, "Saved.");
  }

  async #ask(method, params, done) {
    try {
      const answer = await this.session.call(method, params);
      if (answer.retention_days !== undefined) this.#show(answer);
      else if (done) this.#show(await this.session.call("retention.get"));
      this.#say(done, false);
    } catch (error) {
      this.#say(error.message, true);
    }
  }

  #show({ retention_days, downsample_after_days, downsample_interval, size_limit_bytes, size_bytes, oldest, newest }) {
    if (!this.root.contains(document.activeElement) || document.activeElement.tagName === "BUTTON") {
      this.days.value = retention_days;
      this.after.value = downsample_after_days;
      this.step.value = downsample_interval;
      this.limit.value = size_limit_bytes ? +(size_limit_bytes / GIB).toFixed(2) : "";
    }
    const facts = [["Takes now", text(size_bytes, BYTES)], ["Oldest sample", day(oldest)], ["Newest sample", day(newest)]];
    this.facts.replaceChildren(...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  }

  #say(words, wrong) {
    this.said.classList.toggle("wrong", wrong);
    setText(this.said, words);
  }
}

function day(stamp) { return stamp ? moment(Date.parse(stamp) / 1000) : "none yet"; }
