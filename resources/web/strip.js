/* A bar for each instance of a metric, such as a processor; from 33 on a strip of heat. */

import { colour, element, setText } from "./dom.js";
import { text } from "./units.js";

const MOST_BARS = 32;

export class StripView {
  #values = [];
  #names = [];

  constructor(address, catalogue) {
    Object.assign(this, { address, catalogue });
    this.canvas = element("canvas", { class: "strip", role: "img" });
    this.said = element("span", { class: "said-over" });
    this.root = element("div", { class: "strip-box" }, this.canvas, this.said);
    this.canvas.addEventListener("pointermove", event => this.#hover(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => setText(this.said, ""));
    new ResizeObserver(() => this.#draw()).observe(this.canvas);
  }

  show(data) {
    this.#names = this.catalogue.instances(data, this.address);
    this.#values = this.#names.map(this.catalogue.reader(data, this.address));
    this.#draw();
    const busiest = Math.max(0, ...this.#values.filter(Number.isFinite));
    this.canvas.setAttribute("aria-label", `${this.#values.length} in all, the busiest at ${text(busiest, this.catalogue.unit(this.address))}`);
  }

  restyle() { this.#draw(); }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas, scale = devicePixelRatio, count = this.#values.length;
    if (!width || !count) return;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const draw = this.canvas.getContext("2d");
    draw.scale(scale, scale);
    const step = width / count, gap = step > 4 ? 2 : 0, heat = count > MOST_BARS, blue = colour("blue"), ground = colour("border");
    this.#values.forEach((value, index) => {
      draw.globalAlpha = 0.6;
      draw.fillStyle = ground;
      draw.fillRect(index * step, 0, step - gap, height);
      if (typeof value !== "number") return;
      const part = Math.min(Math.max(value / 100, 0), 1), full = heat ? height : height * part;
      draw.globalAlpha = heat ? part : 1;
      draw.fillStyle = blue;
      draw.fillRect(index * step, height - full, step - gap, full);
    });
  }

  #hover(x) {
    const index = Math.floor(x / this.canvas.clientWidth * this.#names.length);
    if (this.#names[index] === undefined) return;
    const metric = this.catalogue.metric(this.address);
    setText(this.said, `${metric.per} ${this.#names[index]}: ${text(this.#values[index], metric.unit)}`);
  }
}
