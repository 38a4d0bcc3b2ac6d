import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Patience } from "../../lib/sync/patience.ts";

/** Which of the next `count` waits poll, all of them in vain. */
function inVain(patience: Patience, count: number): boolean[] {
  return Array.from({ length: count }, () => {
    const tries = patience.worthATry();
    if (tries) patience.inVain();
    return tries;
  });
}

/** Runs `body` with a clock that stands still until it is set. */
function withClock(body: (set: (ms: number) => void) => void): void {
  const { now } = performance;
  let time = 1000;
  performance.now = () => time;
  try {
    body((ms) => time = ms);
  } finally {
    performance.now = now;
  }
}

Deno.test("Patience polls at first, and after four times in vain only once in a while", () => {
  withClock((set) => {
    const patience = new Patience();
    assertEquals(inVain(patience, 4), [true, true, true, true]);
    // The first of the whiles begins at once.
    assertEquals(inVain(patience, 100).filter(Boolean).length, 1);
    for (let ms = 1002; ms < 1100; ms += 2) {
      set(ms);
      assertEquals(inVain(patience, 100).filter(Boolean).length, 1);
    }
    set(1098.5);
    assertEquals(inVain(patience, 100).filter(Boolean).length, 0);
  });
});

Deno.test("Patience: one that pays off brings the polling back, with all its patience", () => {
  withClock(() => {
    const patience = new Patience();
    for (let i = 0; i < 5; i++) {
      inVain(patience, 4 + 7 * i);
      patience.paidOff();
      assertEquals(inVain(patience, 4), [true, true, true, true]);
      assertEquals(inVain(patience, 9).at(-1), false);
      patience.paidOff();
      assert(patience.worthATry());
    }
  });
});

Deno.test("Patience: polling that pays off now and then goes on", () => {
  const patience = new Patience();
  for (let i = 0; i < 100; i++) {
    assertEquals(inVain(patience, 3), [true, true, true]);
    assert(patience.worthATry());
    patience.paidOff();
  }
});

Deno.test("Patience: to ask alone changes nothing while polling pays off", () => {
  const patience = new Patience();
  for (let i = 0; i < 100; i++) assert(patience.worthATry());
  inVain(patience, 3);
  for (let i = 0; i < 100; i++) assert(patience.worthATry());
});

Deno.test("Patience, each its own: what one has learnt does not hold for another", () => {
  withClock(() => {
    const patience = new Patience(), other = new Patience();
    inVain(patience, 8);
    assert(other.worthATry());
    assertEquals(patience.worthATry(), false);
  });
});

Deno.test("Patience polls in vain at most four times, and then once in 1.6 ms, whatever comes; and never stops trying", () => {
  const dice = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 900 })), {
    minLength: 100,
    maxLength: 400,
  });
  fc.assert(
    fc.property(dice, (dice) => {
      withClock((set) => {
        const patience = new Patience();
        let vain = 0, time = 1000, last = -Infinity;
        for (const [i, [die, microseconds]] of dice.entries()) {
          set(time += microseconds / 1000);
          const tries = patience.worthATry();
          if (vain < 4) assert(tries, "it gave up although it had paid off");
          else assertEquals(tries, time >= last + 1.6, `${time - last} ms after the last try`);
          if (!tries) continue;
          if (vain >= 4) last = time;
          // News come in time with a probability that changes.
          if (die < (i % 100) / 100) {
            patience.paidOff();
            vain = 0;
          } else {
            patience.inVain();
            vain++;
          }
        }
      });
    }),
    { numRuns: 300, seed: 31 },
  );
});
