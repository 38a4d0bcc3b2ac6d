import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { basename } from "node:path";
import { TransportError } from "../../lib/base/errors.ts";
import { type Carrier, carry } from "../../lib/task/task.ts";
import { Thread } from "./_thread.ts";
import { Tools, triple } from "../fixtures/task/tools.ts";
import * as tools from "../fixtures/task/tools.ts";

const here = import.meta.url;

export function square(x: number): number {
  return x * x;
}
// deno-lint-ignore lanes/no-top-level-arrow -- an exported arrow is what is tested
export const cube = (x: number): number => x ** 3;
function hidden(x: number): number {
  return x + 1;
}
export { hidden as visible };

// deno-lint-ignore ban-types -- any callable is meant
function carried(fn: Function): Carrier {
  const carrier = carry(fn, { what: "func" });
  assert(!(carrier instanceof Promise));
  return carrier;
}

Deno.test("carry() sends an exported function by reference, without waiting", () => {
  const carrier = carried(square);
  assert(carrier.kind === "reference");
  assertEquals(carrier.candidates[0], { url: here, path: ["square"] });
});

Deno.test("carry() finds exported arrows, renamed exports, static methods and imported functions", () => {
  // deno-lint-ignore ban-types -- any callable is meant
  const place = (fn: Function): unknown => {
    const carrier = carried(fn);
    return carrier.kind === "reference" ? carrier.candidates[0] : carrier.kind;
  };
  const url = new URL("../fixtures/task/tools.ts", here).href;
  assertEquals(place(cube), { url: here, path: ["cube"] });
  assertEquals(place(hidden), { url: here, path: ["visible"] });
  assertEquals(place(triple), { url, path: ["triple"] });
  assertEquals(place(tools.quadruple), { url, path: ["quadruple"] });
  assertEquals(place(tools.default), { url, path: ["default"] });
  assertEquals(place(Tools.half), { url, path: ["Tools", "half"] });
  assertEquals(place(basename), { url: "node:path", path: ["basename"] });
  assertEquals(place(Math.max), { url: "", path: ["Math", "max"] });
});

Deno.test("carry() gives the same carrier for the same function", () => {
  assert(carried(square) === carried(square));
});

Deno.test("revive() makes every kind of function that travels by reference", async () => {
  await using thread = new Thread();
  assertEquals(await thread.run(square, [7]), 49);
  assertEquals(await thread.run(cube, [2]), 8);
  assertEquals(await thread.run(hidden, [2]), 3);
  assertEquals(await thread.run(triple, [2]), 6);
  assertEquals(await thread.run(tools.quadruple, [2]), 8);
  assertEquals(await thread.run(tools.default, [2]), 20);
  assertEquals(await thread.run(Tools.half, [2]), 1);
  assertEquals(await thread.run(basename, ["a/b.txt"]), "b.txt");
  assertEquals(await thread.run(Math.max, [1, 5, 3]), 5);
  assertEquals(await thread.run(structuredClone, [[1]]), [1]);
});

Deno.test("carry() sends a self-contained function by its source, without waiting", async () => {
  await using thread = new Thread();
  const fn = (x: number): number => [1, 2, 3].reduce((a, b) => a + b, x);
  assertEquals(carried(fn).kind, "source");
  assertEquals(await thread.run(fn, [4]), 10);
  const object = {
    twice(x: number): number {
      return x * 2;
    },
  }; // deno-fmt-ignore
  assertEquals(await thread.run(object.twice, [4]), 8);
  assertEquals(
    await thread.run(async function named(n: number) {
      return await Promise.resolve(n + 1);
    }, [1]),
    2,
  );
});

Deno.test("carry() refuses what no copy could do, and says why", async () => {
  const object = {
    factor: 2,
    times(x: number): number {
      return x * this.factor;
    },
    arrow(): (x: number) => number {
      return (x) => x * this.factor;
    },
  };
  const error = assertThrows(() => carry(object.times, { what: "func" }), TransportError);
  assertEquals(
    error.message,
    'Cannot send func "times": it is a method that uses "this", which does not travel; send a function that calls the method',
  );
  await assertRejects(async () => await carry(object.arrow(), { what: "func" }), TransportError, '"this"');
});

Deno.test("revive() takes the source when the export of that name is another function", async () => {
  await using thread = new Thread();
  const other = { square: (x: number): number => x + 0.5 };
  assertEquals(await thread.run(other.square, [1]), 1.5);
});
