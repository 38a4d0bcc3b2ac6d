/**
 * How long it takes from making a pool or a process to its first result: in a program of its own, where nothing is warm,
 * and again later; the part of it that is the runtime's own; and what memory a worker adds. All are printed as notes.
 *
 * Each figure is given with the CPU that it took, which varies less than the time on a machine that does other things.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- notes for bench/run.ts
import process from "node:process";
import { SHARE_ENV, Worker as NodeWorker } from "node:worker_threads";
import { Pool, Process } from "@lanes/lanes";
import { quantile } from "./rivals/measures.mjs";
import { square } from "./rivals/functions.mjs";

const ROUNDS = 15;
/** Programs in which the first pool is timed. */
const PROGRAMS = 5;

/** The runtime's own share: a worker that only says that it is there. */
async function bareWorker(): Promise<void> {
  const code = `import { parentPort } from "node:worker_threads"; parentPort.postMessage(1);`;
  const options = { env: SHARE_ENV } as ConstructorParameters<typeof NodeWorker>[1];
  const worker = new NodeWorker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options);
  await new Promise((resolve) => worker.once("message", resolve));
  await worker.terminate();
}

async function onePool(): Promise<void> {
  const pool = new Pool(2);
  await pool.apply(square, [3]);
  started = performance.now();
  await pool.terminate();
}

async function oneProcess(): Promise<void> {
  const other = new Process({ target: square, args: [3] });
  other.start();
  await other.join();
}

/** When what is being timed had its first result; 0: at its end. */
let started = 0;

/** Times and CPU of each, in turns. */
async function inTurns(rivals: Record<string, () => Promise<void>>): Promise<void> {
  const times = Object.fromEntries(Object.keys(rivals).map((name) => [name, { ms: [], cpuMs: [] }])) as Record<
    string,
    { ms: number[]; cpuMs: number[] }
  >;
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(rivals)) {
      started = 0;
      const before = process.cpuUsage();
      const start = performance.now();
      await run();
      const took = (started || performance.now()) - start;
      const { user, system } = process.cpuUsage(before);
      if (round < 0) continue;
      times[name]!.ms.push(took);
      times[name]!.cpuMs.push((user + system) / 1000);
    }
  }
  for (const [name, { ms, cpuMs }] of Object.entries(times)) note(name, { ms, cpuMs });
}

function note(name: string, figures: Record<string, number[]>): void {
  const parts = Object.entries(figures).flatMap(([unit, values]) => [
    [`${unit} min`, Number(Math.min(...values).toPrecision(4))],
    [`${unit} p50`, Number(quantile(values, 0.5).toPrecision(4))],
  ]);
  console.log(`${name}: ${JSON.stringify(Object.fromEntries(parts))}`);
}

/** The first pool of a program, and the memory of a worker: each in a program of its own. */
async function inPrograms(): Promise<void> {
  const figures: Record<string, number[]> = {};
  for (let i = 0; i < PROGRAMS; i++) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("rivals/lanes.ts", import.meta.url).href, "start"],
      stderr: "inherit",
    }).output();
    const values = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, number>;
    for (const [name, value] of Object.entries(values)) (figures[name] ??= []).push(value);
  }
  note("In programs of their own", figures);
}

await inTurns({
  "Worker of the runtime, start to first message": bareWorker,
  "Pool of 2, start to first result": onePool,
  "Process start and join": oneProcess,
});
await inPrograms();
Deno.bench("nothing: the figures are notes", () => {});
