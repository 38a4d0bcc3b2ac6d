/** Clients that are killed at one exact step of a call. */
import { assertEquals } from "@std/assert";
import { Manager, type ManagerClient } from "../../lib/manager/mod.ts";
import { Event } from "../../lib/sync/mod.ts";
import { Process } from "../../lib/worker/mod.ts";
import { pause, until } from "../fixtures/harness.ts";
import { askForMore, Blocker, makeLater, setMany } from "../fixtures/managed.ts";

for (const known of [true, false]) {
  const who = known ? "a client" : "a client that it does not know yet";
  Deno.test(`Manager does what ${who} had asked for when it was killed before what is asked after its join`, async () => {
    await using manager = new Manager().register("Blocker", Blocker);
    await manager.start();
    const blocker = await manager.Blocker();
    const dict = await manager.dict<number, unknown>();
    const [ready, goOn, written, entered, leave] = Array.from({ length: 5 }, () => new Event());
    const process = new Process({
      target: setMany,
      args: [manager as ManagerClient, { dict, known, ready: ready!, goOn: goOn!, written: written! }],
    });
    process.start();
    process.result.catch(() => {});
    await ready!.wait();
    const blocked = blocker.block(entered!, leave!);
    await entered!.wait();
    goOn!.set();
    await written!.wait();
    process.kill();
    await process.join();
    // In the server's order of clients this one comes first.
    const cleared = dict.clear();
    leave!.set();
    await Promise.all([blocked, cleared]);
    assertEquals(await dict.size(), 0);
    await until(async () => await manager.numberOfObjects() === 2, 5000);
  });
}

Deno.test("Manager keeps no object whose client was killed before the object was made", async () => {
  await using manager = new Manager().register("makeLater", makeLater);
  await manager.start();
  const [asked, goOn, made] = [new Event(), new Event(), new Event()];
  const process = new Process({ target: askForMore, args: [manager as never, { asked, goOn, made }] });
  process.start();
  process.result.catch(() => {});
  await asked.wait();
  process.kill();
  await process.join();
  // Until the server has given the client's memory back.
  await pause(300);
  assertEquals(await manager.numberOfObjects(), 0);
  goOn.set();
  await made.wait();
  await until(async () => await manager.numberOfObjects() === 0, 5000);
});
