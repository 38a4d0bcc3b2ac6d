import { Handle } from "../memory/handle.ts";
import { BlockKind, CHANNEL_BYTES, PIPE_BYTES } from "../memory/layout.ts";
import { wordsAt } from "../memory/memory.ts";
import { initializeChannel } from "./_channel.ts";
import { Ends } from "./_ends.ts";
import { Connection } from "./connection.ts";

/** How much is sent before `send` waits; a single message may be larger. */
const PIPE_CAPACITY = 1 << 16;
const LIMITS = { maxItems: 0, maxBytes: PIPE_CAPACITY, ringBytes: PIPE_CAPACITY >> 3 };

/**
 * A pipe's two ends. By default both send and receive; with `duplex` false the
 * first only receives and the second only sends. A pipe holds 64 KiB in each
 * direction, or one larger message, before `send` waits.
 *
 * @example
 * ```ts
 * import { Pipe } from "@lanes/lanes/queues";
 * import { assertEquals } from "@std/assert";
 *
 * const [reader, writer] = Pipe<number[]>(false);
 * await writer.send([1, 2, 3]);
 * writer.close();
 * assertEquals(await reader.recv(), [1, 2, 3]);
 * assertEquals(await reader.poll(), true); // the end of file
 * ```
 */
export function Pipe<T = unknown>(duplex: boolean = true): [Connection<T>, Connection<T>] {
  const main = Handle.create(PIPE_BYTES, BlockKind.Pipe, (offset) => {
    initializeChannel(offset, LIMITS);
    const ends = new Ends(wordsAt(offset, PIPE_BYTES / 4));
    ends.add(0);
    ends.add(1);
  });
  const back = duplex
    ? Handle.create(CHANNEL_BYTES, BlockKind.Pipe, (offset) => initializeChannel(offset, LIMITS))
    : null;
  return [
    new Connection<T>({ main, back, end: 0 }),
    new Connection<T>({ main: again(main), back: back === null ? null : again(back), end: 1 }),
  ];
}

/** A second hold on the same block, for the second end. */
function again({ offset, generation }: Handle): Handle {
  return Handle.join([offset, generation])!;
}
