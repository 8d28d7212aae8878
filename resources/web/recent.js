/* The last five minutes in memory: one time axis for all charts, gaps as null. */

export const SPAN = 300;

export class Recent {
  times = [];
  #values = new Map();

  constructor(addresses) { for (const address of addresses) this.#values.set(address, []); }

  /** Add a sample, `value(address)` giving its numbers. */
  add(time, value) {
    // A wall clock that went back would make the axis fold over itself.
    while (this.times.length && this.times.at(-1) >= time) this.#cut(this.times.length - 1, 1);
    this.times.push(time);
    for (const [address, values] of this.#values) {
      const number = value(address);
      values.push(typeof number === "number" ? number : null);
    }
    let old = 0;
    while (this.times[old] < time - SPAN - 10) old += 1;
    if (old) this.#cut(0, old);
  }

  /** Put what was missed in its place; `points` are [time, value(address)] pairs. */
  fill(points) {
    const known = new Set(this.times.map(Math.round));
    const missed = points.filter(([time]) => !known.has(Math.round(time)));
    if (!missed.length) return;
    const all = this.times.map((time, index) => [time, address => this.#values.get(address)[index]]);
    const merged = [...all, ...missed].sort((a, b) => a[0] - b[0]);
    const rows = [...this.#values.keys()].map(address => [address, merged.map(([, value]) => value(address) ?? null)]);
    this.times = merged.map(([time]) => time);
    this.#values = new Map(rows);
  }

  of(address) { return this.#values.get(address) ?? []; }

  #cut(from, count) {
    this.times.splice(from, count);
    for (const values of this.#values.values()) values.splice(from, count);
  }
}
