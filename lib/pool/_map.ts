import { discard, encode, type Packet } from "../channel/codec.ts";
import type { Order } from "../worker/protocol.ts";
import { chunks, chunkSize } from "./_chunks.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { Job, type JobOptions } from "./_job.ts";
import type { MapOptions } from "./options.ts";
import { Reporter } from "./_reporter.ts";
import { AsyncResult } from "./result.ts";
import type { KnownFunction } from "./task.ts";

/** What is to be called with each of many items. */
export interface MapWork {
  /** How an item is passed. */
  readonly order: Order;
  /** The function. */
  readonly fn: KnownFunction;
  /** The items: an array, or a typed array, which crosses in bulk. */
  readonly items: ArrayLike<unknown> & { slice(begin: number, end: number): unknown };
  /** How many workers the pool has. */
  readonly workers: number;
  /** Whether shared objects can travel to the workers. */
  readonly shared: boolean;
}

/** Submits a map; its result is the array of the results, in order. */
export function mapJob<R>(
  dispatcher: Dispatcher,
  work: MapWork,
  options: MapOptions & JobOptions<R[]>,
): AsyncResult<R[]> {
  const { items } = work;
  const size = chunkSize(items.length, work.workers, options.chunksize);
  // Everything is encoded before anything is submitted: what cannot travel fails the call and starts nothing.
  const packets = encoded(dispatcher, { work, size, transfer: options.transfer ?? [] });
  return new AsyncResult<R[]>((settle) => {
    const job = new Job<R[]>(dispatcher, settle, options);
    const results = new Array<R>(items.length);
    const reporter = new Reporter(options.progress, items.length);
    let left = packets.length;
    if (left === 0) job.succeed([]);
    packets.forEach(({ packet, start, length }, index) => {
      job.submit({
        order: work.order,
        fn: work.fn,
        payload: packet,
        index,
        timeout: options.timeout,
        transfer: options.transfer,
        events: {
          value: (value) => {
            const part = value as ArrayLike<R>;
            for (let i = 0; i < part.length; i++) results[start + i] = part[i]!;
            report(job, () => reporter.advance(length, 0));
            if (--left > 0) return;
            reporter.close();
            job.succeed(results);
          },
          error: (error) => {
            report(job, () => reporter.advance(length, length));
            reporter.close();
            job.fail(error);
          },
        },
      });
    });
    return job;
  });
}

/** A chunk of the items, as it travels. */
interface Chunk {
  readonly start: number;
  readonly length: number;
  readonly packet: Packet;
}

/** All chunks; when one cannot travel, nothing is kept of the others. */
function encoded(
  dispatcher: Dispatcher,
  { work, size, transfer }: { work: MapWork; size: number; transfer: readonly unknown[] },
): Chunk[] {
  const { items, shared, workers } = work;
  const packets: Chunk[] = [];
  try {
    for (const { chunk, start } of chunks(items as never, size)) {
      // The others wait as well, behind these.
      const blocks = dispatcher.blocks && packets.length < workers * 2;
      const packet = encode(chunk, { where: "items", shared, transfer, blocks });
      packets.push({ start, length: (chunk as ArrayLike<unknown>).length, packet });
    }
    return packets;
  } catch (error) {
    for (const { packet } of packets) discard(packet);
    throw error;
  }
}

/** A progress function that throws fails its own job only. */
function report(job: { fail(error: unknown): void }, tell: () => void): void {
  try {
    tell();
  } catch (error) {
    job.fail(error);
  }
}
