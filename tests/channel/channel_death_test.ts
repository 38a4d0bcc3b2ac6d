/**
 * The channel with a death at every atomic step of every operation: a process
 * that exists only in the table puts or takes, and ends where `chaos` says.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { forEachBlock, free } from "../../lib/memory/arena.ts";
import { Handle } from "../../lib/memory/handle.ts";
import { BlockKind, CHANNEL_BYTES } from "../../lib/memory/layout.ts";
import { alive, becomePid, declareDead, enlist, self } from "../../lib/memory/process_table.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import { Channel, initializeChannel } from "../../lib/channel/_channel.ts";
import { Put } from "../../lib/channel/_tail.ts";

class Died extends Error {}

/** Runs `body` as a process of its own that ends at the atomic step `step`; `true` when it came to that. */
function dieAt(step: number, body: () => void): boolean {
  const survivor = self();
  const pid = enlist(survivor);
  let left = step;
  becomePid(pid);
  setChaos(() => {
    if (left-- !== 0) return;
    declareDead(pid, -9);
    // From here on, nothing that the call does counts as the dead process's.
    becomePid(survivor);
    setChaos(null);
    throw new Died();
  });
  try {
    body();
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  } finally {
    setChaos(null);
    becomePid(survivor);
    declareDead(pid, 0);
  }
}

function newChannel(ringBytes: number, maxItems = 0): { channel: Channel; handle: Handle } {
  const limits = { maxItems, maxBytes: 0, ringBytes };
  const handle = Handle.create(CHANNEL_BYTES, BlockKind.Queue, (offset) => initializeChannel(offset, limits));
  return { channel: new Channel(handle.offset), handle };
}

function item(id: number, size: number): Uint8Array {
  const bytes = new Uint8Array(4 + size).fill(id);
  new DataView(bytes.buffer).setUint32(0, id);
  return bytes;
}

function readItem(bytes: Uint8Array, start: number, end: number): number {
  const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start);
  for (let at = start + 4; at < end; at++) assertEquals(bytes[at], id & 0xff, `item ${id} is damaged`);
  return id;
}

const SIZES = [0, 1, 12, 100, 250, 1000, 70_000, 200_000];

/** One operation of a run. */
interface Operation {
  readonly put: boolean;
  readonly size: number;
  /** The atomic step at which the process that does it ends; -1 for a live one. */
  readonly step: number;
  /** How often in a row. */
  readonly times: number;
}

const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.record({
    put: fc.boolean(),
    size: fc.constantFrom(...SIZES),
    step: fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(9) }),
    times: fc.integer({ min: 1, max: 8 }),
  }),
  { minLength: 1, maxLength: 25 },
);

/** Plays the operations against a plain array; what a death leaves open is settled by looking at the channel's count. */
function play(list: readonly Operation[]): void {
  const { channel, handle } = newChannel(1024);
  let model: number[] = [];
  let next = 0;
  for (const { put, size, step, times } of list) {
    for (let time = 0; time < times; time++) {
      const before = model.length;
      if (put) {
        const id = next++;
        const bytes = item(id, size);
        const died = step >= 0 && dieAt(step, () => channel.put(bytes, bytes.length, 0));
        if (step < 0) assertEquals(channel.put(bytes, bytes.length, 0), Put.Done);
        if (!died || channel.size === before + 1) model.push(id);
      } else {
        let taken: number | undefined;
        const died = step >= 0 && dieAt(step, () => taken = channel.take(readItem));
        if (step < 0) taken = channel.take(readItem);
        if (died) model = channel.size === before ? model : model.slice(1);
        else assertEquals(taken, model.shift());
      }
      assertEquals(channel.size, model.length);
    }
  }
  // A live process still finds everything, in order, and can go on.
  const bytes = item(next, 10);
  assertEquals(channel.put(bytes, bytes.length, 0), Put.Done);
  for (const id of [...model, next]) assertEquals(channel.take(readItem), id);
  assertEquals(channel.take(readItem), undefined);
  handle.dispose();
}

Deno.test("Channel loses, doubles and damages nothing when processes die at any atomic step (250 random runs)", () => {
  fc.assert(fc.property(operations, play), { numRuns: 250, seed: 5 });
});

/** Frees what the dead had reserved, as the sweep of their death does, and counts the blocks that are left. */
function blocksLeft(): number {
  let count = 0;
  forEachBlock(({ offset, kind, owner, generation }) => {
    if (kind === BlockKind.Reserved && !alive(owner)) free(offset, generation);
    else count++;
  });
  return count;
}

Deno.test("Channel frees all its memory, whatever died in it", () => {
  play([{ put: true, size: 1, step: -1, times: 1 }]);
  const before = blocksLeft();
  for (let step = 0; step < 10; step++) {
    for (const size of [100, 1000, 100_000]) {
      play([
        { put: true, size, step: -1, times: 4 },
        { put: true, size, step, times: 3 },
        { put: false, size, step: -1, times: 1 },
        // A reader's hold on a large item goes with the ledger of its process, which these processes have not.
        { put: false, size, step: size > 65536 ? -1 : step, times: 3 },
        { put: false, size, step: -1, times: 3 },
      ]);
    }
  }
  assertEquals(blocksLeft(), before);
});

Deno.test("Channel does not take a new ring for an old one at the same place", () => {
  const { channel, handle } = newChannel(1024);
  let put = 0;
  let taken = 0;
  function write(size: number): void {
    const bytes = item(put++, size);
    assertEquals(channel.put(bytes, bytes.length, 0), Put.Done);
  }
  function read(): void {
    assertEquals(channel.take(readItem), taken++);
  }
  for (let round = 0; round < 20; round++) {
    // Items of 16 bytes: 64 fill the ring; one more makes the writer look at the head.
    for (let i = 0; i < 64; i++) write(4);
    for (let i = 0; i <= round % 3; i++) read();
    write(4);
    while (taken < put) read();
    // Off the ring, which is freed, and to a new one, which may be where the old one was.
    write(100_000);
    read();
    for (let i = 0; i < 70; i++) write(4);
    while (taken < put) read();
    write(100_000);
    read();
  }
  handle.dispose();
});

Deno.test("Channel.put() of a bounded channel is exact after deaths", () => {
  const { channel, handle } = newChannel(256, 3);
  const bytes = item(1, 8);
  for (let step = 0; step < 6; step++) {
    dieAt(step, () => channel.put(bytes, bytes.length, 0));
    dieAt(step, () => channel.take(readItem));
  }
  while (channel.put(bytes, bytes.length, 0) === Put.Done);
  assertEquals(channel.size, 3);
  handle.dispose();
});
