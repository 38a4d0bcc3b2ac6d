import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { StockError } from "../fixtures/task/errors.ts";
import { sell, sellWithCause } from "../fixtures/task/shop.ts";
import { Thread } from "./_thread.ts";

const thread = new Thread();
Deno.test.afterAll(() => thread[Symbol.asyncDispose]());

export class OwnError extends Error {
  override name = "OwnError";
}

export function failOwn(): never {
  throw new OwnError("mine");
}

// deno-lint-ignore ban-types -- any callable is meant
async function thrownBy(fn: Function, ...args: unknown[]): Promise<unknown> {
  try {
    await thread.run(fn, args);
  } catch (error) {
    return error;
  }
}

Deno.test("an error of an exported class of the function's module arrives as that class", async () => {
  const error = await thrownBy(failOwn);
  assertInstanceOf(error, OwnError);
  assertEquals([error.name, error.message], ["OwnError", "mine"]);
});

Deno.test("an error of a class of a module that the function's module imports arrives as that class", async () => {
  const error = await thrownBy(sell, "tea");
  assertInstanceOf(error, StockError);
  assertEquals([error.message, error.item, error.hint()], ["no tea", "tea", "order tea"]);
  assert(error.stack?.includes("shop.ts"), error.stack);
  const outer = await thrownBy(sellWithCause, "milk");
  assertInstanceOf(outer, TypeError);
  assertInstanceOf(outer.cause, StockError);
});

Deno.test("an error of a class that a closure takes along arrives as the class that was taken", async () => {
  class LocalError extends Error {
    code = 7;
  }
  const error = await thrownBy(() => {
    throw new LocalError("local");
  });
  assertInstanceOf(error, LocalError);
  assertEquals([error.message, error.code], ["local", 7]);
  const imported = await thrownBy(() => {
    throw new StockError("salt");
  });
  assertInstanceOf(imported, StockError);
});

Deno.test("an error of a class that is nowhere exported arrives as the nearest class there is, with its name", async () => {
  const error = await thrownBy(() => {
    class Hidden extends RangeError {
      override name = "Hidden";
    }
    throw new Hidden("inside");
  });
  assertInstanceOf(error, RangeError);
  assertEquals([error.constructor, error.name, error.message], [RangeError, "Hidden", "inside"]);
});
