import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  allocate,
  attach,
  attachedTo,
  forEachBlock,
  free,
  generationOf,
  lengthOf,
  referencesOf,
  registerSweeper,
  release,
  retain,
  stats,
  sweep,
} from "../../lib/memory/arena.ts";
import { collectAfter } from "../../lib/memory/_ledger.ts";
import { BlockKind, CONTROL_ARENA_LOCK, CONTROL_OFFSET } from "../../lib/memory/layout.ts";
import { bytesAt, wordsAt } from "../../lib/memory/memory.ts";
import { declareDead, enlist, self } from "../../lib/memory/process_table.ts";

Deno.test("allocate() gives zeroed memory aligned to 64 bytes, also where it was used before", () => {
  for (const length of [0, 1, 63, 64, 65, 1000, 100_000]) {
    const first = allocate(length);
    assertEquals(first % 64, 0);
    assertEquals(lengthOf(first), length);
    bytesAt(first, length).fill(255);
    release(first);
    const again = allocate(length);
    assert(bytesAt(again, length).every((byte) => byte === 0));
    release(again);
  }
});

Deno.test("allocate() checks its argument", () => {
  assertThrows(() => allocate(-1), RangeError, "-1");
  assertThrows(() => allocate(1.5), RangeError, "1.5");
  assertThrows(() => allocate("8" as never), TypeError, '"8"');
});

Deno.test("allocate() beyond 4 GiB throws a RangeError that names the size and what is in use", () => {
  const before = stats();
  const error = assertThrows(() => allocate(2 ** 32), RangeError, "4294967296");
  assert(error.message.includes(`${before.used} of 4294967296`));
  const half = allocate(2 ** 31);
  const error2 = assertThrows(() => allocate(2 ** 31), RangeError, "Cannot allocate 2147483648 bytes");
  assert(error2.message.includes("are in use"));
  // What fits still does, above 2 GiB too.
  const quarter = allocate(2 ** 30);
  bytesAt(quarter + 2 ** 30 - 8, 8).fill(7);
  release(quarter);
  release(half);
  assertEquals(stats().used, before.used);
});

Deno.test("release() frees the block with its last reference only", () => {
  const offset = allocate(10);
  const generation = generationOf(offset);
  assertNotEquals(generation, 0);
  assert(retain(offset));
  assertEquals(referencesOf(offset), 2);
  assert(release(offset));
  assertEquals(generationOf(offset), generation);
  assert(release(offset));
  assertEquals(generationOf(offset), 0);
  assert(!release(offset));
  assert(!retain(offset, generation));
});

Deno.test("free() frees whatever references exist, and an old generation is refused from then on", () => {
  const offset = allocate(10);
  const old = generationOf(offset);
  retain(offset);
  assert(free(offset));
  const again = allocate(10);
  assertEquals(again, offset);
  assert(!retain(offset, old));
  assert(!release(offset, old));
  assert(!free(offset, old));
  assert(free(again, generationOf(again)));
});

Deno.test("attach() makes one block go with another, once", () => {
  const before = stats().used;
  const block = allocate(10), child = allocate(10), late = allocate(10);
  assertEquals(attachedTo(block), null);
  const first = attach(block, child);
  assertEquals(first, { offset: child, generation: generationOf(child) });
  assertEquals(attach(block, late), first);
  assertEquals(attachedTo(block), first);
  release(late);
  release(block);
  assertEquals(generationOf(child), 0);
  assertEquals(stats().used, before);
});

Deno.test("forEachBlock() visits exactly the used blocks", () => {
  const offset = allocate(10, BlockKind.Barrier);
  const seen: unknown[] = [];
  forEachBlock((block) => {
    if (block.offset === offset) seen.push(block);
  });
  assertEquals(seen, [{ offset, kind: BlockKind.Barrier, owner: self(), generation: generationOf(offset) }]);
  release(offset);
  forEachBlock((block) => assertNotEquals(block.offset, offset));
});

Deno.test("sweep() calls the sweeper of each kind and goes on when one throws", () => {
  const seen: number[][] = [];
  registerSweeper(BlockKind.Barrier, (offset, pid) => {
    seen.push([offset, pid]);
    throw new Error("no");
  });
  const a = allocate(10, BlockKind.Barrier), b = allocate(10, BlockKind.Barrier);
  assertThrows(() => sweep(77), AggregateError, "77");
  assertEquals(seen.sort(), [[a, 77], [b, 77]].sort());
  registerSweeper(BlockKind.Barrier, () => {});
  release(a);
  release(b);
});

Deno.test("what a process had only reserved goes after its death", () => {
  const offset = allocate(100, BlockKind.Data, { reserved: true });
  collectAfter(self() + 1);
  assertNotEquals(generationOf(offset), 0);
  collectAfter(self());
  assertEquals(generationOf(offset), 0);
});

Deno.test("the arena's lock is taken over from a thread that died holding it, and the index made anew", () => {
  const keep = allocate(5000), gone = allocate(5000), last = allocate(64);
  release(gone);
  const before = stats();
  const pid = enlist(self());
  Atomics.store(wordsAt(CONTROL_OFFSET, 16), CONTROL_ARENA_LOCK, pid);
  declareDead(pid, -9);
  sweep(pid);
  assertEquals(Atomics.load(wordsAt(CONTROL_OFFSET, 16), CONTROL_ARENA_LOCK), 0);
  assertEquals(stats(), before);
  assertEquals(allocate(5000), gone);
  for (const offset of [keep, gone, last]) release(offset);
});

interface Model {
  readonly blocks: { offset: number; length: number; mark: number }[];
}

class Allocate implements fc.Command<Model, null> {
  constructor(readonly length: number, readonly mark: number) {}
  check(): boolean {
    return true;
  }
  run(model: Model): void {
    const offset = allocate(this.length);
    const bytes = bytesAt(offset, this.length);
    assert(bytes.every((byte) => byte === 0), "new memory is zero");
    for (const other of model.blocks) {
      assert(offset + this.length <= other.offset || other.offset + other.length <= offset, "blocks do not overlap");
    }
    bytes.fill(this.mark);
    model.blocks.push({ offset, length: this.length, mark: this.mark });
  }
  toString(): string {
    return `allocate(${this.length})`;
  }
}

class Release implements fc.Command<Model, null> {
  constructor(readonly pick: number) {}
  check(model: Readonly<Model>): boolean {
    return model.blocks.length > 0;
  }
  run(model: Model): void {
    const [block] = model.blocks.splice(this.pick % model.blocks.length, 1);
    assert(bytesAt(block!.offset, block!.length).every((byte) => byte === block!.mark), "contents are untouched");
    assert(release(block!.offset));
  }
  toString(): string {
    return `release(${this.pick})`;
  }
}

Deno.test("ARRAY-13 random allocations and frees never overlap, keep their contents, and all comes back", () => {
  const before = stats();
  fc.assert(
    fc.property(
      fc.commands([
        fc.tuple(fc.oneof(fc.nat(300), fc.nat(70_000)), fc.integer({ min: 1, max: 255 })).map(([n, m]) =>
          new Allocate(n, m)
        ),
        fc.nat(1000).map((n) => new Release(n)),
      ], { maxCommands: 120 }),
      (commands) => {
        const model: Model = { blocks: [] };
        fc.modelRun(() => ({ model, real: null }), commands);
        for (const block of model.blocks) release(block.offset);
        assertEquals(stats().used, before.used);
      },
    ),
    { numRuns: 100 },
  );
  assert(stats().freeBlocks <= before.freeBlocks);
});
