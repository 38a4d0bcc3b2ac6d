/**
 * The kernels' figures as a table and as a chart, with the goals that they are held against.
 *
 * @module
 */

/** One figure of one rival. */
export interface KernelFigure {
  /** Who. */
  readonly peer: string;
  /** What. */
  readonly metric: string;
  /** How many elements; of a matrix product, rows. */
  readonly size: number;
  /** In `unit`. */
  readonly value: number;
  /** `"ns/element"`, or `"GFLOP/s"`, of which more is better. */
  readonly unit: string;
}

/** How many times as fast as a rival Lanes with two threads is to be. */
interface Goal {
  readonly rival: string;
  readonly factor: number;
}

const LANES = "lanes 2";
const RIVALS = ["loop", "numpy", "numexpr", "numba", "rayon"];
const PEERS = ["lanes 1", LANES, ...RIVALS];
const CACHED = 1_000_000, SMALL = 1000;
/** What a call of a small array may take beside the loop, in nanoseconds. */
const CALL_NS = 500;
const MEMORY_BOUND = ["square", "axpy", "polynomial", "hypot", "sum", "dot", "max"];
const GOALS: Readonly<Record<string, Goal>> = {
  sin: { rival: "numpy", factor: 6 },
  exp: { rival: "numpy", factor: 1 },
  sigmoid: { rival: "numpy", factor: 1 },
  cumsum: { rival: "numpy", factor: 3 },
  histogram: { rival: "numpy", factor: 3 },
  variance: { rival: "numpy", factor: 3 },
  sort: { rival: "numpy", factor: 2.5 },
  matmul: { rival: "numpy", factor: 0.5 },
  mandelbrot: { rival: "numba", factor: 3 },
  blackScholes: { rival: "numpy", factor: 3 },
};

/** The figures of one work, by who did it. */
interface Row {
  readonly metric: string;
  readonly size: number;
  readonly unit: string;
  readonly values: ReadonlyMap<string, number>;
}

function rows(figures: readonly KernelFigure[]): Row[] {
  const found = new Map<string, Row & { values: Map<string, number> }>();
  for (const { peer, metric, size, unit, value } of figures) {
    const key = `${metric} ${size}`;
    if (!found.has(key)) found.set(key, { metric, size, unit, values: new Map() });
    found.get(key)!.values.set(peer, value);
  }
  return [...found.values()];
}

function goalsOf({ metric, size }: Row): Goal[] {
  if (size < CACHED && metric !== "matmul") return [];
  if (!MEMORY_BOUND.includes(metric)) return GOALS[metric] === undefined ? [] : [GOALS[metric]];
  const cached = size === CACHED;
  return [{ rival: "numpy", factor: cached ? 1.5 : 1 }, { rival: "rayon", factor: cached ? 0.9 : 0.95 }];
}

/** How many times as fast as `other` `first` is. */
function ratio({ unit, values }: Row, first: string, other: string): number | null {
  const a = values.get(first), b = values.get(other);
  if (a === undefined || b === undefined) return null;
  return unit === "GFLOP/s" ? a / b : b / a;
}

function digits(value: number, count = 3): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : `${Number(value.toPrecision(count))}`;
}

/** What became of each goal of a row: its words, and whether it was reached. */
function outcomes(row: Row): { text: string; reached: boolean }[] {
  const { metric, size, values } = row;
  if (metric === "square" && size === SMALL) {
    const beside = ((values.get("lanes 1") ?? NaN) - (values.get("loop") ?? NaN)) * size;
    return [{ text: `at most ${CALL_NS} ns beside the loop: ${Math.round(beside)}`, reached: beside <= CALL_NS }];
  }
  return goalsOf(row).flatMap(({ rival, factor }) => {
    const found = ratio(row, LANES, rival);
    return found === null ? [] : [{ text: `${factor} × ${rival}: ${digits(found, 2)}`, reached: found >= factor }];
  });
}

/** The table, and how many goals were reached. */
export function kernelTable(figures: readonly KernelFigure[]): string {
  const lines = [
    `| kernel | n | unit | ${PEERS.join(" | ")} | goals |`,
    `|---|--:|---|${"--:|".repeat(PEERS.length)}---|`,
  ];
  let reached = 0, all = 0;
  for (const row of rows(figures)) {
    const cells = PEERS.map((peer) => {
      const value = row.values.get(peer), times = RIVALS.includes(peer) ? ratio(row, LANES, peer) : null;
      if (value === undefined) return "–";
      return digits(value) + (times === null ? "" : ` (${digits(times, 2)})`);
    });
    const goals = outcomes(row);
    all += goals.length;
    reached += goals.filter((goal) => goal.reached).length;
    const words = goals.map((goal) => `${goal.text} ${goal.reached ? "✓" : "✗"}`).join("; ");
    lines.push(`| ${[row.metric, row.size.toLocaleString("en"), row.unit, ...cells, words].join(" | ")} |`);
  }
  return [...lines, "", `${reached} of ${all} goals reached.`].join("\n");
}

// The chart: a line a row, on it a point for each rival, by its speed relative to NumPy's on a logarithmic scale.

const COLOURS: Readonly<Record<string, string>> = {
  "lanes 1": "#93c5fd",
  [LANES]: "#2563eb",
  loop: "#9ca3af",
  numpy: "#111827",
  numexpr: "#22c55e",
  numba: "#ef4444",
  rayon: "#d97706",
};
const LEFT = 150, WIDTH = 900, TOP = 64, ROW = 20, MOST_DOUBLINGS = 7;

function label({ metric, size }: Row): string {
  if (size === SMALL) return `${metric} 1,000`;
  return size % 2 ** 24 === 0 ? `${metric} ${size / 2 ** 20} Mi` : metric;
}

/** Chart of the figures as SVG; works that NumPy does not do are left out. */
export function kernelChart(title: string, figures: readonly KernelFigure[]): string {
  const shown = rows(figures).filter((row) => row.values.has("numpy"));
  const speeds = shown.flatMap((row) => PEERS.map((peer) => ratio(row, peer, "numpy") ?? 1));
  const limit = (doublings: number): number => Math.max(-MOST_DOUBLINGS, Math.min(MOST_DOUBLINGS, doublings));
  const from = limit(Math.floor(Math.log2(Math.min(...speeds)))), to = limit(Math.ceil(Math.log2(Math.max(...speeds))));
  const x = (speed: number): string =>
    (LEFT + (limit(Math.log2(speed)) - from) / (to - from) * (WIDTH - LEFT - 20)).toFixed(1);
  const bottom = TOP + shown.length * ROW;
  const body = shown.map((_, i) => {
    const y = TOP + i * ROW + ROW / 2;
    return `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${y}" y2="${y}" stroke="#f3f4f6"/>`;
  });
  for (let doublings = from; doublings <= to; doublings++) {
    const at = x(2 ** doublings), name = doublings < 0 ? `1/${2 ** -doublings}` : `${2 ** doublings}`;
    const stroke = doublings === 0 ? "#111827" : "#e5e7eb";
    body.push(`<line x1="${at}" x2="${at}" y1="${TOP - 10}" y2="${bottom}" stroke="${stroke}"/>`);
    body.push(`<text x="${at}" y="${bottom + 14}" text-anchor="middle">${name}</text>`);
  }
  shown.forEach((row, i) => body.push(...points(row, { y: TOP + i * ROW + ROW / 2, x })));
  const legend = PEERS.map((peer, i) => {
    const at = 20 + i * 105;
    return `<circle cx="${at}" cy="36" r="${peer === LANES ? 6 : 4}" fill="${COLOURS[peer]}"/>` +
      `<text x="${at + 10}" y="40">${peer}</text>`;
  });
  const goal = 20 + PEERS.length * 105;
  legend.push(
    `<rect x="${goal}" y="29" width="2" height="14" fill="#7c3aed"/><text x="${goal + 8}" y="40">goal</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + 24}" ` +
    `viewBox="0 0 ${WIDTH} ${bottom + 24}" role="img" font-family="sans-serif" font-size="11">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${bottom + 24}" fill="#fff"/>`,
    `<text x="10" y="18" font-size="13" font-weight="bold">${title}: times as fast as NumPy, logarithmic</text>`,
    ...legend,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function points(row: Row, { y, x }: { y: number; x: (speed: number) => string }): string[] {
  const parts = [
    `<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${label(row)}</text>`,
  ];
  for (const { rival, factor } of goalsOf(row)) {
    const rivals = ratio(row, rival, "numpy");
    if (rivals === null) continue;
    const at = Number(x(factor * rivals)) - 1;
    parts.push(`<rect x="${at}" y="${y - 7}" width="2" height="14" fill="#7c3aed"/>`);
  }
  for (const peer of [...RIVALS, "lanes 1", LANES]) {
    const speed = ratio(row, peer, "numpy");
    if (speed === null) continue;
    parts.push(`<circle cx="${x(speed)}" cy="${y}" r="${peer === LANES ? 6 : 4}" fill="${COLOURS[peer]}"/>`);
  }
  return parts;
}
