import { checkDoubles, checkFloats, NAMES } from "./_accuracy.ts";

for (const name of NAMES) {
  Deno.test(`${name}() is within its documented error of exact results`, () => checkDoubles(name));
  Deno.test(`${name}() of floats is within 1 of their last places, of exact results`, () => checkFloats(name));
}
