/* Values as a person reads them, by the units the server declares: the same rules as perfwatch_core/units.py. */

const DECIMAL = ["", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
export const NOT_AVAILABLE = "N/A";

/** The divisor and symbol that suit values up to `largest`. */
export function prefix(largest, unit) {
  if (unit.shown !== null) return [1, unit.symbol];
  const names = (unit.base === 1024 ? BINARY : DECIMAL).slice(unit.lead ?? 0);
  let size = Math.abs(largest), step = 0;
  while (size >= unit.base * 0.9995 && step < names.length - 1) { size /= unit.base; step += 1; }
  const glued = unit.symbol === "" || "B/".includes(unit.symbol[0]) || !names[step];
  return [unit.base ** step, glued ? names[step] + unit.symbol : `${names[step]} ${unit.symbol}`];
}

/** Digits and symbol of a value, apart. */
export function numberText(value, unit) {
  const [factor, symbol] = prefix(value, unit);
  const number = value / factor;
  const shown = unit.shown ?? significant(number, symbol === unit.symbol && unit.decimals === 0);
  return [fixed(number, shown), symbol];
}

/** As Python writes it, so that window and page agree: exactly half goes to the even digit, where toFixed goes up. */
function fixed(number, digits) {
  const scaled = Math.abs(number) * 10 ** digits, whole = Math.floor(scaled);
  // only a multiple of a power of two can lie exactly half way
  const half = scaled - whole === 0.5 && Number.isInteger(number * 2 ** (digits + 1));
  return half && whole % 2 === 0 ? (Math.sign(number) * whole / 10 ** digits).toFixed(digits) : number.toFixed(digits);
}

/** `4.52 MB/s`, `62.1 %`, `yes`, `N/A`. */
export function text(value, unit) {
  if (value === null || value === undefined) return NOT_AVAILABLE;
  if (typeof value === "string") return value;
  if (unit.flag || typeof value === "boolean") return value ? "yes" : "no";
  if (!Number.isFinite(value)) return NOT_AVAILABLE;
  return numberText(value, unit).join(" ").trimEnd();
}

/** The next axis top at or above a value: 1, 2 or 5 times a power of ten, within the prefix. */
export function niceCeiling(value, unit) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const factor = prefix(value, unit)[0], number = value / factor;
  const power = 10 ** Math.floor(Math.log10(number));
  for (const step of [1, 2, 5, 10]) if (number <= step * power * (1 + 1e-12)) return step * power * factor;
  return 10 * power * factor;
}

function significant(number, whole) {
  const size = Math.abs(number);
  if (whole || size >= 99.95) return 0;
  return size >= 9.995 ? 1 : 2;
}

/** A moment as local clock time, to the second. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

/** A moment with its day, in the local zone. */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  return `${date.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" })} ${clock(seconds)}`;
}

/** `45 s`, `12 min`, `3.5 h`, `30 d`. */
export function duration(seconds) {
  for (const [size, name] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (seconds >= size && (seconds % size === 0 || seconds >= 1.5 * size)) return `${+(seconds / size).toFixed(1)} ${name}`;
  return `${+seconds.toFixed(1)} s`;
}
