import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Barrier, Event, Process, Queue } from "@lanes/lanes";
import { decode, encode } from "../../lib/channel/codec.ts";
import { pause, until, within } from "../fixtures/harness.ts";
import { at, cellsOf, HANG, killed, launch } from "../fixtures/sync_run.ts";
import { holdAt, type How, type Outcome, type Primitive, waitAt, waitElsewhere } from "../fixtures/sync_waits.ts";

/**
 * What every primitive must do: wait and be woken in one thread and across processes, blocking and not, wherever it was
 * nested when it travelled; honour timeouts and signals; outlive holders and waiters that die.
 */

/** A primitive at which whoever comes has to wait. */
export interface Blocked {
  readonly primitive: Primitive;
  /** Lets one of those who wait go on. */
  open(): void | Promise<void>;
  /** Ends what holds it up. */
  close?(): Promise<void>;
}

/** How the suite gets at one kind of primitive. */
export interface PrimitiveKind {
  readonly name: string;
  /** A new one at which waits wait. */
  blocked(): Blocked | Promise<Blocked>;
  /** A new one that nobody holds. */
  free(): Primitive;
  /** What the others' waits come to when a holder, or another waiter, is killed. */
  readonly afterDeath: Outcome;
}

const HOWS: readonly How[] = ["sync", "async"];

/** Runs the suite over a kind of primitive. */
export function primitiveContract(kind: PrimitiveKind): void {
  const { name } = kind;

  Deno.test(`${name}: a wait goes on when it may, in the same thread`, async () => {
    const { primitive, open, close } = await kind.blocked();
    let done = false;
    const waiting = waitAt(primitive, "async").then((outcome) => {
      done = true;
      return outcome;
    });
    await pause(20);
    assertEquals(done, false);
    await open();
    assertEquals(await within(HANG, waiting), "done");
    await close?.();
  });

  Deno.test(`${name}: a wait goes on in another process, blocking and not`, async () => {
    for (const how of HOWS) {
      const { primitive, open, close } = await kind.blocked();
      const cells = cellsOf();
      const other = launch(waitElsewhere, new Map([["here", [{ primitive }]]]), cells, how);
      await at(cells, 1);
      await pause(20);
      assertEquals(Atomics.load(cells, 2), 0);
      await open();
      assertEquals(await within(HANG, other.result), [primitive.constructor.name, "done"]);
      await close?.();
    }
  });

  Deno.test(`${name}: it travels in objects, arrays, Maps and Sets, and in queues, as a live object of its class`, async () => {
    const primitive = kind.free();
    const sent = { deep: [new Map([["key", new Set([{ primitive }])]])], again: primitive };
    const { deep, again } = decode(encode(sent)) as typeof sent;
    const [inner] = [...deep[0]!.get("key")!];
    assertInstanceOf(inner!.primitive, primitive.constructor as new () => Primitive);
    assertEquals(inner!.primitive, again);
    assert(again !== primitive);
    const queue = new Queue<{ primitive: Primitive }>();
    await queue.put({ primitive });
    const { primitive: queued } = await within(HANG, queue.get());
    assertInstanceOf(queued, primitive.constructor as new () => Primitive);
  });

  Deno.test(`${name}: a closure takes it along`, async () => {
    const { primitive, open, close } = await kind.blocked();
    const arrived = new Event();
    const other = new Process({
      target: async () => {
        arrived.set();
        return await waitAt(primitive, "sync");
      },
    });
    other.start();
    assert(await arrived.wait({ timeout: HANG }));
    await pause(20);
    await open();
    assertEquals(await within(HANG, other.result), "done");
    await close?.();
  });

  Deno.test(`${name}: a wait ends at its timeout, and at once when that is 0 or negative`, async () => {
    for (const how of HOWS) {
      for (const timeout of [0, -3, 30]) {
        const { primitive, close } = await kind.blocked();
        const start = performance.now();
        assertEquals(await within(HANG, waitAt(primitive, how, { timeout })), "timeout");
        assert(performance.now() - start >= timeout - 2);
        await close?.();
      }
    }
  });

  Deno.test(`${name}: an aborted wait rejects with the signal's reason and is as if it had not been`, async () => {
    const { primitive, open, close } = await kind.blocked();
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    assertEquals(await waitAt(primitive, "async", { signal: aborted }).catch((error) => error), reason);
    const controller = new AbortController();
    const { signal } = controller;
    const given = waitAt(primitive, "async", { signal }).catch((error) => error);
    await pause(5);
    controller.abort(reason);
    assertEquals(await within(HANG, given), reason);
    const kept = waitAt(primitive, "async");
    await pause(5);
    await open();
    assertEquals(await within(HANG, kept), "done");
    await close?.();
    const free = kind.free();
    assertEquals(await waitAt(free, "async", { signal: aborted }).catch((error) => error), reason);
  });

  Deno.test(`${name}: a waiter that is killed does not take along what another waits for`, async () => {
    if (kind.afterDeath === "broken") return;
    for (const how of HOWS) {
      const { primitive, open, close } = await kind.blocked();
      const cells = cellsOf(), others = cellsOf();
      const victim = launch(waitElsewhere, new Map([["here", [{ primitive }]]]), cells, how);
      await at(cells, 1);
      await pause(20);
      const heir = launch(waitElsewhere, new Map([["here", [{ primitive }]]]), others, how);
      await at(others, 1);
      await pause(20);
      await killed(victim);
      await open();
      assertEquals(await within(HANG, heir.result), [primitive.constructor.name, "done"]);
      assertEquals(Atomics.load(cells, 2), 0);
      await close?.();
    }
  });

  Deno.test(`${name}: the death of a process that holds it, or waits at it, leaves nobody waiting`, async () => {
    if (kind.afterDeath === "done") return;
    for (const how of HOWS) {
      const primitive = kind.free();
      const cells = cellsOf(), others = cellsOf();
      const victim = launch(holdAt, primitive, cells);
      await at(cells, 1);
      if ("parties" in primitive) await until(() => (primitive as Barrier).nWaiting === 1, HANG);
      const heir = launch(waitElsewhere, new Map([["here", [{ primitive }]]]), others, how);
      await at(others, 1);
      if ("parties" in primitive) await until(() => (primitive as Barrier).nWaiting === 2, HANG);
      await pause(20);
      await killed(victim);
      assertEquals(await within(HANG, heir.result), [primitive.constructor.name, kind.afterDeath]);
    }
  });
}
