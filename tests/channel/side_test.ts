/** Items of queues and pipes with what only a message can carry. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type Connection, Event, JoinableQueue, Lock, Pipe, Process, Queue, TransportError } from "@lanes/lanes";
import { stats } from "../../lib/memory/arena.ts";
import { errorBy, until, within } from "../fixtures/harness.ts";

/** The smallest WebAssembly module. */
const MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

/** What is put in these tests. */
export interface Load {
  shared: Int32Array;
  blob: Blob;
  file: File;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  key: CryptoKey;
  plain: number;
}

/** One of each kind. */
export async function load(plain = 1): Promise<Load> {
  return {
    shared: new Int32Array(new SharedArrayBuffer(8)),
    blob: new Blob(["text"]),
    file: new File(["in a file"], "name.txt"),
    module: new WebAssembly.Module(MODULE),
    memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
    key: await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]) as CryptoKey,
    plain,
  };
}

async function check({ blob, file, module, memory, key }: Load): Promise<void> {
  assertEquals([await blob.text(), await file.text(), file.name], ["text", "in a file", "name.txt"]);
  assert(module instanceof WebAssembly.Module);
  assert(memory.buffer instanceof SharedArrayBuffer);
  assertEquals(key.algorithm.name, "AES-GCM");
}

/** Puts `count` items and ends. */
export async function putLoads(queue: Queue<Load>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const item = await load(i);
    item.shared[0] = i;
    if (i % 2 === 0) queue.putSync(item);
    else await queue.put(item);
  }
}

/** Gets `count` items, blocking or not, and marks each in its shared memory. */
export async function getLoads(queue: Queue<Load>, count: number, blocking: boolean): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const item = blocking ? queue.getSync() : await queue.get();
    await check(item);
    Atomics.add(item.shared, 1, 1);
    sum += item.plain;
  }
  return sum;
}

function process<A extends readonly unknown[], R>(target: (...args: A) => R, ...args: A): Process<A, R> {
  const made = new Process({ target, args });
  made.start();
  return made;
}

Deno.test("Queue.get() gives what only a message carries that another process put", async () => {
  const queue = new Queue<Load>();
  await using _putter = process(putLoads, queue, 4);
  for (let i = 0; i < 4; i++) {
    const item = await within(10_000, queue.get());
    assertEquals([item.plain, item.shared[0]], [i, i]);
    await check(item);
  }
});

Deno.test("Queue.getSync() gives them to a main thread that is blocked, after the putter has ended", async () => {
  const queue = new Queue<Load>();
  const putter = process(putLoads, queue, 3);
  await check(queue.getSync());
  await putter.join();
  for (const plain of [1, 2]) {
    const item = queue.getNowait();
    assertEquals(item.plain, plain);
    await check(item);
  }
});

for (const blocking of [true, false]) {
  Deno.test(`Queue.${blocking ? "getSync" : "get"}() in a worker gives what the main thread put`, async () => {
    const queue = new Queue<Load>();
    const items = [await load(1), await load(2)];
    for (const item of items) queue.putNowait(item);
    await using getter = process(getLoads, queue, 2, blocking);
    assertEquals(await within(10_000, getter.result), 3);
    // The memory is shared, not copied.
    assertEquals(items.map(({ shared }) => shared[1]), [1, 1]);
  });

  Deno.test(`Queue.${blocking ? "getSync" : "get"}() in a worker is served while the main thread is blocked`, () => {
    const queue = new Queue<Load>();
    const putter = process(putLoads, queue, 3);
    const getter = process(getLoads, queue, 3, blocking);
    getter.joinSync({ timeout: 20_000 });
    putter.joinSync({ timeout: 20_000 });
    assertEquals([putter.exitCode, getter.exitCode], [0, 0]);
  });
}

export async function putAndHang(queue: Queue<Load>, done: Event): Promise<void> {
  queue.putSync(await load(7));
  done.set();
  while (true);
}

Deno.test("Queue keeps what only a message carries when its putter is killed", async () => {
  const queue = new Queue<Load>();
  const done = new Event();
  const putter = process(putAndHang, queue, done);
  await done.wait();
  putter.kill();
  await putter.join();
  const item = await within(10_000, queue.get());
  assertEquals(item.plain, 7);
  await check(item);
});

export async function getAndHang(queue: Queue<Load>, done: Event): Promise<void> {
  await queue.get();
  done.set();
  while (true);
}

Deno.test("Queue loses at most the item that a killed getter was taking", async () => {
  const queue = new Queue<Load>();
  const done = new Event();
  queue.putNowait(await load(1));
  queue.putNowait(await load(2));
  const getter = process(getAndHang, queue, done);
  await done.wait();
  getter.kill();
  assertEquals((await within(10_000, queue.get())).plain, 2);
});

export function answer(end: Connection<unknown>): void {
  end.sendSync(end.recvSync());
  end.close();
}

Deno.test("Connection.send() carries what only a message carries, there and back", async () => {
  const [mine, theirs] = Pipe<unknown>();
  await using _other = process(answer, theirs);
  const shared = new SharedArrayBuffer(8);
  await mine.send({ list: [shared], lock: new Lock() });
  const back = await within(10_000, mine.recv()) as { list: [SharedArrayBuffer]; lock: Lock };
  new Int32Array(shared)[0] = 5;
  assertEquals(new Int32Array(back.list[0])[0], 5);
  assert(back.lock.acquireSync({ timeout: 0 }) !== null);
});

export async function echoInside(queue: Queue<unknown>): Promise<boolean> {
  const shared = new SharedArrayBuffer(8);
  queue.putNowait({ shared });
  const first = (queue.getSync() as { shared: SharedArrayBuffer }).shared;
  new Int32Array(first)[0] = 3;
  queue.putNowait({ shared });
  const pending = [queue.get(), queue.get()];
  await queue.put([shared]);
  const [second, third] = await Promise.all(pending) as [{ shared: SharedArrayBuffer }, [SharedArrayBuffer]];
  return [shared, second.shared, third[0]].every((each) => new Int32Array(each)[0] === 3);
}

Deno.test("Queue gives them back to the worker that put them", async () => {
  await using worker = process(echoInside, new Queue<unknown>());
  assertEquals(await within(10_000, worker.result), true);
});

export async function putInVain(queue: Queue<unknown>, count: number): Promise<number> {
  let refused = 0;
  for (let i = 0; i < count; i++) {
    try {
      await queue.put([new SharedArrayBuffer(8), new Lock()], { timeout: 0 });
    } catch {
      refused++;
    }
  }
  return refused;
}

Deno.test("Queue.put() forgets what it did not put", async () => {
  const queue = new Queue<unknown>(1);
  queue.putNowait(1);
  const before = stats().used;
  await using worker = process(putInVain, queue, 300);
  assertEquals(await within(10_000, worker.result), 300);
  assertEquals([queue.qsize(), queue.getNowait()], [1, 1]);
  await worker.join();
  await until(() => stats().used <= before + 4096);
});

Deno.test("Queue.shutdown({ immediate }) drops what lies beside the items", async () => {
  const queue = new JoinableQueue<unknown>();
  const putter = process(putInVain as (queue: Queue<unknown>, count: number) => Promise<number>, queue, 20);
  await putter.join();
  assertEquals(queue.qsize(), 20);
  queue.shutdown({ immediate: true });
  await within(10_000, queue.join());
});

Deno.test("Queue.put() names what cannot travel beside an item, and loses nothing", async () => {
  const queue = new Queue<unknown>();
  queue.putNowait("before");
  const { port1, port2 } = new MessageChannel();
  const fake = Object.create(Blob.prototype);
  for (
    const [value, pattern] of [
      [
        { parts: [port1] },
        /item → field 'parts' → item 0: a MessagePort cannot travel; name it in the option transfer of a pool's task/,
      ],
      [{ parts: [fake] }, /item → field 'parts' → item 0: the runtime cannot copy it/],
    ] as const
  ) {
    const error = assertThrows(() => queue.putNowait(value), TransportError);
    assert(pattern.test(error.message), error.message);
    await assertRejects(() => queue.put(value), TransportError);
  }
  assertEquals([queue.qsize(), queue.getNowait()], [1, "before"]);
  port1.close();
  port2.close();
});

export function giveShared(): SharedArrayBuffer {
  return new SharedArrayBuffer(8);
}

Deno.test("isolation process refuses what only a message between threads carries, in both directions", async () => {
  const isolation = "process";
  for (const value of [new SharedArrayBuffer(8), new Blob(["a"]), new WebAssembly.Module(MODULE), new Queue()]) {
    const child = new Process({ target: check as (item: unknown) => Promise<void>, args: [{ value }], isolation });
    const error = assertThrows(() => child.start(), TransportError);
    assert(/field 'value': an? \w+ lives in its program's memory and cannot travel/.test(error.message), error.message);
  }
  const child = new Process({ target: giveShared, isolation });
  child.start();
  const error = await errorBy(() => child.result, 20_000);
  assertEquals(error.name, "TransportError");
  assert(/the result: a SharedArrayBuffer lives in/.test(error.message), error.message);
  await child.join();
});

Deno.test("Queue keeps what only a message carries as it was at put", () => {
  const queue = new Queue<{ blob: Blob & { note?: string } }>();
  const blob: Blob & { note?: string } = new Blob(["a"]);
  blob.note = "mine";
  queue.putNowait({ blob });
  const other = queue.getNowait().blob;
  assert(other !== blob);
  assertStrictEquals(other.note, undefined);
});
