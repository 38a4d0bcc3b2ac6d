import { assert } from "@std/assert";
import { Pool, SharedArray } from "@lanes/lanes";
import { exp } from "@lanes/lanes/kernels";

Deno.test("kernels that follow each other are shared with the workers, and let the event loop turn", async () => {
  await using pool = new Pool(2);
  using xs = new SharedArray("f64", 1_000_000);
  await pool.apply(() => 0);
  let timers = 0;
  const timer = setInterval(() => timers++, 1);
  const end = performance.now() + 500;
  let computed = 0, queued = 0;
  // Nothing but the computations is awaited.
  while (performance.now() < end) {
    await pool.compute(exp, xs);
    queued = Math.max(queued, pool.stats().queued);
    computed++;
  }
  clearInterval(timer);
  const { workers } = pool.stats();
  const orders = workers.reduce((sum, { tasks }) => sum + tasks, 0);
  assert(queued <= 1, `${queued} orders waited`);
  assert(orders > 3, `${orders} orders of ${computed} were done by the workers`);
  assert(timers > 3, `${timers} timers in 500 ms`);
});
