/**
 * The kernels beside their rivals, on the same machine in the same run: Lanes on one thread and with a pool of two, plain
 * loops, NumPy, numexpr, numba (two threads), and rayon (two threads). Writes a table and a chart to `bench/record/`.
 *
 * `deno run -A bench/rivals/kernels.ts [--quick]`; `--quick` measures next to nothing and writes nothing. `PYTHON` names an interpreter that has numpy, numexpr and numba. A rival that is
 * not installed is left out, and said so.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool

interface Figure {
  readonly peer: string;
  readonly metric: string;
  readonly size: number;
  readonly value: number;
  readonly unit: string;
}

const ROOT = new URL("../../", import.meta.url);
const QUICK = Deno.args.includes("--quick");
const PEERS = ["lanes 1", "lanes 2", "loop", "numpy", "numexpr", "numba", "rayon"];

/** What a command prints as figures; none, and a word, where it cannot be run. */
async function figures(command: string, args: string[], env: Record<string, string> = {}): Promise<Figure[]> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, env, cwd: ROOT, stdin: "null" })
      .output();
    const decoder = new TextDecoder();
    if (!success) {
      console.error(`${command} ${args.join(" ")} failed: ${decoder.decode(stderr).trim().split("\n").at(-1)}`);
    }
    return decoder.decode(stdout).split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  } catch (error) {
    console.error(`${command} is left out: ${error}`);
    return [];
  }
}

function table(all: readonly Figure[]): string {
  const rows = new Map<string, Map<string, Figure>>();
  for (const figure of all) {
    const key = `${figure.metric} | ${figure.size.toLocaleString("en")} | ${figure.unit}`;
    if (!rows.has(key)) rows.set(key, new Map());
    rows.get(key)!.set(figure.peer, figure);
  }
  const lines = [`| kernel | n | unit | ${PEERS.join(" | ")} |`, `|---|---|---|${PEERS.map(() => "---|").join("")}`];
  for (const [key, row] of rows) {
    lines.push(`| ${key} | ${PEERS.map((peer) => row.get(peer)?.value.toPrecision(3) ?? "–").join(" | ")} |`);
  }
  return lines.join("\n");
}

/** Bars of how many times as fast as NumPy each is, on a logarithmic scale. */
function chart(all: readonly Figure[]): string {
  const base = all.filter((figure) => figure.peer === "numpy");
  const shown = ["lanes 2", "numba", "rayon"], colours = ["#2563eb", "#9ca3af", "#d97706"];
  const bars: string[] = [];
  let y = 30;
  for (const { metric, size, value, unit } of base) {
    bars.push(`<text x="150" y="${y + 14}" text-anchor="end">${metric} ${size >= 1e7 ? "16 Mi" : ""}</text>`);
    shown.forEach((peer, i) => {
      const own = all.find((figure) => figure.peer === peer && figure.metric === metric && figure.size === size);
      if (own === undefined) return;
      const ratio = unit === "GFLOP/s" ? own.value / value : value / own.value;
      const width = Math.max(-60, Math.min(300, Math.log2(ratio) * 50));
      const x = 230 + Math.min(0, width);
      bars.push(`<rect x="${x}" y="${y + 7 * i}" width="${Math.abs(width) + 1}" height="6" fill="${colours[i]}"/>`);
    });
    y += 26;
  }
  const legend = shown.map((peer, i) => `<tspan fill="${colours[i]}" dx="12">■ ${peer}</tspan>`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="560" height="${
    y + 20
  }" font-family="sans-serif" font-size="11">
<text x="160" y="16">NumPy = 1, each 50 px twice as fast${legend}</text>
<line x1="230" y1="24" x2="230" y2="${y}" stroke="#000" stroke-width="0.5"/>
${bars.join("\n")}
</svg>
`;
}

async function main(): Promise<void> {
  const python = Deno.env.get("PYTHON") ?? "python3";
  const all: Figure[] = [];
  all.push(
    ...await figures(Deno.execPath(), [
      "run",
      "-A",
      "--no-check",
      "bench/kernels_work.ts",
      ...(QUICK ? ["--quick"] : []),
    ]),
  );
  for (const peer of ["numpy", "numexpr", "numba"]) {
    all.push(...await figures(python, ["bench/rivals/python/kernels.py", peer, ...(QUICK ? ["--quick"] : [])]));
  }
  all.push(
    ...await figures("cargo", ["run", "--release", "--quiet", "--manifest-path", "bench/rivals/rust/Cargo.toml"], {
      RUSTFLAGS: "-C target-cpu=x86-64-v2",
    }),
  );
  const date = new Date().toISOString().slice(0, 10);
  const text = `# Kernels beside their rivals, ${date}

Best of several runs, f64, in one run on one machine; two threads each but for "lanes 1", "loop" and, but for its BLAS, NumPy.
rayon was built for x86-64-v2 (128-bit vectors). Lower is better, but for GFLOP/s.

${table(all)}
`;
  console.log(text);
  if (QUICK) return;
  const folder = new URL("bench/record/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL(`${date}-rivals-kernels.md`, folder), text);
  await Deno.writeTextFile(new URL(`${date}-rivals-kernels.svg`, folder), chart(all));
}

if (import.meta.main) await main();
