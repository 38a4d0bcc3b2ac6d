import { assert, assertEquals } from "@std/assert";
import { cumsum, KERNEL } from "@lanes/lanes/kernels";
import { SharedArray } from "../../lib/memory/array.ts";
import { jobDone, jobLeft, jobWords, runJob, type SliceJob, stopJob } from "../../lib/kernels/job.ts";
import type { Plan } from "../../lib/kernels/plan.ts";
import { Pool } from "../../lib/pool/pool.ts";

/** Control word of a job: the next slice. */
const CLAIM = 0;
/** Control word of a job: how many slices are done. */
const DONE = 1;

/** The running sums of many numbers: three phases. */
function planned(xs: SharedArray<"f64">): Plan {
  return cumsum[KERNEL].plan([xs], { out: xs });
}

/** What a thread does for a job: how many slices it ran. */
export function work(job: SliceJob): number {
  return runJob(job);
}

Deno.test("runJob() leaves at its time where a phase cannot start, and claims nothing of it", () => {
  using xs = new SharedArray("f64", 200_000);
  const plan = planned(xs), { job } = plan, first = job.phases[0]!.slices;
  // As if another thread were in the first slice.
  Atomics.add(jobWords(job), CLAIM, 1);
  let ran = 0;
  while (Atomics.load(jobWords(job), CLAIM) < first) ran += runJob(job, performance.now() + 20);
  assertEquals(ran, first - 1);
  assertEquals(runJob(job, performance.now() + 5), 0);
  assertEquals([jobLeft(job), jobDone(job), Atomics.load(jobWords(job), CLAIM)], [true, false, first]);
  plan.dispose();
});

Deno.test("A thread that sleeps until a phase starts is woken when its job is stopped", async () => {
  await using pool = new Pool(1);
  using xs = new SharedArray("f64", 200_000);
  const plan = planned(xs), { job } = plan;
  Atomics.add(jobWords(job), CLAIM, 1);
  const ran = pool.apply(work, [job]);
  const most = job.phases[0]!.slices - 1;
  while (Atomics.load(jobWords(job), DONE) < most) await new Promise((resolve) => setTimeout(resolve, 10));
  const asleep = new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(await Promise.race([ran, asleep]), undefined);
  stopJob(job);
  assertEquals(await ran, most);
  plan.dispose();
});

Deno.test("A job of several phases is done by the threads that are in it together", async () => {
  await using pool = new Pool(3);
  for (let round = 0; round < 20; round++) {
    using xs = new SharedArray("f64", 100_000 + round);
    xs.data.fill(1);
    const plan = planned(xs), { job } = plan;
    const others = pool.map(work, [job, job, job]);
    let own = 0;
    while (jobLeft(job)) own += runJob(job, performance.now() + 1);
    const ran = (await others).reduce((total, count) => total + count, own);
    assertEquals(ran, job.phases.reduce((total, phase) => total + phase.slices, 0));
    plan.finish();
    assert(xs.data.every((x, i) => x === i + 1));
    plan.dispose();
  }
});
