/** Processes that are killed while they use shared memory or a manager: nothing is damaged, and all of it comes back. */
import { Manager, Process, SharedArray, SharedValue } from "@lanes/lanes";
import { holdersOf } from "../../lib/memory/_ledger.ts";
import { forEachBlock, referencesOf, stats } from "../../lib/memory/arena.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { MANAGED_OBJECT, MANAGED_TAG } from "../../lib/memory/manager_layout.ts";
import { wordsAt } from "../../lib/memory/memory.ts";
import { alive } from "../../lib/memory/process_table.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { type Random, stress } from "./seeded.ts";
import { allocating, managing } from "./shared_tasks.ts";

const ROUNDS = 12;
const HANG = 30_000;

/** Bytes in use, but for what processes keep to themselves. */
function used(): number {
  let ledgers = 0;
  forEachBlock(({ kind }) => ledgers += kind === BlockKind.Ledger ? 4160 : 0);
  return stats().used - ledgers;
}

async function kill(processes: readonly Process[], random: Random): Promise<number> {
  for (const process of processes) {
    await pause(random.below(120));
    process.kill();
    await within(HANG, process.join());
    if (process.exitCode !== -9) throw new Error(`A process ended with ${process.exitCode} before it was killed`);
  }
  return processes.length;
}

function started(processes: readonly Process[]): readonly Process[] {
  for (const process of processes) {
    process.start();
    process.result.catch(() => {});
  }
  return processes;
}

async function round(random: Random, operations: SharedValue<"i32">): Promise<number> {
  const mine = new SharedArray("u8", 10_000).fill(7);
  await using manager = new Manager();
  await manager.start();
  const dict = await manager.dict<string, unknown>();
  const processes = started([
    new Process({ target: allocating, args: [random.below(2 ** 31), operations] }),
    new Process({ target: allocating, args: [random.below(2 ** 31), operations] }),
    new Process({ target: managing, args: [random.below(2 ** 31), manager, { dict, operations }] }),
    new Process({ target: managing, args: [random.below(2 ** 31), manager, { dict, operations }] }),
  ] as unknown as Process[]);
  const before = operations.value;
  await within(HANG, until(() => operations.value > before + 100));
  const deaths = await kill(processes, random);
  if (mine.data.some((byte) => byte !== 7)) throw new Error("Memory was changed by another");
  mine[Symbol.dispose]();
  await within(HANG, dict.clear());
  // What the dead held is given back once their end is noticed.
  try {
    await until(async () => await manager.numberOfObjects() === 1, HANG);
  } catch (cause) {
    throw new Error(`Objects are left: ${Deno.inspect(await dict.entries())} in the dict; ${objects()}`, { cause });
  }
  return deaths;
}

/** Each managed object's references, and which processes have written them down: one that nobody has is lost. */
function objects(): string {
  const found: string[] = [];
  forEachBlock(({ offset, kind }) => {
    if (kind !== BlockKind.Managed || wordsAt(offset, 1)[MANAGED_TAG] !== MANAGED_OBJECT) return;
    const holders = holdersOf(offset).map((pid) => alive(pid) ? `${pid}` : `${pid} (dead)`);
    found.push(
      `object at ${offset} with ${referencesOf(offset)} references, held by ${holders.join(", ") || "nobody"}`,
    );
  });
  return found.join("; ");
}

if (import.meta.main) {
  await stress("shared", async (random, { scale }) => {
    const operations = new SharedValue("i32");
    let deaths = 0;
    deaths += await round(random, operations);
    await pause(300);
    const first = used();
    for (let i = 0; i < Math.ceil(ROUNDS * scale); i++) deaths += await round(random, operations);
    await pause(300);
    (globalThis as { gc?: () => void }).gc?.();
    await pause(300);
    const grown = used() - first;
    if (grown > 64 * 1024 * deaths) throw new Error(`${grown} bytes of shared memory are lost`);
    return `${operations.value} operations, ${deaths} deaths injected, ${grown} bytes more in use, 0 damaged`;
  });
}
