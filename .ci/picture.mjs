// Draws what a terminal of 80 columns shows at the end of a recorded run, as SVG. node picture.mjs COMMAND <RECORD
// It knows what scangate writes: text, CR, LF, "up", "erase to the end of the line" or screen, "do not wrap", and styles.
// Anything else is an error.
// The picture has a background of its own, so that it can be read on a light and on a dark page.
import { readFileSync } from "node:fs";

const columns = 80;
const cell = { width: 8.4, height: 19, size: 14 };
const margin = { x: 18, top: 46, bottom: 14 };
const colors = { 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea" };

// styleOf turns the parameters of an SGR sequence into SVG attributes, added to those before it.
function styleOf(parameters, before) {
  let style = { ...before };
  for (const code of parameters.split(";").map(Number)) {
    if (code === 0) style = {};
    else if (code === 1) style["font-weight"] = "bold";
    else if (code === 2) style.fill = "#9ea7b3";
    else if (colors[code]) style.fill = colors[code];
    else throw new Error(`unknown style ${code}`);
  }
  return style;
}

// screen returns the lines of a terminal, each a list of cells {text, style}.
function screen(record) {
  const lines = [[]];
  let x = 0;
  let y = 0;
  let style = {};
  const down = () => {
    y++;
    if (y === lines.length) lines.push([]);
  };
  const token = /\x1b\[([0-9;]*)m|\x1b\[([0-9]+)A|(\x1b\[[KJ])|\x1b\[\?7([lh])|(\r)|(\n)|([^\x00-\x1f\x7f])|([^])/gu;
  for (const [, sgr, up, erase, wrap, carriage, feed, text, other] of record.matchAll(token)) {
    if (sgr !== undefined) style = styleOf(sgr, style);
    else if (up) y = Math.max(0, y - Number(up));
    else if (wrap) {
      // what is drawn meanwhile fits
    } else if (erase) {
      lines[y].length = Math.min(x, lines[y].length);
      if (erase.endsWith("J")) lines.length = y + 1;
    } else if (carriage) x = 0;
    else if (feed) down();
    else if (other) throw new Error(`unknown control character ${JSON.stringify(other)}`);
    else {
      if (x === columns) {
        down();
        x = 0;
      }
      while (lines[y].length < x) lines[y].push({ text: " ", style: {} });
      lines[y][x++] = { text, style };
    }
  }
  while (lines.at(-1).length === 0) lines.pop();
  return lines;
}

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const attributes = (all) => Object.entries(all).map(([name, value]) => ` ${name}="${value}"`).join("");

// draw returns the text elements of a line: one for each run of cells of one style. textLength keeps the columns
// whatever font there is.
function draw(line, row) {
  const runs = [];
  for (const [column, { text, style }] of line.entries()) {
    const last = runs.at(-1);
    if (last && attributes(last.style) === attributes(style)) last.text += text;
    else runs.push({ column, style, text });
  }
  return runs
    .filter((run) => run.text.trim() !== "")
    .map((run) => {
      const lead = run.text.length - run.text.trimStart().length;
      const text = run.text.trim();
      const place = {
        x: (margin.x + (run.column + lead) * cell.width).toFixed(1),
        y: margin.top + row * cell.height + cell.size,
        textLength: ([...text].length * cell.width).toFixed(1),
      };
      return `<text${attributes({ ...place, ...run.style })}>${escape(text)}</text>`;
    })
    .join("");
}

const [command] = process.argv.slice(2);
const lines = screen(`\x1b[2m$ \x1b[0m${command}\r\n` + readFileSync(0, "utf8"));
const width = Math.round(columns * cell.width + 2 * margin.x);
const height = margin.top + lines.length * cell.height + margin.bottom;
const dots = ["#ff5f56", "#ffbd2e", "#27c93f"].map((fill, i) => `<circle cx="${24 + 20 * i}" cy="22" r="6" fill="${fill}"/>`);
process.stdout.write(
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(command)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#484f58"/>`,
    dots.join(""),
    `<g fill="#e6edf3" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${cell.size}" xml:space="preserve">`,
    ...lines.map(draw),
    "</g>",
    "</svg>",
    "",
  ].join("\n"),
);
