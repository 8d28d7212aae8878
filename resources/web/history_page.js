/* The past: any span of any series, zoomed by drag, key and hand, beside another span, with figures and what changed. */

import { element, setText } from "./dom.js";
import { ChangesTable, FiguresTable } from "./history_figures.js";
import { MOST, SeriesChoice } from "./history_series.js";
import { SpanBar } from "./history_bar.js";
import { View } from "./history_span.js";
import { PastChart } from "./past_chart.js";
import { csv, save } from "./save.js";
import { duration, moment } from "./units.js";

const POINTS = 600;
const iso = seconds => new Date(seconds * 1000).toISOString();

export class HistoryPage {
  title = "History";
  #view = new View();
  #round = 0;
  #loaded = 0;
  #charts = [];
  #trail = [];

  /** `newest()` gives {now, interval}: the server's clock and the seconds between samples; null before the first. */
  constructor(session, catalogue, layout, newest) {
    Object.assign(this, { session, catalogue, newest });
    this.choice = new SeriesChoice(layout, catalogue, (type, series) => this.#go(view => Object.assign(view, { type, series })), () => this.#addresses());
    this.bar = new SpanBar(this.choice, { go: change => this.#go(change), back: () => this.#back(), oldest: () => this.#oldest(), save: () => this.#save(),
      say: words => this.#say(words, true) });
    this.said = element("p", { class: "said", role: "status" });
    this.charts = element("div", { class: "pasts" });
    this.figures = new FiguresTable(catalogue);
    this.changes = new ChangesTable(catalogue, address => this.#add(address));
    this.root = element("div", { class: "page history" }, this.bar.root, this.said, this.charts, this.figures.root, this.changes.root);
  }

  get #now() { return this.newest()?.now ?? Date.now() / 1000; }

  entered() {
    this.#view.read(location.hash.split("?")[1] ?? "");
    if (!this.#view.series.length) this.#view.series = this.choice.first(this.#view.type);
    this.#show();
  }

  left() { this.#round += 1; }

  /** A span that ends now moves on with the samples. */
  sample(_data, recent) {
    const every = Math.max(5, recent.interval, this.width ?? 0);
    if (this.#view.range && this.session.live && performance.now() - this.#loaded > every * 1000) this.#load(false);
  }

  restyle() { for (const chart of this.#charts) chart.restyle(); }

  key(event) {
    if (event.key === "Escape" && this.choice.picker.open) {
      this.choice.picker.open = false;
      this.choice.summary.focus();
      return true;
    }
    if (event.target.closest("input, select, textarea")) return false;
    const now = this.#now, does = {
      ArrowLeft: view => view.pan(-0.25, now), ArrowRight: view => view.pan(0.25, now), "+": view => view.zoom(0.5, now), "=": view => view.zoom(0.5, now),
      "-": view => view.zoom(2, now), End: view => view.setRange(view.range || "1h"),
    }[event.key];
    if (does) this.#go(does);
    else if (event.key === "Home") this.#oldest();
    else if (event.key === "Backspace") this.#back();
    else return false;
    return true;
  }

  /** Change the view, and remember the one before. */
  #go(change) {
    this.#trail.push(this.#view.query);
    change(this.#view, this.#now);
    this.#show();
  }

  #back() {
    const before = this.#trail.pop();
    if (before === undefined) return;
    this.#view.read(before);
    this.#show();
  }

  #show() {
    history.replaceState(null, "", `#history?${this.#view.query}`);
    this.choice.show(this.#view.type, this.#view.series);
    this.bar.show(this.#view, this.#now, this.#trail.length > 0);
    this.#load(true);
  }

  /** Ask for all that is in view; `whole` also for what is dear, and says that it waits. */
  async #load(whole) {
    if (!this.session.live) return;
    const round = this.#round += 1, view = this.#view, now = this.#now, span = view.span(now), offset = view.offset(now);
    this.#loaded = performance.now();
    if (whole) this.root.classList.add("loading");
    try {
      const [points, other] = await this.#both("history.points", { series: view.series, points: this.#enough(span) }, span, offset);
      if (round !== this.#round) return;
      this.#draw(points, other, offset, span);
      if (whole || now - span[0] < 90000) await this.#sumUp(round, span, offset, whole);
    } catch (error) {
      if (round === this.#round) this.#say(error.message, true);
    } finally {
      if (round === this.#round) this.root.classList.remove("loading");
    }
  }

  /** The same question of the span and, where it is compared, of the other. */
  #both(method, params, [from, to], offset) {
    const ask = by => this.session.call(method, { ...params, start_time: iso(from - by), end_time: iso(to - by) });
    return Promise.all([ask(0), offset ? ask(offset) : null]);
  }

  /** No more points than samples, so that no bin is empty. */
  #enough([from, to]) {
    return Math.max(2, Math.min(POINTS, Math.floor((to - from) / (this.newest()?.interval ?? 5))));
  }

  async #sumUp(round, span, offset, whole) {
    const [figures, other] = await this.#both("history.figures", { series: this.#view.series }, span, offset);
    if (round !== this.#round) return;
    this.figures.show(this.lines, figures, other);
    this.changes.root.hidden = !offset;
    if (!offset || !whole) return;
    this.changes.wait();
    const [from, to] = span, spans = { start_time_1: iso(from), end_time_1: iso(to), start_time_2: iso(from - offset), end_time_2: iso(to - offset) };
    try {
      const changes = await this.session.call("history.changes", spans);
      if (round === this.#round) this.changes.show(changes);
    } catch (error) {
      if (round === this.#round) this.changes.fail(error.message);
    }
  }

  #draw(points, other, offset, span) {
    this.width = points.width;
    this.points = points;
    this.lines = this.choice.lines(this.#view.series);
    const key = JSON.stringify(this.lines);
    if (key !== this.drawn) this.#makeCharts(key);
    for (const chart of this.#charts) chart.show(points, other, offset, span, this.#view.band);
    const length = duration(span[1] - span[0]), bins = `${length}, a point each ${duration(points.width)}`;
    if (!points.time.length) this.#say("There is no history in this span.", false);
    else this.#say(`${moment(span[0])} to ${moment(span[1])} (${bins})${offset ? `; dashed: ${moment(span[0] - offset)} on` : ""}`, false);
  }

  /** One chart for each unit, so that an axis means one thing. */
  #makeCharts(key) {
    this.drawn = key;
    for (const chart of this.#charts) chart.left();
    const groups = new Map();
    for (const line of this.lines) {
      const unit = this.catalogue.unit(line.address), name = `${unit.symbol} ${unit.base} ${unit.shown}`;
      groups.set(name, [...groups.get(name) ?? [], line]);
    }
    this.#charts = [...groups.values()].map(lines => new PastChart(lines, this.catalogue.unit(lines[0].address),
      (from, to) => this.#go((view, now) => view.setSpan(from, to, now)), () => this.#back()));
    this.charts.replaceChildren(...this.#charts.map(chart => chart.root));
  }

  #add(address) {
    const { series } = this.#view;
    if (!series.includes(address)) this.#go(view => { view.series = [...series.slice(-(MOST - 1)), address]; });
    this.charts.scrollIntoView({ block: "start" });
  }

  async #addresses() {
    const [from, to] = this.#view.span(this.#now);
    try {
      return (await this.session.call("history.addresses", { start_time: iso(from), end_time: iso(to) })).addresses;
    } catch (error) {
      this.#say(error.message, true);
      return [];
    }
  }

  async #oldest() {
    try {
      const { oldest } = await this.session.call("retention.get");
      if (!oldest) return this.#say("There is no history yet.", false);
      const [from, to] = this.#view.span(this.#now), start = Date.parse(oldest) / 1000;
      this.#go((view, now) => view.setSpan(start, start + to - from, now));
    } catch (error) {
      this.#say(error.message, true);
    }
  }

  #save() {
    if (this.points?.time.length) save(`perfwatch-${iso(this.points.time[0]).slice(0, 16).replace(":", "")}.csv`, csv(this.points));
  }

  #say(words, wrong) {
    this.said.classList.toggle("wrong", wrong);
    setText(this.said, words);
  }
}
