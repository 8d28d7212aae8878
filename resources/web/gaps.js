/* Where a line has to break: between samples that lie much further apart than their neighbours. */

const MUCH = 2.6;

/** The indexes before which something is missing; `times` rise, `least` is a distance in seconds that is never a gap. */
export function gapsIn(times, least) {
  const found = [];
  for (let index = 1; index < times.length; index += 1) {
    const step = times[index] - times[index - 1];
    if (step <= MUCH * least) continue;
    // Who samples less often from now on has longer steps on one side, not a gap.
    const before = index > 1 ? times[index - 1] - times[index - 2] : Infinity;
    const after = index + 1 < times.length ? times[index + 1] - times[index] : Infinity;
    const usual = Math.min(before, after);
    if (step > MUCH * (Number.isFinite(usual) ? usual : least)) found.push(index);
  }
  return found;
}

/** A column with `filler(index)` put in before each of the indexes. */
export function broken(column, gaps, filler) {
  if (!gaps.length) return column;
  const made = [];
  let from = 0;
  for (const index of gaps) {
    made.push(...column.slice(from, index), filler(index));
    from = index;
  }
  return made.concat(column.slice(from));
}

/** How uPlot shows the values between two gaps: as dots, for a line takes two. */
export const dots = { show: false, size: 3, width: 2, filter: (plot, index) => lone(plot.data[index]) };

/** The indexes of values with nothing known on either side; null where there is none. What is undefined stands in another table's row. */
export function lone(column) {
  const found = [];
  let before = null, single = -1;
  column.forEach((value, index) => {
    if (value === undefined) return;
    if (value == null && single >= 0) found.push(single);
    single = value != null && before == null ? index : -1;
    before = value;
  });
  if (single >= 0) found.push(single);
  return found.length ? found : null;
}
