import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Condition, Event, Lock, Semaphore } from "@lanes/lanes";
import { setChaos } from "../../lib/sync/chaos.ts";
import { within } from "../fixtures/harness.ts";
import { HANG } from "../fixtures/sync_run.ts";
import { bury, enlistMany, type Machine, MACHINES, type Model, type Subject } from "../fixtures/sync_models.ts";

/** One operation of one process: both as numbers that are taken modulo what there is. */
type Step = [operation: number, process: number];

const PROCESSES = 3;
const step = fc.tuple(fc.nat(63), fc.nat(PROCESSES - 1));
const RUNS = Number(Deno.env.get("LANES_MODEL_RUNS") ?? 150);

/** Processes of a run; those that have died do nothing more. */
class Cast {
  readonly pids = enlistMany(PROCESSES);
  readonly dead = new Set<number>();
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The operation and the pid of a step; `null` when its process is dead. */
  of([operation, process]: Step): { name: string; pid: number } | null {
    const pid = this.pids[process]!;
    if (this.dead.has(pid)) return null;
    const { operations } = this.#machine;
    return { name: operations[operation % operations.length]!, pid };
  }

  run(on: Subject | Model, { name, pid }: { name: string; pid: number }): unknown {
    if (name === "die") this.dead.add(pid);
    return on.run(name, pid);
  }

  [Symbol.dispose](): void {
    for (const pid of this.pids) bury(pid);
  }
}

for (const machine of MACHINES) {
  Deno.test(`${machine.name} does what its sequential model does, deaths included`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        using cast = new Cast(machine);
        const subject = machine.make(), model = machine.model();
        for (const each of steps) {
          const known = cast.of(each);
          if (known === null) continue;
          assertEquals(cast.run(subject, known), cast.run(model, known), `${known.name} by ${each[1]}`);
          assertEquals(subject.observe(), model.observe(), `after ${known.name} by ${each[1]}`);
        }
      }),
      { numRuns: RUNS },
    );
  });

  Deno.test(`${machine.name}: another process at any atomic step of an operation comes before or after it`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), step, step, (prefix, first, second) => {
        for (let at = 0; at < 12 && interleave(machine, { prefix, first, second, at }); at++);
      }),
      { numRuns: RUNS },
    );
  });
}

/** Runs `second` in the middle of `first`, at its atomic step `at`; `false` when it has no such step. */
function interleave(
  machine: Machine,
  { prefix, first, second, at }: { prefix: Step[]; first: Step; second: Step; at: number },
): boolean {
  using cast = new Cast(machine);
  const subject = machine.make(), model = machine.model();
  for (const each of prefix) {
    const known = cast.of(each);
    if (known === null) continue;
    cast.run(subject, known);
    cast.run(model, known);
  }
  const outer = cast.of(first), inner = cast.of(second);
  // A process does one thing at a time, and dies at no particular step of its own.
  if (outer === null || inner === null || outer.pid === inner.pid || outer.name === "die") return false;
  let left = at;
  let met: unknown;
  let hit = false;
  setChaos(() => {
    if (left-- !== 0) return;
    hit = true;
    met = subject.run(inner.name, inner.pid);
  });
  let result: unknown;
  try {
    result = subject.run(outer.name, outer.pid);
  } finally {
    setChaos(null);
  }
  if (!hit) return false;
  const seen = [result, met, subject.observe()];
  const before = model.clone(), after = model.clone();
  const expected = [
    [before.run(outer.name, outer.pid), before.run(inner.name, inner.pid), before.observe()],
    ((inside) => [after.run(outer.name, outer.pid), inside, after.observe()])(after.run(inner.name, inner.pid)),
  ];
  const text = `${outer.name} met ${inner.name} at step ${at}: ${JSON.stringify(seen)}, not ${
    JSON.stringify(expected)
  }`;
  assert(expected.some((each) => JSON.stringify(each) === JSON.stringify(seen)), text);
  return true;
}

/** Lets whatever was woken go on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}

const few = { numRuns: Math.ceil(RUNS / 5) };

Deno.test("Event wakes all who wait at each set, whatever follows", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("wait", "set", "flash", "clear"), { maxLength: 15 }), async (steps) => {
      const event = new Event();
      let flag = false, waiting = 0, expected = 0, woken = 0;
      const all: Promise<unknown>[] = [];
      for (const each of steps) {
        if (each === "wait") {
          all.push(event.wait().then(() => woken++));
          if (flag) expected++;
          else waiting++;
          continue;
        }
        if (each !== "clear") {
          event.set();
          expected += waiting;
          waiting = 0;
          flag = true;
        }
        if (each !== "set") {
          event.clear();
          flag = false;
        }
      }
      await settle();
      assertEquals(woken, expected);
      event.set();
      await within(HANG, Promise.all(all));
    }),
    few,
  );
});

Deno.test("Condition wakes exactly as many as are notified and wait", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.constant("wait" as const), fc.nat(4)), { maxLength: 12 }), async (steps) => {
      const condition = new Condition(new Lock());
      let waiting = 0, expected = 0, woken = 0;
      const all: Promise<void>[] = [];
      for (const each of steps) {
        if (each === "wait") {
          waiting++;
          all.push((async () => {
            using _held = await condition.acquire();
            await condition.wait();
            woken++;
          })());
        } else {
          using _held = await within(HANG, condition.acquire());
          condition.notify(each);
          expected += Math.min(each, waiting);
          waiting -= Math.min(each, waiting);
        }
        await settle();
        assertEquals(woken, expected);
      }
      using _held = await within(HANG, condition.acquire());
      condition.notifyAll();
      condition.release();
      await within(HANG, Promise.all(all));
    }),
    few,
  );
});

Deno.test("Semaphore gives each unit to one waiter, also while others give up", async () => {
  const action = fc.oneof(
    fc.constant("acquire" as const),
    fc.constant("release" as const),
    fc.record({ abort: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.array(action, { maxLength: 20 }), async (start, steps) => {
      const semaphore = new Semaphore(start);
      let got = 0, gone = 0, units = start;
      const waiters: AbortController[] = [];
      const all: Promise<unknown>[] = [];
      for (const each of steps) {
        if (each === "acquire") {
          const controller = new AbortController();
          waiters.push(controller);
          all.push(semaphore.acquire({ signal: controller.signal }).then(() => got++, () => gone++));
        } else if (each === "release") {
          semaphore.release();
          units++;
        } else waiters[each.abort]?.abort();
      }
      await settle();
      const waiting = all.length - got - gone;
      assert(waiting === 0 || semaphore.getValue() === 0, `${waiting} wait with ${semaphore.getValue()} units`);
      assertEquals(semaphore.getValue() + got, units);
      for (const controller of waiters) controller.abort();
      await within(HANG, Promise.all(all));
    }),
    few,
  );
});
