/** Every word of the shared memory has one meaning. */
import { assertEquals } from "@std/assert";
import * as layout from "../../lib/memory/layout.ts";
import * as lanes from "../../lib/memory/lane_layout.ts";
import * as managers from "../../lib/memory/manager_layout.ts";

/** Regions of the control words: where each begins and how many words it has. */
const REGIONS: Readonly<Record<string, number>> = {
  CONTROL_ARENA_INDEX: layout.ARENA_CLASSES,
  CONTROL_SEGMENT_TABLE: 2 * layout.SEGMENT_SLOTS,
  CONTROL_NAME_BUCKETS: layout.NAME_BUCKETS,
};

/** Constants with the prefix that are no words. */
const OTHERS: ReadonlySet<string> = new Set(["CONTROL_OFFSET", "CONTROL_BYTES"]);

Deno.test("CONTROL words do not overlap, and lie in their region", () => {
  const owners = new Map<number, string>();
  for (const [name, first] of Object.entries(layout)) {
    if (!name.startsWith("CONTROL_") || OTHERS.has(name)) continue;
    for (let word = first as number; word < (first as number) + (REGIONS[name] ?? 1); word++) {
      assertEquals(owners.get(word), undefined, `word ${word}: ${name}`);
      owners.set(word, name);
    }
  }
  assertEquals(Math.max(...owners.keys()) * 4 < layout.CONTROL_BYTES, true);
});

Deno.test("LANE, BELL, MANAGER and CLIENT words do not overlap", () => {
  const sizes = /_(BYTES|INBOX|OUTBOX|REQUESTS|REPLIES)$/;
  for (
    const [module, prefix] of [[lanes, "LANE_"], [lanes, "BELL_"], [managers, "MANAGER_"], [
      managers,
      "CLIENT_",
    ]] as const
  ) {
    const words = Object.entries(module).filter(([name]) => name.startsWith(prefix) && !sizes.test(name));
    assertEquals(new Set(words.map(([, word]) => word)).size, words.length, prefix);
  }
});
