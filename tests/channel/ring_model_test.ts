/** Random calls on both ends of a ring against a plain array. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RingReader, RingWriter } from "../../lib/channel/ring.ts";
import { stats } from "../../lib/memory/arena.ts";
import { Handle } from "../../lib/memory/handle.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { bytesAt } from "../../lib/memory/memory.ts";
import { bodyOf, CAPACITY, flawOf, HEADER, MOST_DIRECT, Ring, used } from "../fixtures/rings.ts";

/** A record as the model knows it. */
interface Written {
  id: number;
  length: number;
  place: number;
  state: "queued" | "taken" | "revoked" | "past";
}

/** Bytes that a record takes in the ring. */
function sizeOf(length: number): number {
  return length > MOST_DIRECT ? HEADER : Math.ceil((HEADER + length) / 16) * 16;
}

/** The ring as numbers that never wrap. */
class Model {
  /** Everything that was ever written, in order. */
  readonly all: Written[] = [];
  /** The first that the reader is not past. */
  first = 0;
  #head: number;
  #tail: number;

  constructor(start: number) {
    this.#head = this.#tail = start;
  }

  /** The record that was taken, or that is next once those are passed that were taken back. */
  get front(): Written | undefined {
    return this.all[this.first];
  }

  /** How many blocks the ring holds: what is taken back holds none. */
  get blocks(): number {
    return this.all.slice(this.first)
      .filter(({ length, state }) => length > MOST_DIRECT && state !== "revoked").length;
  }

  /** Where a record goes, or `null` where there is no room. */
  place(length: number): number | null {
    const size = sizeOf(length);
    const toEnd = CAPACITY - this.#tail % CAPACITY;
    const at = size <= toEnd ? this.#tail : this.#tail + toEnd;
    if (at + size - this.#head > CAPACITY) return null;
    this.#tail = at + size;
    return at;
  }

  /** The reader is done with the front. */
  pass(): void {
    const front = this.front!;
    front.state = "past";
    this.first++;
    this.#head = front.place + sizeOf(front.length);
  }

  /** The reader passes what was taken back. */
  skip(): void {
    while (this.front?.state === "revoked") this.pass();
  }
}

const sizes = fc.oneof(
  { weight: 8, arbitrary: fc.nat(200) },
  { weight: 4, arbitrary: fc.nat(20_000) },
  { weight: 2, arbitrary: fc.integer({ min: MOST_DIRECT - 40, max: MOST_DIRECT + 1 }) },
  { weight: 1, arbitrary: fc.integer({ min: MOST_DIRECT + 1, max: CAPACITY }) },
);

const calls = fc.array(
  fc.oneof(
    { weight: 50, arbitrary: fc.record({ call: fc.constant("write" as const), size: sizes }) },
    { weight: 6, arbitrary: fc.record({ call: fc.constant("writeBlock" as const), size: sizes }) },
    { weight: 45, arbitrary: fc.record({ call: fc.constantFrom("take", "done"), size: fc.constant(0) }) },
    { weight: 25, arbitrary: fc.record({ call: fc.constantFrom("revoke", "begun"), size: fc.nat(1000) }) },
    { weight: 4, arbitrary: fc.record({ call: fc.constantFrom("newReader", "newWriter"), size: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ call: fc.constant("drain"), size: fc.constant(0) }) },
  ),
  { minLength: 1, maxLength: 400, size: "max" },
);

const starts = fc.constantFrom(0, CAPACITY - 64, 2 ** 31 - CAPACITY, 2 ** 31 - 80, 2 ** 32 - CAPACITY, 2 ** 32 - 48);

/** One call on the ring and on its model. */
class Run {
  #reader: RingReader;
  #writer: RingWriter;
  readonly #ring: Ring;
  readonly #model: Model;

  constructor(ring: Ring, model: Model) {
    this.#ring = ring;
    this.#model = model;
    this.#reader = ring.reader;
    this.#writer = ring.writer;
  }

  call(name: string, size: number): void {
    const model = this.#model;
    const taken = model.front?.state === "taken";
    switch (name) {
      case "write":
        return this.write(size, null);
      case "writeBlock": {
        const block = Handle.create(Math.max(1, size), BlockKind.Data);
        this.write(size, block);
        return block.close();
      }
      case "take":
        return taken ? undefined : this.take();
      case "done":
        if (!taken) return;
        this.#reader.done();
        return model.pass();
      case "revoke":
      case "begun":
        return this.ask(name, size);
      case "newWriter":
        this.#writer = new RingWriter(this.#ring.offset);
        return;
      case "newReader":
        if (!taken) this.#reader = new RingReader(this.#ring.offset);
        return;
      default:
        this.#reader.drain();
        while (model.front !== undefined) model.pass();
    }
  }

  write(length: number, block: Handle | null): void {
    const model = this.#model;
    const id = model.all.length;
    const bytes = block === null ? bodyOf(id, length) : bytesAt(block.offset, length);
    if (block !== null) bytes.set(bodyOf(id, length));
    const place = this.#writer.write(id % 200, id, { aux: -id, aux2: 2 * id, bytes, length, block });
    const expected = model.place(length);
    assertEquals(place, expected === null ? null : expected | 0, `record ${id} of ${length} bytes`);
    if (place !== null) model.all.push({ id, length, place: expected!, state: "queued" });
  }

  take(): void {
    const model = this.#model;
    const record = this.#reader.take();
    model.skip();
    const { front } = model;
    assertEquals(record === null, front === undefined);
    if (record === null || front === undefined) return;
    assertEquals(flawOf(record, front.id, front.length), undefined);
    front.state = "taken";
  }

  ask(name: "revoke" | "begun", which: number): void {
    const { all } = this.#model;
    if (all.length === 0) return;
    // Mostly one of the last.
    const record = all[which % 3 === 0 ? which % all.length : Math.max(0, all.length - 1 - (which % 20))]!;
    const { state } = record;
    const place = record.place | 0;
    if (name === "begun") {
      assertEquals(this.#writer.begun(place), state === "taken" || state === "past", `${record.id} is ${state}`);
    } else {
      assertEquals(this.#writer.revoke(place), state === "queued", `${record.id} is ${state}`);
      if (state === "queued") record.state = "revoked";
    }
  }
}

/** Runs the calls; gives how many records were written. */
function play(start: number, list: readonly { call: string; size: number }[]): number {
  using ring = new Ring(start | 0);
  const before = { used: used(), blocks: stats().blocks };
  const model = new Model(start);
  const run = new Run(ring, model);
  for (const { call, size } of list) run.call(call, size);
  assertEquals(stats().blocks - before.blocks, model.blocks);
  const held = model.all.slice(model.first).filter(({ state }) => state !== "revoked").length;
  if (held === 0) run.call("take", 0);
  new RingReader(ring.offset).drain();
  assertEquals([ring.held, used()], [0, before.used]);
  return model.all.length;
}

/** The process's ledger, which comes with its first handle. */
function warmUp(): void {
  Handle.create(1, BlockKind.Data).close();
}

Deno.test("a ring agrees with a model in 400 random runs, from wherever its counters start", () => {
  warmUp();
  fc.assert(
    fc.property(starts, calls, (start, list) => {
      play(start, list);
    }),
    { numRuns: 400, seed: 21 },
  );
});

Deno.test("a place is known to be past until nearly half of the counters' range lies between", () => {
  const bytes = new Uint8Array(MOST_DIRECT);
  using ring = new Ring(2 ** 31 - CAPACITY);
  const place = ring.write(1, 100)!;
  ring.reader.take();
  ring.reader.done();
  for (let sent = 0; sent < 2 ** 31 - 8 * CAPACITY; sent += CAPACITY / 2) {
    if (ring.writer.write(1, 2, { aux: 0, aux2: 0, bytes, length: bytes.length }) === null) {
      throw new Error("It is full");
    }
    ring.reader.take();
    ring.reader.done();
  }
  assertEquals([ring.writer.begun(place), ring.writer.revoke(place)], [true, false]);
});
