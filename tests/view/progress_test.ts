import { type Progress, ProgressBar, renderBar } from "@lanes/lanes/progress";
import { Pool } from "@lanes/lanes";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { run } from "../fixtures/program.ts";

export function double(x: number): number {
  if (x < 0) throw new RangeError(`Negative: ${x}`);
  return 2 * x;
}

Deno.test("Pool.map() with a progress function tells every step up to the whole", async () => {
  await using pool = new Pool(2);
  const told: Progress[] = [];
  const items = Array.from({ length: 100 }, (_, i) => i);
  await pool.map(double, items, { chunksize: 7, progress: (progress) => told.push(progress) });
  assert(told.length > 1, "told once only");
  for (const [i, { done, total, failed }] of told.entries()) {
    assertEquals([total, failed], [100, 0]);
    assert(done > (told[i - 1]?.done ?? 0), "done does not grow");
  }
  const last = told.at(-1)!;
  assertEquals([last.done, last.eta], [100, 0]);
  assert(last.rate > 0 && last.elapsed > 0);
});

Deno.test("Pool.imap() with a progress function counts what failed", async () => {
  await using pool = new Pool(2);
  let last: Progress | undefined;
  const results = pool.imap(double, [1, -1, 2], { progress: (progress) => last = progress });
  assertEquals(await results.next(), { done: false, value: 2 });
  await assertRejects(() => results.next(), RangeError);
  assertEquals(await results.next(), { done: false, value: 4 });
  assertEquals((await results.next()).done, true);
  assertEquals([last?.done, last?.failed], [3, 1]);
});

Deno.test("Pool.map() with progress: true writes nothing where stderr is no terminal", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pool } from "@lanes/lanes";
    await using pool = new Pool(2);
    console.log(await pool.map((x: number) => x + 1, [1, 2, 3], { progress: true }));
  `);
  assertEquals([code, stdout, stderr], [0, "[ 2, 3, 4 ]\n", ""]);
});

Deno.test("ProgressBar.progress is what renderBar() shows", () => {
  using bar = new ProgressBar({ total: 4, stream: { isTerminal: () => false, writeSync: (bytes) => bytes.length } });
  bar.advance(1);
  assert(renderBar(bar.progress, 60).startsWith(" 25% │"));
});
