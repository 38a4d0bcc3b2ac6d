import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Process } from "@lanes/lanes/process";
import {
  BufferTooShort,
  ClosedError,
  Connection,
  EOFError,
  InvalidStateError,
  Pipe,
  Queue,
  TimeoutError,
  TransportError,
} from "@lanes/lanes/queues";
import { address, decode, encode, renew } from "../../lib/channel/codec.ts";
import { declareDead, enlist, self } from "../../lib/memory/process_table.ts";
import { pause, within, words } from "../fixtures/harness.ts";
import * as tasks from "../fixtures/queue_tasks.ts";

Deno.test("CONN-01 a message that is sent arrives equal at the other end", async () => {
  const [a, b] = Pipe();
  await using child = new Process({ target: tasks.echo, args: [b] });
  child.start();
  b.close();
  for (const value of [[1, 2.5], null, undefined, "text", new Map([[1, { a: [] }]]), 10n]) {
    assertEquals(await a.send(value), undefined);
    assertEquals(await a.recv({ timeout: 10_000 }), value);
  }
  a.close();
  assertEquals(await child.result, "end of file");
});

Deno.test("CONN-02 bytes arrive unchanged, up to 16 MiB in one message", async () => {
  const [a, b] = Pipe();
  await using child = new Process({ target: tasks.echoBytes, args: [b] });
  child.start();
  const large = new Uint8Array(16 << 20);
  for (let i = 0; i < large.length; i += 997) large[i] = i;
  for (const bytes of [new Uint8Array([1, 2, 3]), large]) {
    await a.sendBytes(bytes);
    const copy = await a.recvBytes(undefined, { timeout: 20_000 });
    assert(copy.length === bytes.length && copy.every((byte, i) => byte === bytes[i]));
  }
  await a.sendBytes(new Uint8Array());
});

Deno.test("CONN-03 CONN-04 recvBytesInto() writes where it is told, or throws BufferTooShort and leaves the buffer", async () => {
  const [a, b] = Pipe();
  const words = new Uint16Array(4);
  await a.sendBytes(new Uint8Array([1, 2]));
  assertEquals([await b.recvBytesInto(words), words], [2, Uint16Array.of(0x0201, 0, 0, 0)]);
  a.sendBytesSync(new Uint8Array([3]));
  assertEquals([b.recvBytesIntoSync(words, 7), words], [1, Uint16Array.of(0x0201, 0, 0, 0x0300)]);
  for (const receive of [() => b.recvBytesInto(words, 6), () => b.recvBytes(2)]) {
    await a.sendBytes(new Uint8Array([7, 8, 9]));
    const error = await assertRejects(receive, BufferTooShort);
    assertEquals((error as BufferTooShort & { bytes: Uint8Array }).bytes, new Uint8Array([7, 8, 9]));
    assertEquals([words[3], await b.poll()], [0x0300, false]);
  }
});

Deno.test("CONN-05 poll() does not wait without options, else as long as it is told", async () => {
  const [a, b] = Pipe();
  assertEquals([await a.poll(), await a.poll({ timeout: -1 }), a.pollSync(), a.pollSync({ timeout: 0 })], [
    false,
    false,
    false,
    false,
  ]);
  for (const poll of [() => a.poll({ timeout: 50 }), () => a.pollSync({ timeout: 50 })]) {
    const start = performance.now();
    assertEquals(await poll(), false);
    assert(performance.now() - start >= 49);
  }
  const polled = a.poll({});
  await pause(10);
  await b.send(1);
  assertEquals([await within(1000, polled), await a.poll(), a.pollSync({})], [true, true, true]);
});

Deno.test("CONN-06 CONN-10 a duplex end has both directions, the ends of a simplex pipe have one each", async () => {
  for (const end of Pipe()) assertEquals([end.readable, end.writable], [true, true]);
  const [reader, writer] = Pipe(false);
  assertEquals([reader.readable, reader.writable, writer.readable, writer.writable], [true, false, false, true]);
  await assertRejects(() => reader.send(1), InvalidStateError);
  assertThrows(() => reader.sendBytesSync(new Uint8Array()), InvalidStateError);
  await assertRejects(() => writer.recv(), InvalidStateError);
  await assertRejects(() => writer.poll(), InvalidStateError);
  await writer.send("one way");
  assertEquals(await reader.recv(), "one way");
});

Deno.test("CONN-07 CONN-08 CONN-09 after the other end is closed what was sent is received, then comes the end of file", async () => {
  const [a, b] = Pipe();
  await b.send(1);
  await b.sendBytes(new Uint8Array([2]));
  b.close();
  assertEquals([await a.poll(), await a.recv()], [true, 1]);
  assertEquals(await a.recvBytes(), new Uint8Array([2]));
  await assertRejects(() => a.recv(), EOFError);
  await assertRejects(() => a.recvBytes(), EOFError);
  assertThrows(() => a.recvSync(), EOFError);
  assertEquals([await a.poll(), a.pollSync()], [true, true]);
  await assertRejects(() => a.send(1), ClosedError);
  assertThrows(() => a.sendSync(1), ClosedError);
});

Deno.test("CONN-07 a receiver that waits is told the end of file, at close and when the other process ends", async () => {
  const [a, b] = Pipe();
  const first = assertRejects(() => a.recv(), EOFError);
  await pause(10);
  b.close();
  await within(1000, first);
  for (const end of ["exit", "kill"]) {
    const [mine, theirs] = Pipe();
    const cells = words();
    const child = end === "exit"
      ? new Process({ target: tasks.sendAndExit, args: [theirs, "last words"] })
      : new Process({ target: tasks.pollOften, args: [theirs, cells] });
    child.start();
    theirs.close();
    if (end === "exit") assertEquals(await mine.recv({ timeout: 10_000 }), "last words");
    else {
      await pause(200);
      child.kill();
    }
    await within(10_000, assertRejects(() => mine.recv(), EOFError));
    await child.join();
  }
});

Deno.test("CONN-11 the parent may close its copy right after start", async () => {
  const [a, b] = Pipe();
  await using child = new Process({ target: tasks.sendAll, args: [b, ["still", "open"]] });
  child.start();
  b.close();
  assertEquals([await a.recv(), await a.recv()], ["still", "open"]);
  await within(10_000, assertRejects(() => a.recv(), EOFError));
});

Deno.test("CONN-12 CONN-13 sendBytes() sends the part it is told, or throws RangeError and sends nothing", async () => {
  const [a, b] = Pipe();
  const bytes = new Uint8Array([1, 2, 3, 4, 5]);
  const parts: [number | undefined, number | undefined, number[]][] = [
    [undefined, undefined, [1, 2, 3, 4, 5]],
    [2, undefined, [3, 4, 5]],
    [2, 2, [3, 4]],
    [5, undefined, []],
    [0, 0, []],
    [5, 0, []],
  ];
  for (const [offset, size, expected] of parts) {
    await a.sendBytes(bytes, offset, size);
    assertEquals(await b.recvBytes(), new Uint8Array(expected));
  }
  await a.sendBytes(new Uint16Array([0x0201, 0x0403]), 1, 2);
  assertEquals(await b.recvBytes(), new Uint8Array([2, 3]));
  await a.sendBytes(bytes.buffer, 4);
  assertEquals(await b.recvBytes(), new Uint8Array([5]));
  for (const [offset, size] of [[6, undefined], [5, 1], [0, 6], [-1, undefined], [1, -1], [0.5, undefined]] as const) {
    await assertRejects(() => a.sendBytes(bytes, offset, size), RangeError);
    assertThrows(() => a.sendBytesSync(bytes, offset, size), RangeError);
  }
  await assertRejects(() => a.sendBytes("text" as never), TypeError);
  assertEquals(await b.poll(), false);
});

Deno.test("CONN-14 CONN-15 a connection is closed at the end of its block; later use is a ClosedError", async () => {
  const [a, b] = Pipe();
  {
    using inside = a;
    assertEquals(inside.closed, false);
  }
  assertEquals([a.closed, b.closed], [true, false]);
  a.close();
  const uses = [
    () => a.send(1),
    () => a.recv(),
    () => a.poll(),
    () => a.recvBytes(),
    () => a.sendBytes(new Uint8Array()),
  ];
  for (const use of uses) await assertRejects(use, ClosedError);
  for (const use of [() => a.sendSync(1), () => a.recvSync(), () => a.pollSync()]) assertThrows(use, ClosedError);
});

Deno.test("CONN-16 CONN-17 recvBytes() checks maxLength and goes on after a message that was too long", async () => {
  const [a, b] = Pipe();
  await a.sendBytes(new Uint8Array(10));
  await a.sendBytes(new Uint8Array(3));
  await assertRejects(() => b.recvBytes(9), BufferTooShort);
  assertEquals((await b.recvBytes(3)).length, 3);
  await assertRejects(() => b.recvBytes(-1), RangeError);
  await assertRejects(() => b.recvBytes(1.5), RangeError);
  await assertRejects(() => b.recvBytesInto(new Uint8Array(4), -1), RangeError);
  await assertRejects(() => b.recvBytesInto(new Uint8Array(4), 5), RangeError);
  assertEquals(await b.poll(), false);
});

Deno.test("CONN-18 what cannot travel is a TransportError, and nothing is sent", async () => {
  const [a, b] = Pipe();
  const error = await assertRejects(() => a.send({ f: () => 1 }), TransportError);
  assert(error.message.startsWith("Cannot send message → field 'f'"), error.message);
  assertThrows(() => a.sendSync(Symbol()), TransportError);
  assertEquals(await b.poll(), false);
});

Deno.test("CONN-19 a message of the other kind is a TransportError, and consumed", async () => {
  const [a, b] = Pipe();
  await a.sendBytes(new Uint8Array([1]));
  await a.send(1);
  await a.send(2);
  await assertRejects(() => b.recv(), TransportError, "recvBytes");
  await assertRejects(() => b.recvBytes(), TransportError, "recv");
  assertEquals(await b.recv(), 2);
});

Deno.test("CONN-20 connections travel through connections, keep their direction, and outlive the sender's copy", async () => {
  const [a, b] = Pipe();
  await using child = new Process({ target: tasks.sendThroughReceived, args: [b, "hello"] });
  child.start();
  b.close();
  const [reader, writer] = Pipe<string>(false);
  await a.send(writer);
  writer.close();
  assertEquals(await reader.recv({ timeout: 10_000 }), "hello");
  assertEquals(await child.result, [false, true]);
  await within(10_000, assertRejects(() => reader.recv(), EOFError));
});

Deno.test("A copy of an end that is on its way keeps the end open, until its item is dropped", async () => {
  const queue = new Queue<Connection>();
  const [reader, writer] = Pipe(false);
  queue.putNowait(writer);
  writer.close();
  assertEquals(await reader.poll(), false);
  const copy = queue.getNowait();
  copy.sendSync(1);
  queue.putNowait(copy);
  copy.close();
  assertEquals([await reader.recv(), await reader.poll()], [1, false]);
  queue.shutdown({ immediate: true });
  await assertRejects(() => reader.recv({ timeout: 1000 }), EOFError);
});

Deno.test("CONN-21 send() waits while the pipe is full", async () => {
  const [a, b] = Pipe<Uint8Array>();
  let sent = 0;
  const message = new Uint8Array(10_000);
  while (true) {
    try {
      await a.send(message, { timeout: 20 });
      sent++;
    } catch (error) {
      assertInstanceOf(error, TimeoutError);
      break;
    }
  }
  assertEquals(sent, 6);
  assertThrows(() => a.sendSync(message, { timeout: 20 }), TimeoutError);
  let done = false;
  const waiting = a.send(message).then(() => done = true);
  await pause(20);
  assertEquals(done, false);
  await b.recv();
  await within(1000, waiting);
  for (let i = 0; i < 6; i++) assertEquals((await b.recv()).length, 10_000);
});

Deno.test("CONN-21 a sender that blocks in another process is let in by each message received, however large", async () => {
  const [a, b] = Pipe(false);
  await using child = new Process({ target: tasks.sendLarge, args: [b, 10, 300_000] });
  child.start();
  for (let i = 0; i < 10; i++) {
    const bytes = await a.recvBytes(undefined, { timeout: 10_000 });
    assertEquals([bytes.length, bytes[299_999]], [300_000, i]);
  }
});

Deno.test("CONN-27 messages of several processes at one end arrive whole", async () => {
  const [a, b] = Pipe<string>(false);
  const children = ["x", "y"].map((letter) => {
    const values = Array.from({ length: 300 }, (_, i) => letter.repeat(i));
    return new Process({ target: tasks.sendAll, args: [b, values] });
  });
  for (const child of children) child.start();
  b.close();
  const next: Record<string, number> = { x: 1, y: 1 };
  let empty = 0;
  for (let i = 0; i < 600; i++) {
    const text = await a.recv({ timeout: 10_000 });
    if (text === "") empty++;
    else assertEquals(text, text[0]!.repeat(next[text[0]!]!++));
  }
  assertEquals([next, empty], [{ x: 300, y: 300 }, 2]);
  for (const child of children) await child.join();
});

Deno.test("POLL-01 POLL-02 POLL-04 messages stay apart, empty ones count, and poll() takes nothing", async () => {
  const [a, b] = Pipe();
  await a.sendBytes(new Uint8Array());
  for (let i = 0; i < 3; i++) assertEquals(await b.poll(), true);
  assertEquals([(await b.recvBytes()).length, await b.poll()], [0, false]);
  const encoder = new TextEncoder();
  const texts = ["hello", "", "a", "b", "", "bye", "", "cd"];
  for (const text of texts) await a.sendBytes(encoder.encode(text));
  for (const text of texts) {
    assertEquals([await b.poll({ timeout: 1000 }), await b.poll()], [true, true]);
    assertEquals(new TextDecoder().decode(await b.recvBytes()), text);
  }
});

Deno.test("POLL-03 poll() in another process takes nothing away", async () => {
  const [reader, writer] = Pipe<number[]>(false);
  const cells = words();
  await using child = new Process({ target: tasks.pollOften, args: [reader, cells] });
  child.start();
  for (let i = 0; i < 200; i++) {
    await writer.send([i, i]);
    if (i % 20 === 0) await pause(2);
    assertEquals(await reader.recv({ timeout: 1000 }), [i, i]);
  }
  Atomics.store(cells, 0, 1);
  await child.result;
});

Deno.test("Connection.recv() and send() that are aborted reject with the reason and leave the pipe", async () => {
  const [a, b] = Pipe<number>();
  const reason = new Error("enough");
  const controller = new AbortController();
  const recv = a.recv({ signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await recv.catch((error) => error), reason);
  assertStrictEquals(await b.send(1, { signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
  await b.send(2);
  assertEquals(await a.recv(), 2);
  await assertRejects(() => a.recv({ timeout: 20 }), TimeoutError);
});

Deno.test("Queues and pipes that are collected give their memory back, and a connection closes its end", async () => {
  const program = new URL("../fixtures/collected_queues.ts", import.meta.url).href;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--v8-flags=--expose-gc", program],
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(new TextDecoder().decode(stdout).trim(), "freed, end of file");
});

Deno.test("Connection() cannot be made without Pipe()", () => {
  assertThrows(() => new Connection({} as never), TypeError, "Pipe()");
});

Deno.test("An end that is on its way to a process is gone when that process ends before it has received it", async () => {
  const [mine, theirs] = Pipe();
  const packet = encode([theirs]);
  theirs.close();
  const [first, second] = [enlist(1), enlist(1)];
  address(packet, first);
  address(packet, first);
  assertEquals(await mine.poll(), false);
  // It did not reach the first, which lives on.
  address(packet, second);
  assertEquals(await mine.poll(), false);
  declareDead(second, 0);
  await assertRejects(() => mine.recv({ timeout: 1000 }), EOFError);
  declareDead(first, 0);
});

Deno.test("An end that was addressed to a process is counted once when it arrives", async () => {
  const [mine, theirs] = Pipe();
  const packet = encode([theirs, theirs]);
  const other = encode([theirs]);
  theirs.close();
  address(packet, self());
  const [copy] = decode(packet) as [Connection];
  const [again] = decode(other) as [Connection];
  copy.close();
  assertEquals(await mine.poll(), false);
  again.close();
  await assertRejects(() => mine.recv({ timeout: 1000 }), EOFError);
});

Deno.test("renew() makes a packet good for a second receiver", async () => {
  const [mine, theirs] = Pipe();
  const packet = encode([theirs]);
  const first = enlist(1);
  address(packet, first);
  declareDead(first, 0);
  renew(packet);
  theirs.close();
  address(packet, self());
  const [copy] = decode(packet) as [Connection];
  assertEquals(await mine.poll(), false);
  copy.sendSync(1);
  assertEquals(await mine.recv(), 1);
  copy.close();
  await assertRejects(() => mine.recv({ timeout: 1000 }), EOFError);
});
