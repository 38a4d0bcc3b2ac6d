import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ClosedError } from "../../lib/base/errors.ts";
import { allocate, generationOf, referencesOf, release, sweep } from "../../lib/memory/arena.ts";
import { collectAfter, entriesOf } from "../../lib/memory/_ledger.ts";
import { Handle } from "../../lib/memory/handle.ts";
import { BlockKind } from "../../lib/memory/layout.ts";
import { wordsAt } from "../../lib/memory/memory.ts";
import { becomePid, declareDead, enlist, self } from "../../lib/memory/process_table.ts";

/** Runs `body` as another process of this thread would. */
function asProcess<T>(pid: number, body: () => T): T {
  const me = self();
  becomePid(pid);
  const vacant = Reflect.get(globalThis, Symbol.for("@lanes/lanes 0.1")) as Map<string, unknown>;
  const mine = vacant.get("ledger");
  vacant.delete("ledger");
  try {
    return body();
  } finally {
    becomePid(me);
    vacant.set("ledger", mine);
  }
}

Deno.test("Handle.dispose() of the creator frees at once, and other handles' use is a ClosedError", () => {
  const mine = Handle.create(100, BlockKind.Data, (offset) => wordsAt(offset, 1)[0] = 5);
  assertEquals(wordsAt(mine.offset, 1)[0], 5);
  const other = Handle.adopt(mine.share("block"));
  assertEquals(referencesOf(mine.offset), 2);
  mine.dispose();
  assertEquals(generationOf(mine.offset), 0);
  assert(!other.open);
  assertThrows(() => other.check("SharedArray"), ClosedError, "This SharedArray was disposed");
  assertThrows(() => other.share("SharedArray"), ClosedError);
  assertThrows(() => mine.check("SharedArray"), ClosedError);
  other.dispose();
  mine.dispose();
});

Deno.test("Handle.dispose() of a copy gives up that copy only", () => {
  const mine = Handle.create(100, BlockKind.Data);
  const other = Handle.adopt(mine.share("block"));
  other.dispose();
  assert(!other.open);
  assert(mine.open);
  assertEquals(referencesOf(mine.offset), 1);
  mine.dispose();
});

Deno.test("Handle.close() frees with the last hold, whoever it is", () => {
  const mine = Handle.create(100, BlockKind.Data);
  const other = Handle.adopt(mine.share("block"));
  mine.close();
  assert(other.open);
  other.close();
  assertEquals(generationOf(mine.offset), 0);
});

Deno.test("an old handle of a place that is used again does not open it", () => {
  const mine = Handle.create(100, BlockKind.Data);
  const copy = Handle.adopt(mine.share("block"));
  mine.dispose();
  const next = allocate(100);
  assertEquals(next, mine.offset);
  assert(!copy.open);
  copy.close();
  assertNotEquals(generationOf(next), 0);
  release(next);
});

Deno.test("the holds of a process that dies are given up, once, and its ledger serves another", () => {
  const mine = Handle.create(100, BlockKind.Data);
  const data = mine.share("block");
  const pid = enlist(self());
  const [created, adopted] = asProcess(pid, () => [Handle.create(10, BlockKind.Data), Handle.adopt(data)]);
  assertEquals(entriesOf(pid), 2);
  assertEquals(referencesOf(mine.offset), 2);
  declareDead(pid, -9);
  sweep(pid);
  sweep(pid);
  assertEquals(referencesOf(mine.offset), 2);
  collectAfter(pid);
  collectAfter(pid);
  assertEquals(referencesOf(mine.offset), 1);
  assertEquals(generationOf(created.offset), 0);
  assertEquals(entriesOf(pid), 0);
  // The dead one's own attempt comes too late.
  adopted.close();
  assertEquals(referencesOf(mine.offset), 1);
  const next = enlist(self());
  const held = asProcess(next, () => Handle.create(10, BlockKind.Data));
  assertEquals(entriesOf(next), 1);
  assertThrows(() => asProcess(pid, () => allocate(10)), ClosedError, "ended");
  declareDead(next, 0);
  sweep(next);
  collectAfter(next);
  assert(!held.open);
  mine.dispose();
});
