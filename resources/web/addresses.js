/* Where a number stands in a sample: `type.field[instance]` to the place that the metric's declaration names. */

const MEND = "; mend it with: ";
const NO_UNIT = { symbol: "", decimals: 0, shown: 2, base: 1000 };

export class Catalogue {
  #metrics;

  /** `metrics` as `layout.get` gives them: {key: {type, at, total, per, unit, help}}. */
  constructor(metrics) { this.#metrics = new Map(Object.entries(metrics)); }

  /** All metrics as [key, declaration]. */
  get all() { return [...this.#metrics]; }

  /** The declaration of an address's metric. */
  metric(address) { return this.#metrics.get(split(address)[0]); }

  unit(address) { return this.metric(address)?.unit ?? NO_UNIT; }

  /** Write bytes in `auto`, `binary` or `decimal` multiples from now on: units are shared by all who show them. */
  setBytes(style) {
    for (const { unit } of this.#metrics.values()) {
      if (unit.lead || !["B", "B/s"].includes(unit.symbol)) continue;
      unit.own ??= unit.base;
      unit.base = style === "auto" ? unit.own : style === "binary" ? 1024 : 1000;
    }
  }

  /** The value in a sample's data; undefined where it is not known. */
  value(data, address) {
    const [key, instance] = split(address), metric = this.#metrics.get(key);
    if (!metric) return undefined;
    const place = metric.per && !instance ? metric.total : metric.at;
    return place ? at(data[metric.type], place.split("."), instance) : undefined;
  }

  /** A function from an instance to its value, for an address that may leave the instance open: quick for thousands. */
  reader(data, address) {
    const metric = this.metric(address);
    if (!metric?.per) return () => undefined;
    const parts = metric.at.split("."), open = parts.findIndex(part => part === "*" || part === "#");
    const node = at(data[metric.type], parts.slice(0, open)), rest = parts.slice(open);
    return instance => at(node, rest, instance);
  }

  /** All instances a metric has in a sample. */
  instances(data, address) {
    const metric = this.metric(address);
    if (!metric?.per) return [];
    let node = data[metric.type];
    for (const part of metric.at.split(".")) {
      if (node === null || typeof node !== "object") return [];
      if (part === "*" || part === "#") return Object.keys(node);
      node = node[part];
    }
    return [];
  }

  /** Why an address has no value in a sample, in words. */
  why(data, address) {
    const key = split(address)[0], shape = data[key.split(".")[0]] ?? {}, missing = shape._missing ?? {};
    const [reason, remedy] = trouble(shape);
    const said = (missing[address] ?? missing[key] ?? reason) || "this machine does not say";
    return remedy ? `${said}\nMend it with: ${remedy}` : said;
  }

  /** Why a number is a guess: one of the percentages at these addresses is under the least; empty where it is none. */
  doubt(data, addresses, least) {
    const low = Math.min(least, ...addresses.map(address => this.value(data, address) ?? least));
    return low < least ? `A guess: it was counted for ${low.toFixed(0)} % of the time, and under ${least} % that is too little.` : "";
  }
}

/** [reason, command that mends it, whether something failed] of a type's part of a sample; empty where all is well. */
export function trouble(shape) {
  if (shape._error) return [shape._error, shape._remedy ?? "", true];
  if (shape._unavailable) return [shape._unavailable, shape._remedy ?? "", false];
  const [reason, command] = (shape.reason ?? "").split(MEND);
  return [reason, command ?? "", false];
}

/** What stands at a place below a node, an open part standing for the instance; undefined where there is nothing. */
function at(node, parts, instance) {
  for (const part of parts) {
    if (node === null || typeof node !== "object") return undefined;
    const name = part === "*" || part === "#" ? instance : part;
    // own properties only: an interface may be called "constructor"
    node = Object.hasOwn(node, name) ? node[name] : undefined;
  }
  return node ?? undefined;
}

/** An address of a table's column in one row. */
export function inRow(address, row) { return address.replace("*", () => row); }

export function split(address) {
  const at = address.indexOf("[");
  return at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1, -1)];
}
