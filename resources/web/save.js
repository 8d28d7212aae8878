/* What is in view as a CSV file, made in the browser. */

/** Points as `history.points` gives them: a line for each bin, three columns for each series (RFC 4180). */
export function csv({ time, series }) {
  const columns = Object.entries(series).flatMap(([address, { mean, min, max }]) =>
    [[address, mean], [`${address} min`, min], [`${address} max`, max]]);
  const lines = [["timestamp", ...columns.map(([name]) => quoted(name))].join(",")];
  time.forEach((at, index) => lines.push([new Date(at * 1000).toISOString(), ...columns.map(([, values]) => values[index] ?? "")].join(",")));
  return `${lines.join("\r\n")}\r\n`;
}

/** Hand a text to the browser as a file. */
export function save(name, text) {
  const link = document.createElement("a"), url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function quoted(words) { return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words; }
