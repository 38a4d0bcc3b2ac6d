import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Patience } from "../../lib/sync/patience.ts";

/** Which of the next `count` waits poll, all of them in vain. */
function inVain(patience: Patience, count: number): boolean[] {
  return Array.from({ length: count }, () => {
    const tries = patience.worthATry();
    patience.inVain();
    return tries;
  });
}

Deno.test("Patience polls at first, and no more than four times in vain", () => {
  const patience = new Patience();
  assertEquals(inVain(patience, 10), [true, true, true, true, false, false, false, false, false, false]);
});

Deno.test("Patience, once it has given up, tries one wait in sixteen", () => {
  const patience = new Patience();
  inVain(patience, 4);
  const tries = inVain(patience, 16 * 10);
  assertEquals(tries.filter(Boolean).length, 10);
  assertEquals(tries.indexOf(true), 15);
});

Deno.test("Patience: one that pays off brings the polling back, with all its patience", () => {
  const patience = new Patience();
  for (let i = 0; i < 5; i++) {
    inVain(patience, 4 + 7 * i);
    patience.paidOff();
    assertEquals(inVain(patience, 5), [true, true, true, true, false]);
    patience.paidOff();
    assert(patience.worthATry());
  }
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
  const patience = new Patience(), other = new Patience();
  inVain(patience, 8);
  assert(other.worthATry());
  assertEquals(patience.worthATry(), false);
});

Deno.test("Patience never polls in vain more than four times in a row, and never stops trying, whatever comes", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 100, maxLength: 400 }), (dice) => {
      const patience = new Patience();
      // News come in time with a probability of its own, which changes.
      let vain = 0, skipped = 0;
      for (const [i, die] of dice.entries()) {
        if (!patience.worthATry()) {
          skipped++;
          patience.inVain();
          assert(vain >= 4, "it gave up although it had paid off");
          assert(skipped < 16, "it stopped trying");
          continue;
        }
        skipped = 0;
        if (die < (i % 100) / 100) {
          patience.paidOff();
          vain = 0;
        } else {
          patience.inVain();
          vain++;
        }
      }
    }),
    { numRuns: 300, seed: 31 },
  );
});
