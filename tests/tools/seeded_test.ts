import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { planOf, Random } from "../stress/seeded.ts";

function draw(seed: number, count: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
}

Deno.test("Random gives the same numbers for the same seed, others for another", () => {
  assertEquals(draw(7, 100), draw(7, 100));
  assertNotEquals(draw(7, 100), draw(8, 100));
});

Deno.test("Random spreads over [0, 1)", () => {
  const numbers = draw(1, 10_000);
  assert(numbers.every((x) => x >= 0 && x < 1));
  const tenths = new Set(numbers.map((x) => Math.floor(10 * x)));
  assertEquals(tenths.size, 10);
});

Deno.test("planOf() reads seed, minutes and scale", () => {
  assertEquals(planOf(["--seed", "5", "--minutes", "0.5", "--scale=2"]), { seed: 5, minutes: 0.5, scale: 2 });
  const { seed, minutes, scale } = planOf([]);
  assert(Number.isInteger(seed));
  assertEquals([minutes, scale], [0, 1]);
});
