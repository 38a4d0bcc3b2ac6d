/** What the processes of `shared_stress.ts` do until they are killed. */
import { type DictProxy, type ManagerClient, SharedArray, type SharedValue } from "@lanes/lanes";
import { Random } from "./seeded.ts";

/** Allocates, checks and frees shared arrays; counts what it has done. */
export function allocating(seed: number, operations: SharedValue<"i32">): never {
  const random = new Random(seed);
  const held: SharedArray<"u8">[] = [];
  const mark = 1 + random.below(255);
  for (;;) {
    operations.add(1);
    if (held.length < 50 && random.chance(0.55)) {
      const xs = new SharedArray("u8", random.chance(0.1) ? random.below(200_000) : random.below(400));
      if (xs.data.some((byte) => byte !== 0)) throw new Error("New memory is not zero");
      xs.data.fill(mark);
      if (random.chance(0.05)) xs.getLock().acquireSync();
      held.push(xs);
    } else if (held.length > 0) {
      const [xs] = held.splice(random.below(held.length), 1);
      if (xs!.data.some((byte) => byte !== mark)) throw new Error("Memory was changed by another");
      xs![Symbol.dispose]();
    }
  }
}

/** Uses a manager: nested objects, shared arrays as values, locks. */
export async function managing(
  seed: number,
  manager: ManagerClient,
  shared: { dict: DictProxy<string, unknown>; operations: SharedValue<"i32"> },
): Promise<never> {
  const random = new Random(seed);
  const { dict, operations } = shared;
  for (;;) {
    operations.add(1);
    const key = `${random.below(20)}`;
    const dice = random.next();
    if (dice < 0.3) await dict.set(key, random.below(1000));
    else if (dice < 0.5) {
      using list = await manager.list([seed]);
      await list.push(random.below(10));
      await dict.set(key, list);
    } else if (dice < 0.6) await dict.set(key, new SharedArray("f64", random.below(100)));
    else if (dice < 0.7) await dict.delete(key);
    else {
      const value = await dict.get(key);
      if (typeof value === "object" && value !== null && Symbol.dispose in value) {
        if ("push" in value) await (value as { push(item: number): Promise<number> }).push(1);
        (value as Disposable)[Symbol.dispose]();
      }
    }
  }
}
