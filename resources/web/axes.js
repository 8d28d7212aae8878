/* What all charts share: the look of their axes, ticks that read well, tops that hold still. */

import { colour } from "./dom.js";
import { niceCeiling, prefix } from "./units.js";

const FONT = "11px system-ui, \"DejaVu Sans\", sans-serif";
const DAY = 86400;

/** The axis of values on the left, its unit on the ticks. */
export function valueAxis(unit) {
  return {
    stroke: colour("quiet"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, size: 62, font: FONT, gap: 4,
    splits: plot => splits(plot.scales.y), values: (_, at) => ticks(at, unit),
  };
}

/** The axis of minutes before `now()`, which stands still while the curves move. */
export function agoAxis(now) {
  return {
    stroke: colour("quiet"), grid: { show: false }, ticks: { show: false }, size: 20, font: FONT, gap: 2,
    splits: () => [-240, -180, -120, -60].map(ago => now() + ago),
    values: (_, at) => at.map(time => `−${Math.round((now() - time) / 60)} min`),
  };
}

/** The axis of clock times and dates in the local zone. */
export function clockAxis() {
  return {
    stroke: colour("quiet"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, size: 34, font: FONT, gap: 2, space: 76,
    values: (_, at, __, ___, step) => at.map((time, index) => moment(time, step, at[index - 1])),
  };
}

/** `{min, max}` of an axis that shows these extremes. */
export function rangeOf(lowest, highest, unit) {
  if (unit.symbol === "%" && lowest >= 0 && highest <= 100) return { min: 0, max: 100 };
  return { min: lowest < 0 ? -niceCeiling(-lowest, unit) : 0, max: highest > 0 || lowest >= 0 ? niceCeiling(highest, unit) : 0 };
}

function splits({ min, max }) {
  // a side with little room gets no number of its own
  if (min < 0 && max > 0) return [min, 0, max].filter(at => at === 0 || Math.abs(at) > (max - min) / 4);
  return [min, (min + max) / 2, max];
}

function ticks(at, unit) {
  const [factor, symbol] = prefix(Math.max(...at.map(Math.abs)), unit);
  return at.map(value => `${+(value / factor).toPrecision(3)} ${symbol}`.trimEnd().replace("-", "−"));
}

function moment(time, step, before) {
  const date = new Date(time * 1000), day = { month: "short", day: "numeric" };
  if (step >= DAY) return date.toLocaleDateString([], day);
  const words = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: step < 60 ? "2-digit" : undefined, hour12: false });
  const fresh = before === undefined || new Date(before * 1000).getDate() !== date.getDate();
  return fresh ? `${words}\n${date.toLocaleDateString([], day)}` : words;
}
