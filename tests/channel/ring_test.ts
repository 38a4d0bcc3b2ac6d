import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { bytesOf, RingReader, type RingRecord, RingWriter, valueOf } from "../../lib/channel/ring.ts";
import { encode } from "../../lib/channel/codec.ts";
import { forEachBlock, lengthOf, referencesOf, release, retain, sweep } from "../../lib/memory/arena.ts";
import { Handle } from "../../lib/memory/handle.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { bytesAt } from "../../lib/memory/memory.ts";
import { declareDead } from "../../lib/memory/process_table.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import {
  bodyOf,
  CAPACITY,
  dieInRecord,
  dieInWrite,
  flawOf,
  HEADER,
  MOST_DIRECT,
  Ring,
  used,
} from "../fixtures/rings.ts";
import { until, words } from "../fixtures/harness.ts";
import { HANG, launch } from "../fixtures/sync_run.ts";

/** Where a ring's counters may stand at its start: also where they are about to change sign, or to begin anew. */
const STARTS = [0, CAPACITY - 64, 2 ** 31 - CAPACITY / 2, 2 ** 31 - 64, -CAPACITY / 2, -64].map((at) => at | 0);

/** Takes the next record, which is to be `id`'s. */
function takeWhole(ring: Ring, id: number, length: number): void {
  const record = ring.reader.take();
  assert(record !== null, `Record ${id} is not there`);
  assertEquals(flawOf(record, id, length), undefined);
}

/** Fills the ring with records of `length` bytes from the id `first` on; gives how many. */
function fill(ring: Ring, length: number, first = 1): number {
  let count = 0;
  while (ring.write(first + count, length) !== null) count++;
  return count;
}

for (const start of STARTS) {
  Deno.test(`Ring, started at ${start}, gives what was written, in its order and whole, over many laps`, () => {
    using ring = new Ring(start);
    const sizes = [0, 1, 15, 16, 17, 47, 48, 49, 1000, 4096, 60_000, MOST_DIRECT - 1, MOST_DIRECT, MOST_DIRECT + 1];
    let written = 1, read = 1;
    for (let lap = 0; lap < 12; lap++) {
      while (ring.write(written, sizes[written % sizes.length]!) !== null) written++;
      // Half of it, so that the end of the ring is met at many distances.
      for (let i = written - read >> 1; i >= 0; i--, read++) {
        takeWhole(ring, read, sizes[read % sizes.length]!);
        ring.reader.done();
      }
    }
    for (; read < written; read++) {
      takeWhole(ring, read, sizes[read % sizes.length]!);
      ring.reader.done();
    }
    assertEquals([ring.reader.take(), ring.reader.empty, ring.held], [null, true, 0]);
  });

  Deno.test(`Ring, started at ${start}, is full when it is full, and takes more when it has been read`, () => {
    using ring = new Ring(start);
    const length = 1000, size = 1040;
    const count = fill(ring, length);
    assert(count >= (CAPACITY - 2 * size) / size && count <= CAPACITY / size, `${count} records`);
    assertEquals(ring.write(count + 1, length), null);
    const { held } = ring;
    assertEquals([ring.write(count + 1, length), ring.held], [null, held]);
    takeWhole(ring, 1, length);
    assertEquals(ring.write(count + 1, length), null, "a record that is taken still takes its room");
    ring.reader.done();
    for (let id = 2; id <= count; id++) {
      if (ring.write(count + id - 1, length) === null) {
        // A filler may have taken the room of one.
        takeWhole(ring, id, length);
        ring.reader.done();
        assertNotEquals(ring.write(count + id - 1, length), null);
        continue;
      }
      takeWhole(ring, id, length);
      ring.reader.done();
    }
  });

  Deno.test(`RingWriter.revoke(), started at ${start}, takes back what waits and nothing else`, () => {
    using ring = new Ring(start);
    const places = [1, 2, 3, 4].map((id) => ring.write(id, 100)!);
    assertEquals(places.map((place) => ring.writer.begun(place)), [false, false, false, false]);
    takeWhole(ring, 1, 100);
    assertEquals([ring.writer.begun(places[0]!), ring.writer.revoke(places[0]!)], [true, false]);
    assertEquals([ring.writer.begun(places[1]!), ring.writer.revoke(places[1]!)], [false, true]);
    assertEquals(ring.writer.revoke(places[1]!), false, "it was taken back already");
    assertEquals(ring.writer.begun(places[1]!), false, "nobody has begun what was taken back");
    ring.reader.done();
    assertEquals([ring.writer.begun(places[0]!), ring.writer.revoke(places[0]!)], [true, false]);
    takeWhole(ring, 3, 100);
    assertEquals(ring.writer.revoke(places[3]!), true);
    ring.reader.done();
    assertEquals([ring.reader.take(), ring.held], [null, 0]);
    // The reader is past all of them: each counts as begun, also when others lie there now.
    for (let lap = 0; lap < 3; lap++) {
      const count = fill(ring, 100, 1000);
      for (const place of places) assertEquals([ring.writer.begun(place), ring.writer.revoke(place)], [true, false]);
      for (let i = 0; i < count; i++) {
        takeWhole(ring, 1000 + i, 100);
        ring.reader.done();
      }
    }
    for (const place of places) assertEquals([ring.writer.begun(place), ring.writer.revoke(place)], [true, false]);
  });
}

Deno.test("Ring: a record after a filler can be taken back, and is found, like any other", () => {
  for (const revoked of [false, true]) {
    using ring = new Ring(CAPACITY - 160);
    // 144 bytes stay before the end: the next record begins at the start.
    ring.write(1, 0);
    const place = ring.write(2, 300)!;
    assertEquals(place, CAPACITY);
    assertEquals(ring.held, HEADER + 128 + 336);
    takeWhole(ring, 1, 0);
    ring.reader.done();
    // The reader has not seen the filler yet.
    assertEquals(ring.writer.begun(place), false);
    if (revoked) assertEquals(ring.writer.revoke(place), true);
    ring.write(3, 10);
    if (!revoked) {
      takeWhole(ring, 2, 300);
      assertEquals([ring.writer.begun(place), ring.writer.revoke(place)], [true, false]);
      ring.reader.done();
    }
    takeWhole(ring, 3, 10);
    ring.reader.done();
    assertEquals([ring.reader.empty, ring.held], [true, 0]);
  }
});

Deno.test("Ring: records that fill it to the last byte before its end need no filler", () => {
  using ring = new Ring(CAPACITY - 2 * 48);
  const places = [1, 2, 3].map((id) => ring.write(id, 16)!);
  assertEquals(places, [CAPACITY - 96, CAPACITY - 48, CAPACITY]);
  for (const id of [1, 2, 3]) {
    takeWhole(ring, id, 16);
    ring.reader.done();
  }
  assertEquals(ring.held, 0);
});

Deno.test("RingWriter.write() that found no room leaves everything as it was", () => {
  using ring = new Ring(CAPACITY - 1024);
  const count = fill(ring, 4096 - HEADER);
  const before = ring.words.slice();
  const usedBefore = used();
  assertEquals([ring.write(99, 4096), ring.write(99, MOST_DIRECT)], [null, null]);
  while (ring.write(500, 0) !== null);
  assertEquals(ring.write(99, MOST_DIRECT * 2), null, "a payload beside the ring needs a record in it");
  assertEquals(used(), usedBefore);
  for (let id = 1; id <= count; id++) {
    takeWhole(ring, id, 4096 - HEADER);
    ring.reader.done();
  }
  assertEquals(before.length, ring.words.length);
  ring.reader.drain();
});

Deno.test("Ring: a payload over a quarter of it is in a block, until done()", () => {
  using ring = new Ring();
  const before = used();
  for (const length of [MOST_DIRECT + 1, CAPACITY, 2 * 2 ** 20]) {
    ring.write(7, length);
    assertEquals(ring.held, HEADER, "only the header is in the ring");
    assert(used() >= before + length);
    takeWhole(ring, 7, length);
    assert(used() >= before + length);
    ring.reader.done();
    assertEquals(used(), before);
  }
});

Deno.test("Ring: of bytes that are longer than their length only that many are sent", () => {
  using ring = new Ring();
  for (const length of [20, 1000, MOST_DIRECT + 64]) {
    const bytes = new Uint8Array(length + 100).fill(9);
    bytes.set(bodyOf(3, length));
    ring.writer.write(3, 3, { aux: -3, aux2: 6, bytes, length });
    takeWhole(ring, 3, length);
    ring.reader.done();
  }
});

Deno.test("Ring: a payload that is in a block already stays there, and the record holds it too", () => {
  using ring = new Ring();
  const before = used();
  const length = MOST_DIRECT + 1000;
  const block = Handle.create(length, BlockKind.Data);
  const inBlock = used();
  const bytes = bytesAt(block.offset, length);
  bytes.set(bodyOf(5, length));
  const body = { aux: -5, aux2: 10, bytes, length, block };
  ring.writer.write(5, 5, body);
  assertEquals([used(), referencesOf(block.offset)], [inBlock, 2]);
  block.close();
  assertEquals(referencesOf(block.offset), 1);
  const record = ring.reader.take()!;
  assertEquals(flawOf(record, 5, length), undefined);
  assertEquals(record.view.byteOffset, block.offset, "it was not copied");
  ring.reader.done();
  assertEquals(referencesOf(block.offset), 0);
  assert(used() <= before + 4160, "the block is gone, all but this process's ledger");
});

Deno.test("Ring: a block whose payload is small is copied, and not held", () => {
  using ring = new Ring();
  const block = Handle.create(1000, BlockKind.Data);
  const bytes = bytesAt(block.offset, 1000);
  bytes.set(bodyOf(5, 1000));
  ring.writer.write(5, 5, { aux: -5, aux2: 10, bytes, length: 1000, block });
  assertEquals(referencesOf(block.offset), 1);
  block.close();
  takeWhole(ring, 5, 1000);
  ring.reader.done();
});

Deno.test("Ring: a block that was closed cannot be sent, and the ring goes on without it", () => {
  // At the second start a filler is written before that is known.
  for (const start of [0, CAPACITY - 16]) {
    using ring = new Ring(start);
    const block = Handle.create(MOST_DIRECT * 2, BlockKind.Data);
    const bytes = bytesAt(block.offset, MOST_DIRECT * 2);
    block.close();
    let name = "";
    try {
      ring.writer.write(1, 1, { aux: 0, aux2: 0, bytes, length: bytes.length, block });
    } catch (error) {
      name = (error as Error).name;
    }
    assertEquals([name, ring.held, ring.reader.take()], ["ClosedError", 0, null]);
    const place = ring.write(2, 50)!;
    assertEquals(ring.writer.begun(place), false);
    takeWhole(ring, 2, 50);
    ring.reader.done();
    assertEquals([ring.writer.begun(place), ring.held], [true, 0]);
  }
});

Deno.test("Ring: the block of a record that was taken back goes when the reader passes it", () => {
  using ring = new Ring();
  const before = used();
  const place = ring.write(1, MOST_DIRECT * 2)!;
  ring.write(2, 10);
  assertEquals(ring.writer.revoke(place), true);
  takeWhole(ring, 2, 10);
  assertEquals(used(), before);
  ring.reader.done();
});

Deno.test("RingReader.drain() frees what unread records hold: waiting, taken and taken back", () => {
  using ring = new Ring(CAPACITY - 200);
  const before = used();
  const places = [1, 2, 3, 4].map((id) => ring.write(id, MOST_DIRECT * id + 1)!);
  ring.write(5, 200);
  takeWhole(ring, 1, MOST_DIRECT + 1);
  ring.writer.revoke(places[2]!);
  // Another reader, as that of a worker which died in the middle of the first record.
  new RingReader(ring.offset).drain();
  assertEquals([used(), ring.held], [before, 0]);
  new RingReader(ring.offset).drain();
  assertEquals(used(), before);
});

Deno.test("a reader that is declared dead within a large record leaves its block to whoever drains the ring", async () => {
  using ring = new Ring();
  const cells = words();
  const place = ring.write(1, 3 * MOST_DIRECT)!;
  const block = ring.words[7]! * 64;
  assertEquals(referencesOf(block), 1);
  const process = launch(dieInRecord, ring.offset, cells);
  await until(() => Atomics.load(cells, 0) === 1, HANG);
  // As kill() does it, but for the moment before the thread is really stopped.
  declareDead(process.pid!, 9);
  await until(() => Atomics.load(cells, 1) === 1, HANG);
  process.kill();
  assertEquals(ring.writer.begun(place), true);
  new RingReader(ring.offset).drain();
  assertEquals(referencesOf(block), 0);
});

Deno.test("a writer that is declared dead before its large record is sent leaves no block", async () => {
  using ring = new Ring();
  const cells = words();
  const length = 4 * MOST_DIRECT;
  const process = launch(dieInWrite, ring.offset, cells, length);
  await until(() => Atomics.load(cells, 0) === 1, HANG);
  assert(blocksOf(length) > 0);
  declareDead(process.pid!, 9);
  sweep(process.pid!);
  await until(() => Atomics.load(cells, 1) === 1, HANG);
  process.kill();
  assertEquals(ring.reader.take(), null);
  await until(() => blocksOf(length) === 0, HANG);
});

/** How many blocks of exactly `length` bytes there are. */
function blocksOf(length: number): number {
  let count = 0;
  forEachBlock(({ offset }) => {
    if (lengthOf(offset) === length) count++;
  });
  return count;
}

Deno.test("a reader that is stopped at any step of done() gives its block up once at most, and the record is found again", () => {
  for (let stop = 1; stop <= 2; stop++) {
    using ring = new Ring();
    ring.write(1, 2 * MOST_DIRECT);
    ring.write(2, 10);
    const block = ring.words[7]! * 64;
    retain(block);
    takeWhole(ring, 1, 2 * MOST_DIRECT);
    let step = 0;
    setChaos(() => {
      if (++step === stop) throw new Error("stop");
    });
    try {
      ring.reader.done();
    } catch {
      // As a thread that is stopped there.
    } finally {
      setChaos(null);
    }
    assertEquals(step, stop);
    const next = new RingReader(ring.offset);
    // What was taken is passed over: it was begun.
    assertEquals(next.take()!.id, 2);
    next.done();
    // Between the mark and the release the block is lost rather than freed twice.
    assertEquals(referencesOf(block), stop === 1 ? 2 : 1);
    for (let left = referencesOf(block); left > 0; left--) release(block);
  }
});

Deno.test("a writer that is stopped before its record is sent has written nothing", () => {
  using ring = new Ring(CAPACITY - 64);
  for (const length of [10, 500]) {
    setChaos(() => {
      throw new Error("stop");
    });
    try {
      ring.write(1, length);
    } catch {
      // As a thread that is stopped there.
    } finally {
      setChaos(null);
    }
    assertEquals([ring.held, ring.reader.take()], [0, null]);
    // Another one goes on where it stood.
    const writer = new RingWriter(ring.offset);
    writer.write(2, 2, { aux: -2, aux2: 4, bytes: bodyOf(2, length), length });
    takeWhole(ring, 2, length);
    ring.reader.done();
    assertEquals(ring.held, 0);
  }
});

Deno.test("Ring: ends that are made anew go on where the others were", () => {
  using ring = new Ring(-64);
  fill(ring, 5000);
  for (let id = 1; id <= 3; id++) {
    takeWhole(ring, id, 5000);
    ring.reader.done();
  }
  const writer = new RingWriter(ring.offset), reader = new RingReader(ring.offset);
  assertEquals(reader.empty, false);
  assertEquals(flawOf(reader.take() as RingRecord, 4, 5000), undefined);
  reader.done();
  assertNotEquals(writer.write(1, 900, { aux: 0, aux2: 0, bytes: new Uint8Array(), length: 0 }), null);
});

Deno.test("valueOf() and bytesOf() give what is theirs when the record is gone", () => {
  using ring = new Ring();
  for (const size of [10, 100_000]) {
    const value = { text: "x".repeat(size), list: new Float64Array([1, 2, 3]) };
    const { bytes } = encode(value);
    ring.writer.write(1, 1, { aux: 0, aux2: 0, bytes, length: bytes.length });
    const record = ring.reader.take()!;
    const copy = bytesOf(record);
    const decoded = valueOf(record);
    ring.reader.done();
    fill(ring, 1000);
    assertEquals(decoded, value);
    assertEquals(copy, bytes.slice());
    ring.reader.drain();
  }
});

Deno.test("Ring: kinds from 0 to 255 and 32-bit ids and numbers come as they went", () => {
  using ring = new Ring();
  const most = 2 ** 31 - 1, least = -(2 ** 31);
  for (const large of [0, MOST_DIRECT + 1]) {
    for (const [kind, id, aux, aux2] of [[0, 0, 0, 0], [255, most, least, most], [128, least, -1, 1 << 16]] as const) {
      ring.writer.write(kind, id, { aux, aux2, bytes: new Uint8Array(large), length: large });
      const record = ring.reader.take()!;
      assertEquals([record.kind, record.id, record.aux, record.aux2], [kind, id, aux, aux2]);
      ring.reader.done();
    }
  }
});
