import { assert, assertEquals } from "@std/assert";
import { allocate, release } from "../../lib/memory/arena.ts";
import { BELL_BYTES, BELL_PARKED } from "../../lib/memory/lane_layout.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { wordsAt } from "../../lib/memory/memory.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import { atStep } from "../fixtures/at_step.ts";
import { Bell, type Belled, ringAt } from "../../lib/worker/bell.ts";
import { ringAndWait, ringLater, ringSlowly, shake } from "../fixtures/bells.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { run } from "../fixtures/program.ts";
import { HANG, launch } from "../fixtures/sync_run.ts";
import { Random } from "../stress/seeded.ts";

/** A bell, and one source that counts what was told to it in two words of shared memory. */
class Scene implements Disposable, Belled {
  readonly bell = new Bell();
  readonly offset = allocate(64, BlockKind.Data);
  readonly cells = wordsAt(this.offset, 2);
  polls = 0;
  heard = 0;

  /** News: a new number in the first word. The second says that it was heard. */
  poll(): boolean {
    this.polls++;
    const told = Atomics.load(this.cells, 0);
    if (told === this.heard) return false;
    this.heard = told;
    Atomics.store(this.cells, 1, told);
    Atomics.notify(this.cells, 1);
    return true;
  }

  /** As a worker does it. */
  tell(): void {
    Atomics.add(this.cells, 0, 1);
    ringAt(this.bell.offset);
  }

  get parked(): boolean {
    return Atomics.load(wordsAt(this.bell.offset, BELL_BYTES / 4), BELL_PARKED) === 1;
  }

  /** Waits until the loop sleeps. */
  async asleep(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      const { polls } = this;
      await pause(3);
      if (polls !== this.polls || !this.parked) quiet = -1;
    }
  }

  async hears(count: number): Promise<void> {
    await until(() => this.heard === count, HANG);
  }

  [Symbol.dispose](): void {
    this.bell.unwatch(this);
    setChaos(null);
    release(this.offset);
  }
}

Deno.test("Bell: what is told at any step of falling asleep is heard", async () => {
  for (let step = 1; step <= 2; step++) {
    using scene = new Scene();
    const { passed } = await (async () => {
      const state = atStep(step, () => scene.tell());
      scene.bell.watch(scene);
      await until(() => state.passed, HANG);
      return state;
    })();
    assert(passed);
    await scene.hears(1);
    // And from then on.
    await scene.asleep();
    scene.tell();
    await scene.hears(2);
  }
});

Deno.test("Bell: what is told after it was heard something, while it falls asleep again, is heard", async () => {
  for (let step = 1; step <= 5; step++) {
    using scene = new Scene();
    scene.bell.watch(scene);
    await scene.asleep();
    // The steps of ringing come first, then those of falling asleep after it.
    const state = atStep(step, () => scene.tell());
    scene.tell();
    for (let i = 0; i < 4 && !state.passed; i++) {
      await scene.asleep();
      if (!state.passed) scene.tell();
    }
    const told = Atomics.load(scene.cells, 0);
    await scene.hears(told);
    assert(state.passed, `There is no step ${step}`);
  }
});

Deno.test("Bell: expect() in sleep has it look again, and expect() while it looks has it go on looking", async () => {
  using scene = new Scene();
  scene.bell.watch(scene);
  await scene.asleep();
  const { polls } = scene;
  scene.bell.expect();
  await until(() => scene.polls > polls, HANG);
  await scene.asleep();
  scene.tell();
  await scene.hears(1);
  let looks = 0;
  const once: Belled = {
    poll: () => {
      if (++looks === 1) scene.bell.expect();
      return false;
    },
  };
  scene.bell.watch(once);
  scene.bell.expect();
  await until(() => looks > 1, HANG);
  scene.bell.unwatch(once);
  await scene.asleep();
  scene.tell();
  await scene.hears(2);
});

Deno.test("Bell: expect() many times, without news, leaves one listener and loses nothing", async () => {
  using scene = new Scene();
  scene.bell.watch(scene);
  for (let i = 1; i <= 50; i++) {
    await scene.asleep();
    scene.bell.expect();
    if (i % 2 === 0) await Promise.resolve();
    scene.tell();
    scene.bell.expect();
    await scene.hears(i);
  }
  await scene.asleep();
  const words = wordsAt(scene.bell.offset, BELL_BYTES / 4);
  assert(Atomics.notify(words, 0) <= 1);
});

Deno.test("ringAt(): of several who ring a bell, the first wakes its owner and no other tries to", async () => {
  using scene = new Scene();
  scene.bell.watch(scene);
  for (let i = 1; i <= 5; i++) {
    await scene.asleep();
    const { notify } = Atomics;
    let notified = 0;
    Atomics.notify = ((...args: Parameters<typeof notify>) => {
      if (args[0].byteOffset === scene.bell.offset) notified++;
      return notify(...args);
    }) as typeof notify;
    try {
      for (let ringer = 0; ringer < 5; ringer++) scene.tell();
    } finally {
      Atomics.notify = notify;
    }
    assertEquals(notified, 1);
    await scene.hears(5 * i);
  }
});

Deno.test("Bell.blockUntil() hears what other threads tell, while the loop sleeps, and the loop does afterwards", async () => {
  using scene = new Scene();
  const { bell, offset } = scene;
  bell.watch(scene);
  for (const ms of [0, 30]) {
    for (let i = 0; i < 3; i++) {
      const count = scene.heard + 1;
      if (i > 0) await scene.asleep();
      const process = launch(ringLater, { bell: bell.offset, cells: offset, ms });
      if (i === 2) await pause(1);
      assertEquals(bell.blockUntil(() => scene.heard === count, performance.now() + HANG), true);
      await within(HANG, process.join());
      scene.tell();
      await scene.hears(count + 1);
      await scene.asleep();
      scene.tell();
      await scene.hears(count + 2);
    }
  }
});

Deno.test("Bell.blockUntil() hears what is told at any of its steps", () => {
  for (let step = 1; step <= 2; step++) {
    using scene = new Scene();
    const { bell } = scene;
    // It looks only while something is watched, and the loop has not begun yet.
    bell.watch(scene);
    const state = atStep(step, () => scene.tell());
    assertEquals(bell.blockUntil(() => scene.heard === 1, performance.now() + HANG), true);
    assert(state.passed);
  }
});

/** Has a thread ring that stops in the middle; it goes on at the `step`th atomic step from now on, which lasts until it is over. */
async function slowRinger(scene: Scene, step: number): Promise<{ passed: boolean }> {
  const words = wordsAt(scene.offset, 3);
  Atomics.store(words, 2, 0);
  launch(ringSlowly, { bell: scene.bell.offset, cells: scene.offset });
  await until(() => Atomics.load(words, 2) === 1, HANG);
  return atStep(step, () => {
    Atomics.store(words, 2, 2);
    while (Atomics.load(words, 2) !== 3) Atomics.pause();
  });
}

Deno.test("Bell: one who rings late, while the loop falls asleep after it heard the news, leaves the next one heard", async () => {
  for (let step = 1; step <= 2; step++) {
    using scene = new Scene();
    const state = await slowRinger(scene, step);
    scene.bell.watch(scene);
    await until(() => state.passed, HANG);
    assertEquals(scene.heard, 1);
    scene.tell();
    await scene.hears(2);
  }
});

Deno.test("Bell.blockUntil(): one who rings late, while it falls asleep after it heard the news, leaves the next one heard", async () => {
  for (let step = 1; step <= 2; step++) {
    using scene = new Scene();
    const { bell, offset } = scene;
    const next = launch(ringLater, { bell: bell.offset, cells: offset, ms: 600 });
    // Its start wakes this thread, too.
    await pause(200);
    const state = await slowRinger(scene, step);
    bell.watch(scene);
    const deadline = performance.now() + HANG;
    bell.blockUntil(() => scene.heard === 2, deadline);
    // At the deadline it would look once more, and hear it late.
    assertEquals([state.passed, performance.now() < deadline], [true, true]);
    await within(HANG, next.join());
  }
});

Deno.test("Bell.blockUntil() gives false at its deadline, true at once where it is done", () => {
  using scene = new Scene();
  const start = performance.now();
  assertEquals(scene.bell.blockUntil(() => false, start + 20), false);
  assert(performance.now() - start >= 18);
  assertEquals(scene.bell.blockUntil(() => true, 0), true);
  assertEquals(scene.bell.blockUntil(() => false, 0), false);
});

Deno.test("Bell.unwatch() ends the looking, also in sleep; watch() begins it again, also in the same turn", async () => {
  using scene = new Scene();
  const { bell } = scene;
  bell.watch(scene);
  await scene.asleep();
  bell.unwatch(scene);
  scene.tell();
  await pause(20);
  assertEquals(scene.heard, 0);
  bell.watch(scene);
  await scene.hears(1);
  await scene.asleep();
  // The loop was told to end and has not yet.
  bell.unwatch(scene);
  bell.watch(scene);
  scene.tell();
  await scene.hears(2);
  bell.unwatch(scene);
  bell.watch(scene);
  bell.unwatch(scene);
  bell.watch(scene);
  await scene.asleep();
  scene.tell();
  await scene.hears(3);
});

Deno.test("Bell: a source may unwatch itself and watch others while it is looked at", async () => {
  using scene = new Scene();
  const { bell } = scene;
  const seen: string[] = [];
  const second: Belled = {
    poll: () => {
      seen.push("second");
      bell.unwatch(second);
      return true;
    },
  };
  const first: Belled = {
    poll: () => {
      seen.push("first");
      bell.unwatch(first);
      bell.watch(second);
      return false;
    },
  };
  bell.watch(first);
  bell.watch(scene);
  scene.tell();
  await scene.hears(1);
  assertEquals(seen, ["first", "second"]);
});

Deno.test("Bell: while news keep coming, timers run all the same", async () => {
  using scene = new Scene();
  let fired = 0, polls = 0;
  const busy: Belled = { poll: () => ++polls > 0 };
  scene.bell.watch(busy);
  try {
    for (let i = 0; i < 5; i++) {
      await within(HANG, pause(1));
      fired++;
    }
  } finally {
    scene.bell.unwatch(busy);
  }
  assertEquals(fired, 5);
  assert(polls > 5);
});

for (const how of ["asynchronous", "blocking", "mixed"] as const) {
  Deno.test(`Bell, ${how}: three threads ring at random moments, with pauses at the atomic steps, and all is heard`, async () => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const random = new Random(seed);
    const scenes = [new Scene(), new Scene(), new Scene()];
    const { bell } = scenes[0]!;
    const count = 150;
    try {
      shake(new Random(random.below(2 ** 32)));
      const ringers = scenes.map(({ offset }) =>
        launch(ringAndWait, { bell: bell.offset, cells: offset, count, seed: random.below(2 ** 32) })
      );
      for (const scene of scenes) bell.watch(scene);
      const done = (): boolean => scenes.every(({ heard }) => heard === count);
      while (!done() && how !== "asynchronous") {
        const goal = scenes.map(({ heard }) => heard).reduce((sum, heard) => sum + heard) + 1 + random.below(20);
        const reached = (): boolean =>
          done() || scenes.map(({ heard }) => heard).reduce((sum, heard) => sum + heard) >= goal;
        if (how === "blocking" || random.chance(0.5)) {
          assert(bell.blockUntil(reached, performance.now() + HANG), `seed ${seed}: a wake-up was lost`);
          if (random.chance(0.3)) bell.expect();
        } else {
          await until(reached, HANG);
          if (random.chance(0.3)) bell.expect();
        }
      }
      await until(done, HANG).catch(() => {
        throw new Error(`seed ${seed}: heard ${scenes.map(({ heard }) => heard)} of ${count}`);
      });
      for (const ringer of ringers) await within(HANG, ringer.join());
    } finally {
      for (const scene of scenes) {
        bell.unwatch(scene);
        scene[Symbol.dispose]();
      }
    }
  });
}

const HEAD = `
  import { bell } from ${JSON.stringify(new URL("../../lib/worker/bell.ts", import.meta.url).href)};
  const source = { poll: () => false };
  bell().watch(source);
  function later(ms: number, action: () => void): void {
    Deno.unrefTimer(setTimeout(action, ms));
  }
`;

for (
  const [name, source, expected] of [
    ["nothing that is held does not keep the program alive", `later(300, () => console.log("alive"));`, ""],
    [
      "what is held keeps the program alive",
      `bell().hold(); later(300, () => { console.log("alive"); Deno.exit(); });`,
      "alive\n",
    ],
    [
      "what was released does not keep it alive",
      `bell().hold(); bell().release(); later(300, () => console.log("alive"));`,
      "",
    ],
    [
      "the last release lets it end",
      `bell().hold(); bell().hold();
       later(50, () => { bell().release(); console.log("once"); });
       later(200, () => { bell().release(); console.log("twice"); });
       later(600, () => console.log("alive"));`,
      "once\ntwice\n",
    ],
    [
      "what is held again keeps it alive again",
      `bell().hold();
       later(50, () => { bell().release(); bell().hold(); });
       later(200, () => { console.log("alive"); bell().release(); });`,
      "alive\n",
    ],
  ] as const
) {
  Deno.test(`Bell.hold(): ${name}`, async () => {
    const { stdout, stderr, code } = await run(HEAD + source);
    assertEquals([stdout, stderr.replace(/^Check .*\n/, ""), code], [expected, "", 0]);
  });
}
