/**
 * Figures of several rivals as a table and as a chart.
 *
 * @module
 */

/** Figures by measure, then by rival; a text says why there is none. The first rival is the one that others are compared with. */
export type Figures = ReadonlyMap<string, ReadonlyMap<string, number | string>>;

const DIGITS = 3;

/** Whether more is better, which a measure's name tells by its unit. */
export function isRate(measure: string): boolean {
  return measure.endsWith("/s") || measure.endsWith("runs");
}

/** A number as a reader wants it. */
export function readable(value: number): string {
  if (value >= 1000) return Math.round(Number(value.toPrecision(DIGITS))).toLocaleString("en");
  return `${Number(value.toPrecision(DIGITS))}`;
}

/** How many times as good as `other` the first is. */
export function ratio(measure: string, first: number, other: number): number {
  return isRate(measure) ? first / other : other / first;
}

/** A table in Markdown: measures down, rivals across, each with how many times better the first rival is. */
export function table(rivals: readonly string[], figures: Figures): string {
  const lines = [`| measure | ${rivals.join(" | ")} |`, `|---|${rivals.map(() => "--:|").join("")}`];
  const notes = new Set<string>();
  for (const [measure, row] of figures) {
    const first = row.get(rivals[0]!);
    const cells = rivals.map((rival) => {
      const value = row.get(rival);
      if (typeof value === "string") notes.add(`${rival}, ${measure}: ${value}`);
      if (typeof value !== "number") return "–";
      if (rival === rivals[0]) return `**${readable(value)}**`;
      const comparable = typeof first === "number" && first > 0 && value > 0 && !measure.endsWith("runs");
      return readable(value) + (comparable ? ` (×${readable(ratio(measure, first, value))})` : "");
    });
    // A row of nothing but failures has its place below.
    if (cells.every((cell) => cell === "–")) continue;
    lines.push(`| ${measure.replaceAll("|", "\\|")} | ${cells.join(" | ")} |`);
  }
  const failures = [...notes].map((note) => `- ${note}`);
  return [...lines, ...(failures.length > 0 ? ["", "What failed:", "", ...failures] : [])].join("\n");
}

const BAR = 11,
  ROW_GAP = 16,
  LEAST_LEFT = 190,
  CHARACTER = 6.4,
  WIDTH = 860,
  LEGEND = 28,
  LEGEND_ROW = 14,
  LEGEND_COLUMNS = 5;
const COLOURS = [
  "#2563eb",
  "#9ca3af",
  "#6b7280",
  "#c4b5fd",
  "#a78bfa",
  "#fdba74",
  "#f97316",
  "#86efac",
  "#22c55e",
  "#fca5a5",
  "#ef4444",
  "#fde047",
  "#ca8a04",
];

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The bars of one measure, from `y` on; each as long as its figure's logarithm, the best rival's the shortest or longest. */
function bars(
  measure: string,
  row: ReadonlyMap<string, number | string>,
  place: { y: number; left: number; rivals: readonly string[] },
): string[] {
  const { rivals, left } = place;
  const values = rivals.map((rival) => row.get(rival)).filter((value) =>
    typeof value === "number" && value > 0
  ) as number[];
  const least = Math.log10(Math.min(...values)) - 0.3, most = Math.log10(Math.max(...values));
  const scale = (WIDTH - left - 110) / Math.max(most - least, 0.1);
  const lines = [
    `<text class="m" x="${left - 8}" y="${place.y + BAR - 1}" text-anchor="end">${escaped(measure)}</text>`,
  ];
  let y = place.y;
  rivals.forEach((rival, i) => {
    const value = row.get(rival);
    if (typeof value !== "number" || value <= 0) return;
    const width = Math.max(1, (Math.log10(value) - least) * scale).toFixed(1);
    lines.push(
      `<rect x="${left}" y="${y}" width="${width}" height="${BAR - 2}" fill="${COLOURS[i % COLOURS.length]}"/>`,
      `<text x="${left + Number(width) + 4}" y="${y + BAR - 3}">${readable(value)}</text>`,
    );
    y += BAR;
  });
  return lines;
}

/** A chart as SVG: a group of bars a measure, on logarithmic scales of their own. */
export function chart(title: string, rivals: readonly string[], figures: Figures): string {
  const body: string[] = [];
  const left = Math.max(LEAST_LEFT, ...[...figures.keys()].map((name) => Math.ceil(name.length * CHARACTER) + 16));
  let y = LEGEND + LEGEND_ROW * Math.ceil(rivals.length / LEGEND_COLUMNS) + 12;
  for (const [measure, row] of figures) {
    const count = rivals.filter((rival) => typeof row.get(rival) === "number" && (row.get(rival) as number) > 0).length;
    if (count < 2 || measure.endsWith("runs")) continue;
    body.push(...bars(measure, row, { y, left, rivals }));
    y += count * BAR + ROW_GAP;
  }
  const step = (WIDTH - 20) / LEGEND_COLUMNS;
  const legend = rivals.map((rival, i) => {
    const [x, row] = [10 + (i % LEGEND_COLUMNS) * step, LEGEND + Math.floor(i / LEGEND_COLUMNS) * LEGEND_ROW];
    return `<rect x="${x}" y="${row}" width="9" height="9" fill="${COLOURS[i % COLOURS.length]}"/>` +
      `<text x="${x + 13}" y="${row + 8}">${escaped(rival)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>text{font:9px sans-serif;fill:#374151}.m{font-size:11px}.t{font-size:13px;font-weight:bold}</style>`,
    `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`,
    `<text class="t" x="10" y="18">${escaped(title)}</text>`,
    ...legend,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}
