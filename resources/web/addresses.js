/* Where a number stands in a sample: `type.field[instance]` to the place that the metric's declaration names. */

export class Catalogue {
  #metrics;

  /** `metrics` as `layout.get` gives them: {key: {type, at, total, per, unit, help}}. */
  constructor(metrics) { this.#metrics = metrics; }

  /** The declaration of an address's metric. */
  metric(address) { return this.#metrics[split(address)[0]]; }

  unit(address) { return this.metric(address)?.unit ?? { symbol: "", decimals: 0, shown: 2, base: 1000 }; }

  /** The value in a sample's data; undefined where it is not known. */
  value(data, address) {
    const [key, instance] = split(address), metric = this.#metrics[key];
    if (!metric) return undefined;
    const place = metric.per && !instance ? metric.total : metric.at;
    if (!place) return undefined;
    let node = data[metric.type];
    for (const part of place.split(".")) {
      if (node === null || node === undefined) return undefined;
      node = node[part === "*" || part === "#" ? instance : part];
    }
    return node ?? undefined;
  }

  /** All instances a metric has in a sample. */
  instances(data, address) {
    const metric = this.metric(address);
    if (!metric?.per) return [];
    let node = data[metric.type];
    for (const part of metric.at.split(".")) {
      if (node === null || node === undefined) return [];
      if (part === "*" || part === "#") return Object.keys(node);
      node = node[part];
    }
    return [];
  }

  /** Why an address has no value in a sample, in words. */
  why(data, address) {
    const shape = data[split(address)[0].split(".")[0]] ?? {};
    return shape._missing?.[address] ?? shape._error ?? shape._unavailable ?? shape.reason ?? "not known";
  }
}

function split(address) {
  const at = address.indexOf("[");
  return at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1, -1)];
}
