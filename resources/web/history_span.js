/* What History shows, as data: the span, the series, what it is compared with; read from the page's address and written to it. */

export const RANGES = [["1h", "1 h", 3600], ["6h", "6 h", 21600], ["24h", "24 h", 86400], ["7d", "7 d", 604800], ["30d", "30 d", 2592000]];
export const COMPARED = [["", "nothing"], ["before", "the span before"], ["yesterday", "yesterday"], ["last_week", "last week"], ["span", "another span …"]];
const BACK = { yesterday: 86400, last_week: 604800 };
const LEAST = 10, MOST = 366 * 86400;

export class View {
  range = "1h";
  from = 0;
  to = 0;
  type = "cpu";
  series = [];
  compare = "";
  other = 0;
  band = true;

  /** The view that an address names; what it leaves open stays as it was. */
  read(query) {
    const wish = new URLSearchParams(query);
    if (![...wish].length) return;
    const [from, to, other] = ["from", "to", "other"].map(name => Number(wish.get(name)) || 0);
    if (to > from) Object.assign(this, { range: "", from, to });
    else if (RANGES.some(([key]) => key === wish.get("range"))) this.range = wish.get("range");
    this.type = wish.get("type") ?? this.type;
    this.series = wish.getAll("series");
    this.compare = COMPARED.some(([key]) => key === wish.get("compare")) ? wish.get("compare") : "";
    this.other = other;
    this.band = wish.get("band") !== "off";
  }

  /** The address that names it. */
  get query() {
    const wish = new URLSearchParams(this.range ? { range: this.range } : { from: this.from, to: this.to });
    wish.set("type", this.type);
    for (const address of this.series) wish.append("series", address);
    if (!this.band) wish.set("band", "off");
    if (this.compare) wish.set("compare", this.compare);
    if (this.compare === "span") wish.set("other", this.other);
    return wish.toString();
  }

  /** [from, to] in whole UTC seconds. */
  span(now) {
    const length = RANGES.find(([key]) => key === this.range)?.[2];
    return length ? [Math.floor(now) - length, Math.floor(now)] : [this.from, this.to];
  }

  /** How many seconds earlier the span to compare with begins; 0 for none. */
  offset(now) {
    const [from, to] = this.span(now);
    if (this.compare === "before") return to - from;
    if (this.compare === "span") return this.other ? from - this.other : 0;
    return BACK[this.compare] ?? 0;
  }

  setRange(range) { Object.assign(this, { range, from: 0, to: 0 }); }

  /** Show a span, not before the oldest sample's hour and not after now. */
  setSpan(from, to, now) {
    const length = Math.min(Math.max(Math.round(to - from), LEAST), MOST);
    const end = Math.min(Math.round((from + to + length) / 2), Math.ceil(now));
    Object.assign(this, { range: "", from: end - length, to: end });
  }

  /** Move by a part of the span. */
  pan(part, now) {
    const [from, to] = this.span(now), by = (to - from) * part;
    this.setSpan(from + by, to + by, now);
  }

  /** Make the span so many times as long, around its middle. */
  zoom(factor, now) {
    const [from, to] = this.span(now), middle = (from + to) / 2, half = (to - from) / 2 * factor;
    this.setSpan(middle - half, middle + half, now);
  }
}

/** UTC seconds as the value of a `datetime-local` field, and back (NaN for an empty one). */
export function toField(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

export function fromField(value) { return Math.round(new Date(value).getTime() / 1000); }
