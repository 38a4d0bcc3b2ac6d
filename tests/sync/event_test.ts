import { assert, assertEquals, assertFalse, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Event } from "@lanes/lanes";
import { pause, within } from "../fixtures/harness.ts";
import { at, cellsOf, go, HANG, killed, launch, timed } from "../fixtures/sync_run.ts";
import * as tasks from "../fixtures/sync_tasks.ts";

Deno.test("EVENT-01 an event is not set at first, and wait() gives false at the timeout", async () => {
  const event = new Event();
  assertFalse(event.isSet());
  for (const timeout of [0, 30]) {
    const [woken, time] = await timed(() => event.wait({ timeout }));
    assertEquals(woken, false);
    assert(time >= timeout - 2);
    const [wokenSync, timeSync] = await timed(() => event.waitSync({ timeout }));
    assertEquals(wokenSync, false);
    assert(timeSync >= timeout - 2);
  }
});

Deno.test("EVENT-02 Event.wait() gives true at once while the event is set", async () => {
  const event = new Event();
  event.set();
  assert(event.isSet());
  assert(await event.wait());
  assert(await event.wait({ timeout: 0 }));
  assert(event.waitSync());
  assert(event.waitSync({ timeout: 0 }));
  assert(event.isSet());
});

Deno.test("EVENT-03 Event.clear() resets it, and set() in another process wakes wait() here", async () => {
  const event = new Event();
  event.set();
  event.clear();
  assertFalse(event.isSet());
  const cells = cellsOf();
  const setter = launch(tasks.setEvent, event, cells);
  const waiting = event.wait();
  go(cells, 1);
  assert(await within(HANG, waiting));
  assert(event.isSet());
  await within(HANG, setter.join());
  event.clear();
  const others = cellsOf();
  const second = launch(tasks.setEvent, event, others);
  go(others, 1);
  assert(event.waitSync({ timeout: HANG }));
  await within(HANG, second.join());
});

Deno.test("EVENT-04 Event.set() and clear() may be repeated; a negative timeout is 0", async () => {
  const event = new Event();
  event.clear();
  event.set();
  event.set();
  assert(event.isSet());
  event.clear();
  event.clear();
  assertFalse(event.isSet());
  assertEquals(await event.wait({ timeout: -10 }), false);
  assertEquals(event.waitSync({ timeout: -10 }), false);
});

Deno.test("EVENT-05 an event is printed as set or unset", () => {
  const event = new Event();
  assertMatch(Deno.inspect(event), /^<Event at 0x[0-9a-f]+ unset>$/);
  event.set();
  assertMatch(Deno.inspect(event), /^<Event at 0x[0-9a-f]+ set>$/);
});

Deno.test("EVENT-06 D-33 who waits at set() gets true although clear() follows at once", async () => {
  const event = new Event();
  const cells = [0, 1, 2, 3].map(() => cellsOf());
  const others = cells.map((each, i) => launch(tasks.waitForEvent, event, each, i % 2 === 0 ? "sync" : "async"));
  for (const each of cells) await at(each, 1);
  const own = [event.wait(), event.wait({ timeout: HANG })];
  await pause(50);
  for (let i = 0; i < 3; i++) {
    event.set();
    event.clear();
  }
  assertEquals(await within(HANG, Promise.all(own)), [true, true]);
  for (const process of others) assertEquals(await within(HANG, process.result), true);
  assertFalse(event.isSet());
});

Deno.test("EVENT-07 D-31 Event.set() does not wait for a waiter that was killed", async () => {
  const event = new Event();
  const cells = [cellsOf(), cellsOf()];
  const victims = cells.map((each, i) => launch(tasks.waitForEvent, event, each, i === 0 ? "sync" : "async"));
  for (const each of cells) await at(each, 1);
  await pause(20);
  for (const victim of victims) await killed(victim);
  const waiting = event.wait();
  event.set();
  assert(await within(HANG, waiting));
  event.clear();
  assertEquals(await event.wait({ timeout: 0 }), false);
});

Deno.test("Event.wait() rejects with the reason of an aborted signal", async () => {
  const event = new Event();
  const reason = new Error("enough");
  const controller = new AbortController();
  const aborted = event.wait({ signal: controller.signal }).catch((error) => error);
  const other = event.wait();
  await pause(2);
  controller.abort(reason);
  assertEquals(await aborted, reason);
  event.set();
  assert(await within(HANG, other));
  assertEquals(await event.wait({ signal: controller.signal }).catch((error) => error), reason);
  await assertRejects(() => event.wait({ timeout: "1" as never }), TypeError);
  assertThrows(() => event.waitSync({ timeout: "1" as never }), TypeError);
});

Deno.test("two events pass a baton between processes without losing it", async () => {
  const ping = new Event(), pong = new Event();
  const other = launch(tasks.answerEvents, ping, pong, 2000);
  for (let i = 0; i < 2000; i++) {
    ping.set();
    if (i % 50 === 0) assert(await within(HANG, pong.wait()));
    else assert(pong.waitSync({ timeout: HANG }), `lost at ${i}`);
    pong.clear();
  }
  await within(HANG, other.join());
});
