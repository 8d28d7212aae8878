/* The last five minutes in memory: one time axis for all charts, gaps as null. */

import { broken, gapsIn } from "./gaps.js";

export const SPAN = 300;

export class Recent {
  #times = [];
  #values = new Map();
  #gaps = [];
  #shown = new Map();
  #axis = [];
  interval = 5;

  constructor(addresses) { for (const address of addresses) this.#values.set(address, []); }

  get addresses() { return [...this.#values.keys()]; }

  /** UTC seconds of all points, and of a point without values in each gap. */
  get times() { return this.#axis; }

  /** Add a sample, `value(address)` giving its numbers. */
  add(time, value) {
    // A wall clock that went back would make the axis fold over itself.
    while (this.#times.length && this.#times.at(-1) >= time) this.#cut(this.#times.length - 1, 1);
    this.#times.push(time);
    for (const [address, values] of this.#values) {
      const number = value(address);
      values.push(typeof number === "number" ? number : null);
    }
    let old = 0;
    while (this.#times[old] < time - SPAN - 10) old += 1;
    if (old) this.#cut(0, old);
    this.#changed();
  }

  /** Put in what `history.points` knows and this does not. */
  fill({ time, width, series }) {
    const known = new Set(this.#times.map(at => Math.floor(at / width)));
    this.insert(time.map((at, index) => [at, address => series[address]?.mean[index]]).filter(([at]) => !known.has(at / width)));
  }

  /** Put in rows of [time, value(address)] in any order; one whose moment is there already is left out. */
  insert(rows) {
    const there = new Set(this.#times), fresh = rows.filter(([time]) => !there.has(time));
    if (!fresh.length) return;
    const own = this.#times.map((time, index) => [time, address => this.#values.get(address)[index]]);
    const merged = [...own, ...fresh].sort((a, b) => a[0] - b[0]);
    this.#values = new Map([...this.#values.keys()].map(address =>
      [address, merged.map(([, value]) => { const number = value(address); return typeof number === "number" ? number : null; })]));
    this.#times = merged.map(([time]) => time);
    this.#changed();
  }

  of(address) {
    if (!this.#shown.has(address)) this.#shown.set(address, broken(this.#values.get(address) ?? [], this.#gaps, () => null));
    return this.#shown.get(address);
  }

  #changed() {
    this.#gaps = gapsIn(this.#times, this.interval);
    this.#axis = broken(this.#times, this.#gaps, index => (this.#times[index - 1] + this.#times[index]) / 2);
    this.#shown.clear();
  }

  #cut(from, count) {
    this.#times.splice(from, count);
    for (const values of this.#values.values()) values.splice(from, count);
  }
}
