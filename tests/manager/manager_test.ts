import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, InvalidStateError, Manager, type ProxyOf, TransportError } from "../../lib/manager/mod.ts";
import { activeChildren, Process, WorkerDiedError } from "../../lib/worker/mod.ts";
import {
  Counter,
  createHere,
  DoubleCounter,
  failing,
  failThere,
  increments,
  initialize,
  Initialized,
  makeCounter,
  OutOfCounts,
  started,
} from "../fixtures/managed.ts";

async function withCounter(): Promise<Manager & { Counter(start?: number): Promise<ProxyOf<Counter>> }> {
  const manager = new Manager().register("Counter", Counter);
  await manager.start();
  return manager;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("MGR-01 Manager's process is a child that activeChildren() shows, and it ends with exit code 0", async () => {
  const manager = await started();
  const [process] = activeChildren();
  assert(process!.name.startsWith("Manager-"));
  await manager.shutdown();
  assertEquals(process!.exitCode, 0);
  assertEquals(activeChildren(), []);
});

Deno.test("MGR-02 Manager.register() gives a method that makes an object in the server; public methods only", async () => {
  const manager = new Manager().register("Counter", Counter).register("Double", DoubleCounter)
    .register("Exposed", Counter, { exposed: ["get", "_secret"] }).register("make", makeCounter);
  await manager.start();
  const counter = await manager.Counter(5);
  assertEquals(await counter.increment(), 6);
  assertEquals(await counter.increment(4), 10);
  assertEquals(await counter.later(1), 10);
  assert(!("_secret" in counter) && !("hidden" in counter));
  const double = await manager.Double();
  assertEquals(await double.increment(), 2);
  assertEquals(await double.get(), 2);
  const exposed = await manager.Exposed(1) as unknown as { get(): Promise<number>; _secret(): Promise<string> };
  assertEquals(await exposed.get(), 1);
  assertEquals(await exposed._secret(), "secret");
  assert(!("increment" in exposed));
  assertEquals(await (await manager.make(1)).get(), 101);
  await manager.shutdown();
});

Deno.test("Manager.register() takes a class that only a closure reaches", async () => {
  const step = 7;
  class Local {
    #at = 0;
    next(): number {
      return this.#at += step;
    }
  }
  const manager = new Manager().register("Local", Local);
  await manager.start();
  const local = await manager.Local();
  assertEquals([await local.next(), await local.next()], [7, 14]);
  await manager.shutdown();
});

Deno.test("MGR-03 a method that is not for clients is refused; a method's own error arrives as itself", async () => {
  await using manager = await withCounter();
  const counter = await manager.Counter(3) as ProxyOf<Counter> & { _callMethod(name: string): Promise<unknown> };
  assertEquals(await counter._callMethod("get"), 3);
  await assertRejects(() => counter._callMethod("_secret"), TypeError, '"_secret"');
  await assertRejects(() => counter._callMethod("nope"), TypeError, '"nope"');
  const error = await assertRejects(() => counter.fail(), OutOfCounts, "counted too far");
  assertEquals(error.count, 3);
});

Deno.test("D-54 an error of the server keeps its class and its stack there, wherever the proxy is used", async () => {
  await using manager = await withCounter();
  const counter = await manager.Counter(3);
  const error = await assertRejects(() => counter.fail(), OutOfCounts);
  assert(/managed\.ts/.test(error.stack ?? ""), error.stack);
  const process = new Process({ target: failThere, args: [counter as unknown as Counter] });
  process.start();
  assertEquals(await process.result, "OutOfCounts counted too far 3 true true");
});

Deno.test("MGR-04 an iterator that a method returns is iterated from afar", async () => {
  await using manager = await withCounter();
  const counter = await manager.Counter();
  const seen: number[] = [];
  for await (const square of await counter.squares(4)) seen.push(square);
  for await (const i of await counter.slowly(10)) {
    seen.push(i);
    if (i === 2) break;
  }
  assertEquals(seen, [0, 1, 4, 9, 0, 1, 2]);
});

Deno.test("MGR-05 Manager shuts down at the end of its scope, started or not", async () => {
  let kept: Manager;
  {
    await using manager = new Manager();
    await manager.start();
    kept = manager;
  }
  assertEquals(activeChildren(), []);
  await assertRejects(() => kept.dict(), ClosedError, "shut down");
  {
    await using manager = new Manager();
    kept = manager;
  }
  await assertRejects(() => kept.start(), InvalidStateError);
});

Deno.test("MGR-06 Manager.start() runs the initializer once, in the server", async () => {
  const manager = new Manager().register("Initialized", Initialized);
  await manager.start({ initializer: initialize, initargs: [5] });
  const object = await manager.Initialized();
  assertEquals(await object.value(), 5);
  await manager.shutdown();
  const other = new Manager();
  await assertRejects(() => other.start({ initializer: 1 as never }), TypeError, "initializer");
  await assertRejects(() => other.start({ initializer: failing }), TypeError, "the initializer fails");
  await assertRejects(() => other.dict(), ClosedError);
  assertEquals(activeChildren(), []);
});

Deno.test("MGR-07 a manager that was passed on makes objects in the same server", async () => {
  await using manager = await withCounter();
  const before = await manager.numberOfObjects();
  const process = new Process({ target: createHere, args: [manager as never] });
  process.start();
  const { list, counter } = await process.result as { list: AsyncIterable<number>; counter: ProxyOf<Counter> };
  await process.join();
  const items: number[] = [];
  for await (const item of list) items.push(item);
  assertEquals(items, [1, 2]);
  assertEquals(await counter.increment(), 7);
  assertEquals(await manager.numberOfObjects(), before + 2);
});

Deno.test("MGR-09 managers can follow each other quickly", async () => {
  for (let round = 0; round < 5; round++) {
    const manager = await started();
    const dict = await manager.dict([["round", round]]);
    assertEquals(await dict.get("round"), round);
    await manager.shutdown();
  }
});

Deno.test("MGR-10 MGR-11 Manager's misuse is an InvalidStateError or a ClosedError", async () => {
  const manager = new Manager();
  await assertRejects(() => manager.dict(), InvalidStateError, "start()");
  await assertRejects(() => manager.Lock(), InvalidStateError, "start()");
  await assertRejects(() => manager.shutdown(), InvalidStateError, "not started");
  const starting = manager.start();
  await assertRejects(() => manager.start(), InvalidStateError, "twice");
  await assertRejects(() => manager.dict(), InvalidStateError);
  await starting;
  await assertRejects(() => manager.start(), InvalidStateError, "twice");
  assertThrows(() => manager.register("Late", Counter), InvalidStateError, "after the start");
  await manager.shutdown();
  await manager.shutdown();
  await assertRejects(() => manager.start(), InvalidStateError, "shut down");
  await assertRejects(() => manager.list(), ClosedError, "shut down");
});

Deno.test("Manager.register() checks its arguments", () => {
  const manager = new Manager();
  assertThrows(() => manager.register("X", 5 as never), TypeError, "Class");
  assertThrows(() => manager.register(5 as never, Counter), TypeError, "name");
  assertThrows(() => manager.register("dict", Counter), TypeError, '"dict"');
  assertThrows(() => manager.register("start", Counter), TypeError, '"start"');
});

Deno.test("MGR-12 the use of a proxy after the shutdown, and a call that is under way then, are ClosedErrors", async () => {
  const manager = await withCounter();
  const counter = await manager.Counter(1);
  const queue = await manager.Queue<number>();
  const lock = await manager.Lock();
  const pending = [
    assertRejects(() => counter.later(60_000), ClosedError),
    assertRejects(() => queue.get(), ClosedError),
  ];
  await counter.get();
  await manager.shutdown();
  await Promise.all(pending);
  await assertRejects(() => counter.get(), ClosedError, "shut down");
  await assertRejects(() => lock.acquire(), ClosedError);
  await assertRejects(() => queue.put(1), ClosedError);
});

Deno.test("MGR-13 an object that cannot be made is its constructor's own error; an unknown type is named", async () => {
  await using manager = await withCounter();
  const error = await assertRejects(() => manager.Counter("x" as never), RangeError, "got x");
  assert(/managed\.ts/.test(error.stack ?? ""));
  await assertRejects(() => manager._create("Nope", []), TypeError, '"Nope"');
  assertEquals(await (await manager.Counter(1)).get(), 1);
});

Deno.test("MGR-14 a result that cannot be sent is a TransportError, and the connection stays usable", async () => {
  await using manager = await withCounter();
  const counter = await manager.Counter(1);
  await assertRejects(() => counter.unsendable(), TransportError, "fn");
  assertEquals(await counter.get(), 1);
});

Deno.test("MGR-15 a name without a class takes the object itself", async () => {
  const manager = new Manager().register("Thing");
  await manager.start();
  const thing = await manager.Thing(new Map([["a", 1]])) as unknown as {
    get(key: string): Promise<number>;
    has(key: string): Promise<boolean>;
  };
  assertEquals(await thing.get("a"), 1);
  assertEquals(await thing.has("b"), false);
  await assertRejects(() => manager.Thing(5), TypeError, "number");
  await manager.shutdown();
});

Deno.test("MGR-16 D-52 an object goes with its last proxy, nested ones with what holds them", async () => {
  await using manager = await started();
  assertEquals(await manager.numberOfObjects(), 0);
  const outer = await manager.dict<string, unknown>();
  const inner = await manager.list([1]);
  await outer.set("inner", inner);
  inner[Symbol.dispose]();
  await assertRejects(() => inner.length(), ClosedError, "disposed");
  assertEquals(await manager.numberOfObjects(), 2);
  await outer.set("inner", 1);
  assertEquals(await manager.numberOfObjects(), 1);
  const deep = await manager.list([await manager.list([await manager.dict()])]);
  assertEquals(await manager.numberOfObjects(), 4);
  deep[Symbol.dispose]();
  outer[Symbol.dispose]();
  // Proxies that this process has dropped without disposing them go when they are collected.
  assert(await manager.numberOfObjects() <= 2);
});

Deno.test("D-51 a proxy that is dropped while a copy is on its way keeps its object", async () => {
  await using manager = await started();
  const list = await manager.list<unknown>();
  const dict = await manager.dict([["a", 1]]);
  const pushed = list.push(dict);
  dict[Symbol.dispose]();
  await pushed;
  const again = await list.at(0) as { get(key: string): Promise<number> };
  assertEquals(await again.get("a"), 1);
});

Deno.test("D-50 a proxy that was received works like any other: methods that return proxies, sending it on", async () => {
  await using manager = await started();
  const outer = await manager.dict<string, unknown>([["inner", await manager.list([1])]]);
  const process = new Process({
    target: async (dict: typeof outer) => {
      const list = await dict.get("inner") as { push(item: number): Promise<number> };
      await list.push(2);
      await dict.set("again", list);
      return list;
    },
    args: [outer],
  });
  process.start();
  const list = await process.result as unknown as { toArray(): Promise<number[]> };
  assertEquals(await list.toArray(), [1, 2]);
  const again = await outer.get("again") as { toArray(): Promise<number[]> };
  assertEquals(await again.toArray(), [1, 2]);
});

Deno.test("D-53 calls of many processes and tasks do not get mixed up", async () => {
  await using manager = await withCounter();
  const counter = await manager.Counter(0);
  const processes = [1, 2].map(() => new Process({ target: increments, args: [counter as unknown as Counter, 500] }));
  for (const process of processes) process.start();
  const mine = Promise.all(Array.from({ length: 500 }, () => counter.increment()));
  const slow = counter.later(50);
  assertEquals(new Set(await mine).size, 500);
  for (const process of processes) await process.join();
  assertEquals(await counter.get(), 1500);
  assert(await slow <= 1500);
});

Deno.test("a method may be given functions, proxies and a signal", async () => {
  await using manager = await withCounter();
  const counter = await manager.Counter(4);
  assertEquals(await counter.apply((x) => x * 10), 40);
  const list = await manager.list<number>();
  assertEquals(await counter.addTo(list), 1);
  assertEquals(await list.toArray(), [40]);
  const controller = new AbortController();
  const held = counter.hold({ signal: controller.signal });
  setTimeout(() => controller.abort(new RangeError("enough")), 20);
  await assertRejects(() => held, RangeError, "enough");
  while (await counter.get() !== -1) await pause(5);
  await assertRejects(() => counter.hold({ signal: AbortSignal.abort(new TypeError("before")) }), TypeError, "before");
});

Deno.test("a manager whose process dies fails its calls with a WorkerDiedError", async () => {
  const manager = await withCounter();
  const counter = await manager.Counter(4);
  const pending = assertRejects(() => counter.later(60_000), WorkerDiedError, "ended");
  await counter.get();
  activeChildren()[0]!.kill();
  await pending;
  const error = await assertRejects(() => counter.get(), WorkerDiedError);
  assertEquals(error.exitCode, -9);
  await manager.shutdown();
});

Deno.test("MGR-17 a manager outlives an interrupt that its program handles", async () => {
  const code = `import { Manager } from "${new URL("../../mod.ts", import.meta.url)}";
    const interrupted = Promise.withResolvers();
    Deno.addSignalListener("SIGINT", interrupted.resolve);
    await using manager = new Manager();
    await manager.start();
    const list = await manager.list([1, 2]);
    Deno.kill(Deno.pid, "SIGINT");
    await interrupted.promise;
    Deno.removeSignalListener("SIGINT", interrupted.resolve);
    console.log(await list.push(3));`;
  const { code: exitCode, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `data:text/javascript,${encodeURIComponent(code)}`],
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "3");
  assertEquals(exitCode, 0);
});

Deno.test("MGR-18 Manager.shutdown() terminates a process that does not end when it is asked to", async () => {
  const manager = new Manager().register("Stuck", Stuck);
  await manager.start();
  const stuck = await manager.Stuck();
  const pending = assertRejects(() => stuck.loop(), ClosedError);
  await pause(50);
  const before = performance.now();
  await manager.shutdown({ timeout: 100 });
  assert(performance.now() - before < 1000);
  await pending;
});

export class Stuck {
  loop(): void {
    while (true);
  }
}

Deno.test("a program that forgets its manager ends", async () => {
  const code = `import { Manager } from "${new URL("../../mod.ts", import.meta.url)}";
    const manager = new Manager();
    await manager.start();
    const list = await manager.list([1, 2]);
    console.log(await list.length());`;
  const { code: exitCode, stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", code] })
    .output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "2");
  assertEquals(exitCode, 0);
});
