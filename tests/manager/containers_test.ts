import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type DictProxy, InvalidStateError, type ListProxy, TransportError } from "../../lib/manager/mod.ts";
import { Process } from "../../lib/worker/mod.ts";
import { append, started, useDict, useList, useNamespace, useSet, useValues } from "../fixtures/managed.ts";

/** What `target` returned in a process of its own. */
async function inChild<A extends readonly unknown[], R>(target: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
  const process = new Process({ target: target as (...args: A) => Promise<Awaited<R>>, args });
  process.start();
  await process.join();
  return await process.result;
}

Deno.test("MLIST-01 ListProxy reads, extends, repeats in place and gives plain arrays", async () => {
  await using manager = await started();
  const list = await manager.list([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(await list.slice(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const other = await manager.list<number>();
  await other.extend([1, 2, 3, 4, 5]);
  assertEquals(await other.toArray(), [1, 2, 3, 4, 5]);
  assertEquals(await other.at(0), 1);
  assertEquals(await other.slice(2, 10), [3, 4, 5]);
  await other.repeat(2);
  assertEquals(await other.toArray(), [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  assertEquals(await other.concat([6]), [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6]);
  assertEquals(await other.length(), 10);
});

Deno.test("MLIST-02 a ListProxy in a list is live, wherever it is read", async () => {
  await using manager = await started();
  const inner = await manager.list([1, 2]);
  const outer = await manager.list<ListProxy<number>>([inner]);
  await inner.push(3);
  const read = await outer.at(0);
  assertEquals(await read!.toArray(), [1, 2, 3]);
  await inChild(append, outer, 4);
  assertEquals(await inner.toArray(), [1, 2, 3, 4]);
  assertEquals(await outer.indexOf(inner), 0);
  assert(await outer.includes(read!));
});

Deno.test("MLIST-03 a change through an outer list affects that inner one only; a list may contain itself", async () => {
  await using manager = await started();
  const rows = await Promise.all([0, 1, 2].map(() => manager.list([0])));
  const outer = await manager.list<ListProxy<number>>(rows);
  const middle = await outer.at(1);
  await middle!.push(55);
  assertEquals(await Promise.all(rows.map((row) => row.toArray())), [[0], [0, 55], [0]]);
  const self = await manager.list<unknown>();
  await self.push(self);
  const again = await self.at(0) as ListProxy;
  assertEquals(await again.length(), 1);
});

Deno.test("MLIST-04 ListProxy has the methods of a mutable sequence", async () => {
  await using manager = await started();
  const list = await manager.list(["a", "b"]);
  assertEquals(await list.push("c", "d"), 4);
  await list.insert(1, "x");
  assertEquals(await list.splice(0, 2), ["a", "x"]);
  assertEquals(await list.toArray(), ["b", "c", "d"]);
  assertEquals(await list.splice(2), ["d"]);
  assertEquals(await list.unshift("z"), 3);
  assertEquals(await list.shift(), "z");
  await list.set(0, "B");
  await list.set(-1, "C");
  assertEquals(await list.at(-1), "C");
  assertEquals(await list.at(9), undefined);
  assert(await list.includes("B"));
  assertEquals(await list.lastIndexOf("C"), 1);
  await list.fill("y");
  assertEquals(await list.count("y"), 2);
  await list.remove("y");
  assertEquals(await list.pop(), "y");
  assertEquals(await list.pop(), undefined);
  await list.extend(new Set(["q"]));
  await list.clear();
  assertEquals(await list.length(), 0);
});

Deno.test("ListProxy.sort() sorts numbers by value, and by a function that travels", async () => {
  await using manager = await started();
  const list = await manager.list([10, 9, 1, 100]);
  await list.sort();
  assertEquals(await list.toArray(), [1, 9, 10, 100]);
  await list.sort((a, b) => b - a);
  assertEquals(await list.toArray(), [100, 10, 9, 1]);
  const words = await manager.list(["b", "B", "a"]);
  await words.sort();
  assertEquals(await words.toArray(), ["B", "a", "b"]);
});

Deno.test("MLIST-05 ListProxy's iteration sees changes made meanwhile", async () => {
  await using manager = await started();
  const list = await manager.list([1, 2]);
  const seen: number[] = [];
  const iterator = list[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    seen.push(next.value);
    if (next.value === 1) await list.push(3);
  }
  assertEquals(seen, [1, 2, 3]);
  await list.push(4);
  assertEquals((await iterator.next()).done, true);
});

Deno.test("MLIST-06 ListProxy in a child does all that, and the parent sees it", async () => {
  await using manager = await started();
  const list = await manager.list([1, 3, 2]);
  assertEquals(await inChild(useList, list), [
    1,
    1,
    [1, 3, 2, 7, 1, 3, 2, 7],
    [1, 3, 2, 7, 1, 3, 2, 7, 1],
    [7, 7, 3, 3, 2, 2, 1, 1],
    7,
  ]);
  assertEquals(await list.toArray(), []);
});

Deno.test("MLIST-07 errors of a managed list arrive as themselves", async () => {
  await using manager = await started();
  const list = await manager.list([1]);
  await assertRejects(() => list.set(1, 0), RangeError, "got 1");
  await assertRejects(() => list.set(-2, 0), RangeError, "got -2");
  await assertRejects(() => list.pop(5), RangeError, "got 5");
  await assertRejects(() => list.remove(7), RangeError, "got 7");
  await assertRejects(() => manager.list(5 as never), TypeError, "got 5");
  assertEquals(await list.toArray(), [1]);
});

Deno.test("MLIST-08 proxies never equal a value, and are printed as what they are", async () => {
  await using manager = await started();
  const list = await manager.list([1]);
  assertNotEquals<unknown>(list, [1]);
  assertEquals(Deno.inspect(list), "<proxy of a managed list>");
});

Deno.test("MDICT-01 MDICT-02 DictProxy has Map's methods and those of a dict", async () => {
  await using manager = await started();
  const dict = await manager.dict<number, string>();
  for (let i = 0; i < 5; i++) await dict.set(i, String.fromCharCode(65 + i));
  assertEquals(await dict.toMap(), new Map([[0, "A"], [1, "B"], [2, "C"], [3, "D"], [4, "E"]]));
  assertEquals(await dict.keys(), [0, 1, 2, 3, 4]);
  assertEquals(await dict.values(), ["A", "B", "C", "D", "E"]);
  assertEquals(await dict.entries(), [[0, "A"], [1, "B"], [2, "C"], [3, "D"], [4, "E"]]);
  assertEquals(await dict.size(), 5);
  assert(await dict.has(0));
  assert(await dict.delete(0));
  assert(!await dict.has(0));
  assertEquals(await dict.get(1), "B");
  assertEquals(await dict.pop(1, "x"), "B");
  assertEquals(await dict.pop(1, "x"), "x");
  assertEquals(await dict.popItem(), [4, "E"]);
  assertEquals(await dict.setDefault(2, "no"), "C");
  assertEquals(await dict.setDefault(7, "yes"), "yes");
  await dict.update([[8, "I"]]);
  await dict.update(new Map([[9, "J"]]));
  assertEquals(await dict.keys(), [2, 3, 7, 8, 9]);
  await dict.clear();
  assertEquals(await dict.size(), 0);
});

Deno.test("Manager.dict() takes a Map, entries, or an object", async () => {
  await using manager = await started();
  assertEquals(await (await manager.dict(new Map([["a", 1]]))).entries(), [["a", 1]]);
  assertEquals(await (await manager.dict([["a", 1]])).entries(), [["a", 1]]);
  assertEquals(await (await manager.dict({ a: 1 })).entries(), [["a", 1]]);
  assertEquals(await (await manager.dict(Object.entries({ a: 1 }).values())).entries(), [["a", 1]]);
  await assertRejects(() => manager.dict([1] as never), TypeError, "got 1");
  await assertRejects(() => manager.dict(5 as never), TypeError, "got 5");
});

Deno.test("MDICT-03 DictProxy's iteration gives the keys in their order, and fails when the dict is cleared meanwhile", async () => {
  await using manager = await started();
  const dict = await manager.dict([["b", 1], ["a", 2], ["c", 3]]);
  const seen: string[] = [];
  for await (const key of dict) seen.push(key);
  assertEquals(seen, ["b", "a", "c"]);
  const iterator = dict[Symbol.asyncIterator]();
  await iterator.next();
  await dict.clear();
  await assertRejects(() => iterator.next(), InvalidStateError, "iteration");
});

Deno.test("MDICT-04 nested DictProxies are live, and outlive local proxies and the outer dict's clear()", async () => {
  await using manager = await started();
  const outer = await manager.dict<string, DictProxy<string, number>>();
  {
    using inner = await manager.dict<string, number>([["water", 5]]);
    await outer.set("supplies", inner);
  }
  const supplies = await outer.get("supplies");
  await supplies!.set("water", 9);
  assertEquals(await (await outer.get("supplies"))!.get("water"), 9);
  await outer.clear();
  assertEquals(await supplies!.get("water"), 9);
});

Deno.test("MDICT-05 MDICT-06 D-55 a plain value in a managed one comes back as a copy, which is to be set again", async () => {
  await using manager = await started();
  const list = await manager.list<unknown>([[1, 2], await manager.list([1])]);
  const plain = await list.at(0) as number[];
  plain.push(3);
  assertEquals(await list.at(0), [1, 2]);
  await list.set(0, plain);
  assertEquals(await list.at(0), [1, 2, 3]);
  await (await list.at(1) as ListProxy<number>).push(2);
  assertEquals(await (await list.at(1) as ListProxy<number>).toArray(), [1, 2]);
  // Nor does a later change of what was given show.
  const given = { deep: [1] };
  const dict = await manager.dict([["given", given]]);
  given.deep.push(2);
  assertEquals(await dict.get("given"), { deep: [1] });
});

Deno.test("MDICT-07 DictProxy in a child does all that, and the parent sees it", async () => {
  await using manager = await started();
  const dict = await manager.dict<string | number, unknown>([["a", 1], ["b", 2]]);
  assertEquals(await inChild(useDict, dict), [
    2,
    1,
    [["a", 1], ["b", 2]],
    ["a", "b"],
    [1, 2, 3],
    ["c", 3],
    4,
    4,
    new Map([["a", 1], ["b", 2]]),
  ]);
  assertEquals(await dict.size(), 0);
});

Deno.test("MDICT-08 a key that is missing is undefined, as in a Map", async () => {
  await using manager = await started();
  const dict = await manager.dict<string, number>();
  assertEquals(await dict.get("no"), undefined);
  assertEquals(await dict.delete("no"), false);
  assertEquals(await dict.pop("no"), undefined);
  assertEquals(await dict.popItem(), undefined);
});

Deno.test("MSET-01 SetProxy has the methods of sets; results are plain sets, updates keep the proxy", async () => {
  await using manager = await started();
  const set = await manager.set([1, 2, 3]);
  assertEquals(await set.union([4]), new Set([1, 2, 3, 4]));
  assertEquals(await set.intersection(new Set([2, 9])), new Set([2]));
  assertEquals(await set.difference([1]), new Set([2, 3]));
  assertEquals(await set.symmetricDifference([3, 4]), new Set([1, 2, 4]));
  assert(await set.isSubsetOf([1, 2, 3, 4]));
  assert(await set.isSupersetOf([1]));
  assert(await set.isDisjointFrom([7]));
  await set.add(4);
  await set.remove(1);
  await assertRejects(() => set.remove(1), RangeError, "got 1");
  assertEquals(await set.delete(1), false);
  await set.update([5], new Set([6]));
  assertEquals(await set.toSet(), new Set([2, 3, 4, 5, 6]));
  await set.intersectionUpdate([2, 3, 4]);
  await set.differenceUpdate([2]);
  await set.symmetricDifferenceUpdate([3, 8]);
  assertEquals(await set.values(), [4, 8]);
  const seen: number[] = [];
  for await (const value of set) seen.push(value);
  assertEquals(seen, [4, 8]);
  assertEquals(await set.pop() + await set.pop(), 12);
  await assertRejects(() => set.pop(), RangeError, "empty");
  assertEquals(await inChild(useSet, set), [1, false, new Set([9, 5])]);
  assert(await set.has(9));
});

Deno.test("MSET-02 Manager.set() takes sets, arrays and the keys of Maps", async () => {
  await using manager = await started();
  for (const source of [new Set(["a"]), ["a"], new Map([["a", 1]]).keys()]) {
    assertEquals(await (await manager.set(source)).values(), ["a"]);
  }
  assertEquals(await (await manager.set(new Map([["a", 1]]) as never)).values(), ["a" as never]);
  await assertRejects(() => manager.set(5 as never), TypeError, "got 5");
});

Deno.test("MNS-01 MNS-02 NamespaceProxy sets, gets and deletes names; those with an underscore stay local", async () => {
  await using manager = await started();
  const space = await manager.Namespace({ x: 10 });
  await space.set("name", "Bob");
  await space.set("_hidden", 1);
  assertEquals(await space.get("_hidden"), 1);
  assertEquals(await space.toObject(), { name: "Bob", x: 10 });
  assertEquals(await space.entries(), [["name", "Bob"], ["x", 10]]);
  assert(await space.delete("name"));
  assertEquals(await space.delete("name"), false);
  assertEquals(await space.get("name"), undefined);
  assertEquals(await space.has("x"), true);
  await assertRejects(() => space.set(5 as never, 1), TypeError, "got 5");
});

Deno.test("MNS-03 a child reads what the parent set in a NamespaceProxy", async () => {
  await using manager = await started();
  const space = await manager.Namespace();
  await space.set("x", [1, { y: 2 }]);
  assertEquals(await inChild(useNamespace, space), [1, { y: 2 }]);
  assertEquals(await space.get("fromChild"), true);
});

Deno.test("MVAL-01 MVAL-02 ValueProxy holds anything, ArrayProxy what fits its type, across processes", async () => {
  await using manager = await started();
  const value = await manager.Value<unknown>("i", 1);
  const array = await manager.Array("i", [1, 2, 3]);
  assertEquals(await inChild(useValues, value, array), [1, 1, 3, 1, 2, 3]);
  assertEquals(await value.get(), "text");
  assertEquals(await array.toArray(), [1, 7, 3]);
  assertEquals(await array.at(-1), 3);
  await assertRejects(() => array.set(0, "1" as never), TypeError, '"1"');
  await assertRejects(() => array.set(0, 1.5), TypeError, "1.5");
  await assertRejects(() => array.set(0, 2 ** 31), RangeError, "2147483648");
  await assertRejects(() => array.at(3), RangeError, "got 3");
  await assertRejects(() => array.set(3, 0), RangeError, "got 3");
  await assertRejects(() => manager.Array("z" as "i", 1), TypeError, '"z"');
  const zeros = await manager.Array("d", 3);
  await zeros.fill(0.5, 1);
  assertEquals(await zeros.slice(), [0, 0.5, 0.5]);
});

Deno.test("MGR-08 MGR-14 an argument that cannot be sent is refused, and the connection stays usable", async () => {
  await using manager = await started();
  const list = await manager.list<unknown>();
  await assertRejects(() => list.push({ fn: () => 1 }), TransportError, "fn");
  await assertRejects(() => list.push(Symbol("x")), TransportError);
  await assertRejects(() => list.push(new SharedArrayBuffer(8)), TransportError, "SharedArrayBuffer");
  assertEquals(await list.push(1), 1);
});

Deno.test("large values, and many at once, go through a proxy", async () => {
  await using manager = await started();
  const dict = await manager.dict<string, unknown>();
  const large = new Float64Array(500_000).map((_, i) => i);
  await dict.set("large", large);
  assertEquals(await dict.get("large"), large);
  const text = "x".repeat(20_000);
  await Promise.all(Array.from({ length: 200 }, (_, i) => dict.set(`${i}`, text)));
  const back = await Promise.all(Array.from({ length: 200 }, (_, i) => dict.get(`${i}`)));
  assert(back.every((value) => value === text));
  assertEquals(await dict.size(), 201);
});

Deno.test("a model of DictProxy, a Map, agrees with it", async () => {
  await using manager = await started();
  const key = fc.constantFrom("a", "b", "c", 1, true, null);
  const operation = fc.tuple(
    fc.constantFrom("set", "get", "delete", "pop", "setDefault", "popItem"),
    key,
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation), async (operations) => {
      using dict = await manager.dict<unknown, unknown>();
      const model = new Map<unknown, unknown>();
      for (const [kind, k, value] of operations) {
        if (kind === "set") {
          await dict.set(k, value);
          model.set(k, value);
        } else if (kind === "get") assertEquals(await dict.get(k), model.get(k));
        else if (kind === "delete") assertEquals(await dict.delete(k), model.delete(k));
        else if (kind === "pop") {
          assertEquals(await dict.pop(k, "none"), model.has(k) ? model.get(k) : "none");
          model.delete(k);
        } else if (kind === "setDefault") {
          if (!model.has(k)) model.set(k, value);
          assertEquals(await dict.setDefault(k, value), model.get(k));
        } else {
          const last = [...model].at(-1);
          assertEquals(await dict.popItem(), last);
          if (last !== undefined) model.delete(last[0]);
        }
      }
      assertEquals(await dict.entries(), [...model]);
    }),
    { numRuns: 40 },
  );
});
