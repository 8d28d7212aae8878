/* How old the newest sample is, by two clocks: one that never jumps, and one that goes on while the machine sleeps. */

export class Freshness {
  #steady = 0;
  #wall = 0;
  known = false;

  /** A sample came that was `age` seconds old. */
  mark(age = 0) {
    this.known = true;
    this.#steady = performance.now() - age * 1000;
    this.#wall = Date.now() - age * 1000;
  }

  /** Seconds since the newest sample was taken. */
  get age() {
    return this.known ? Math.max(performance.now() - this.#steady, Date.now() - this.#wall) / 1000 : Infinity;
  }
}

/** `8 s`, `12 min`, `3 h`, `2 d`. */
export function ago(seconds) {
  if (seconds < 90) return `${Math.floor(seconds)} s`;
  if (seconds < 5400) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}
