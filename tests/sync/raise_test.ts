import { assertEquals } from "@std/assert";
import { allocate, release } from "../../lib/memory/arena.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { wordsAt } from "../../lib/memory/memory.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import { raise } from "../../lib/sync/raise.ts";

const WORD = 0, PARKED = 1;

/** The words of a sleeper, and what it does in order. */
class Sleeper implements Disposable {
  readonly #offset = allocate(64, BlockKind.Data);
  readonly words = wordsAt(this.#offset, 2);
  #seen = 0;

  /** Looks, marks, looks again: whether it is about to sleep. */
  lookAndMark(): boolean {
    this.#seen = Atomics.load(this.words, WORD);
    Atomics.store(this.words, PARKED, 1);
    return Atomics.load(this.words, WORD) === this.#seen;
  }

  /** Falls asleep; `null` when there is news already. */
  sleep(): Promise<unknown> | null {
    const wait = Atomics.waitAsync(this.words, WORD, this.#seen);
    return wait.async ? wait.value : null;
  }

  [Symbol.dispose](): void {
    release(this.#offset);
  }
}

Deno.test("raise() wakes a sleeper, once for each sleep", async () => {
  using sleeper = new Sleeper();
  assertEquals(sleeper.lookAndMark(), true);
  const sleep = sleeper.sleep();
  raise(sleeper.words, WORD, PARKED);
  assertEquals(await sleep, "ok");
  assertEquals(Atomics.load(sleeper.words, PARKED), 0);
  const before = Atomics.load(sleeper.words, WORD);
  raise(sleeper.words, WORD, PARKED);
  assertEquals(Atomics.load(sleeper.words, WORD), before + 1);
});

Deno.test("raise() that takes the mark of a sleeper which does not sleep yet keeps it from sleeping", async () => {
  using sleeper = new Sleeper();
  let about = false;
  setChaos(() => {
    // Between the raise of the word and the look at the mark the sleeper looks, marks, looks again, and sees no news.
    setChaos(null);
    about = sleeper.lookAndMark();
  });
  try {
    raise(sleeper.words, WORD, PARKED);
  } finally {
    setChaos(null);
  }
  assertEquals(about, true);
  // Now it would fall asleep, unmarked: nobody would wake it any more.
  assertEquals(sleeper.sleep(), null);
  raise(sleeper.words, WORD, PARKED);
  await null;
});
