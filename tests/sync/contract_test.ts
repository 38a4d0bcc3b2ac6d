import { Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore } from "@lanes/lanes";
import { within } from "../fixtures/harness.ts";
import { at, cellsOf, go, HANG, launch } from "../fixtures/sync_run.ts";
import { holdAt } from "../fixtures/sync_waits.ts";
import { primitiveContract } from "../contract/primitive_contract.ts";

primitiveContract({
  name: "Lock",
  blocked() {
    const lock = new Lock();
    lock.acquireSync();
    return { primitive: lock, open: () => lock.release() };
  },
  free: () => new Lock(),
  afterDeath: "abandoned",
});

primitiveContract({
  name: "RLock",
  async blocked() {
    // Only another process can hold it up.
    const lock = new RLock();
    const cells = cellsOf();
    const holder = launch(holdAt, lock, cells);
    await at(cells, 1);
    return {
      primitive: lock,
      open: () => go(cells, 1),
      close() {
        go(cells, 1);
        return within(HANG, holder.join());
      },
    };
  },
  free: () => new RLock(),
  afterDeath: "abandoned",
});

for (const cls of [Semaphore, BoundedSemaphore]) {
  primitiveContract({
    name: cls.name,
    blocked() {
      const semaphore = new cls(1);
      semaphore.acquireSync();
      return { primitive: semaphore, open: () => semaphore.release() };
    },
    free: () => new cls(1),
    afterDeath: "abandoned",
  });
}

primitiveContract({
  name: "Event",
  blocked() {
    const event = new Event();
    return { primitive: event, open: () => event.set() };
  },
  free() {
    const event = new Event();
    event.set();
    return event;
  },
  afterDeath: "done",
});

for (const [name, make] of [["Condition", () => new RLock()], ["Condition with a Lock", () => new Lock()]] as const) {
  primitiveContract({
    name,
    blocked() {
      const condition = new Condition(make());
      return {
        primitive: condition,
        async open() {
          using _held = await within(HANG, condition.acquire());
          condition.notify();
        },
      };
    },
    free: () => new Condition(make()),
    afterDeath: "done",
  });
}

primitiveContract({
  name: "Barrier",
  blocked() {
    const barrier = new Barrier(2);
    return { primitive: barrier, open: () => barrier.wait().then(() => {}) };
  },
  free: () => new Barrier(3),
  afterDeath: "broken",
});
