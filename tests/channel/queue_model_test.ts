/** Random calls on queues and pipes against plain arrays, through several handles of the same object. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Connection, JoinableQueue, Pipe } from "@lanes/lanes/queues";
import { decode, encode } from "../../lib/channel/codec.ts";

/** What a call comes to: its value, or the name of its error. */
function outcomeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as Error).name;
  }
}

function copyOf<T>(object: T): T {
  return decode(encode(object)) as T;
}

class QueueModel {
  items: number[] = [];
  unfinished = 0;
  shut = false;
  dropped = false;

  constructor(readonly maxsize: number) {}

  put(item: number): unknown {
    if (this.shut) return "QueueShutDown";
    if (this.full()) return "QueueFull";
    this.items.push(item);
    this.unfinished++;
    return undefined;
  }

  get(): unknown {
    if (this.items.length > 0) return this.items.shift();
    return this.shut ? "QueueShutDown" : "QueueEmpty";
  }

  full(): boolean {
    return this.maxsize > 0 && this.items.length >= this.maxsize;
  }

  taskDone(): unknown {
    if (this.unfinished === 0) return "InvalidStateError";
    this.unfinished--;
    return undefined;
  }

  join(): unknown {
    return this.unfinished === 0 || this.dropped ? undefined : "TimeoutError";
  }

  shutdown(immediate: boolean): void {
    this.shut = true;
    if (!immediate) return;
    this.dropped = true;
    this.unfinished -= this.items.length;
    this.items = [];
  }
}

const queueCalls = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom("putNowait", "putSync") },
      { weight: 50, arbitrary: fc.constantFrom("getNowait", "getSync") },
      { weight: 30, arbitrary: fc.constantFrom("taskDone", "join", "counts", "copy") },
      { weight: 2, arbitrary: fc.constantFrom("shutdown", "shutdownNow") },
    ),
    fc.nat(2),
    fc.nat(300),
  ),
  { minLength: 1, maxLength: 200 },
);

Deno.test("Queue agrees with a model in 300 random runs, through any of its handles", () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 3, 20), queueCalls, (maxsize, calls) => {
      const first = new JoinableQueue<[number, string]>(maxsize, { capacity: 256 });
      const handles = [first, copyOf(first), copyOf(first)];
      const model = new QueueModel(maxsize);
      calls.forEach(([call, which, size], id) => {
        const queue = handles[which]!;
        const item: [number, string] = [id, "x".repeat(size)];
        switch (call) {
          case "putNowait":
            return assertEquals(outcomeOf(() => queue.putNowait(item)), model.put(id));
          case "putSync":
            return assertEquals(outcomeOf(() => queue.putSync(item, { timeout: 0 })), model.put(id));
          case "getNowait":
            return assertEquals(outcomeOf(() => queue.getNowait()[0]), model.get());
          case "getSync":
            return assertEquals(outcomeOf(() => queue.getSync({ timeout: 0 })[0]), model.get());
          case "taskDone":
            return assertEquals(outcomeOf(() => queue.taskDone()), model.taskDone());
          case "join":
            return assertEquals(outcomeOf(() => queue.joinSync({ timeout: 0 })), model.join());
          case "counts":
            return assertEquals(
              [queue.qsize(), queue.empty(), queue.full()],
              [model.items.length, model.items.length === 0, model.full()],
            );
          case "copy":
            handles[which] = copyOf(handles[(which + 1) % 3]!);
            return;
          default:
            queue.shutdown({ immediate: call === "shutdownNow" });
            return model.shutdown(call === "shutdownNow");
        }
      });
    }),
    { numRuns: 300, seed: 11 },
  );
});

/** Each end of the model: what is on its way to it, its size, and how many copies are open. */
interface ModelEnd {
  inbox: [number, number][];
  copies: number;
}

const pipeCalls = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom("send", "recv") },
      { weight: 10, arbitrary: fc.constantFrom("poll", "copy") },
      { weight: 2, arbitrary: fc.constant("close") },
    ),
    fc.constantFrom(0, 1),
    fc.nat(1),
    fc.constantFrom(0, 5, 200, 9000, 70_000),
  ),
  { minLength: 1, maxLength: 120 },
);

Deno.test("Pipe agrees with a model in 300 random runs, through any copies of its ends", () => {
  fc.assert(
    fc.property(pipeCalls, (calls) => {
      const ends = Pipe<unknown>();
      const copies: Connection[][] = [[ends[0], copyOf(ends[0])], [ends[1], copyOf(ends[1])]];
      const model: ModelEnd[] = [{ inbox: [], copies: 2 }, { inbox: [], copies: 2 }];
      calls.forEach(([call, end, which, size], id) => {
        const connection = copies[end]![which]!;
        const [mine, other] = [model[end]!, model[1 - end]!];
        switch (call) {
          case "send": {
            const used = other.inbox.reduce((sum, [, bytes]) => sum + bytes, 0);
            const bytes = 8 + Math.ceil((size + 4) / 8) * 8;
            const expected = connection.closed || other.copies === 0
              ? "ClosedError"
              : used > 0 && used + bytes > 65536
              ? "TimeoutError"
              : undefined;
            const message = new Uint8Array(size + 4);
            new DataView(message.buffer).setUint32(0, id);
            assertEquals(outcomeOf(() => connection.sendBytesSync(message, 0, size + 4, { timeout: 0 })), expected);
            if (expected === undefined) other.inbox.push([id, bytes]);
            return;
          }
          case "recv": {
            const expected = connection.closed
              ? "ClosedError"
              : mine.inbox.shift()?.[0] ?? (other.copies === 0 ? "EOFError" : "TimeoutError");
            const receive = () => new DataView(connection.recvBytesSync(undefined, { timeout: 0 }).buffer).getUint32(0);
            return assertEquals(outcomeOf(receive), expected);
          }
          case "poll": {
            const expected = connection.closed ? "ClosedError" : mine.inbox.length > 0 || other.copies === 0;
            return assertEquals(outcomeOf(() => connection.pollSync()), expected);
          }
          case "copy":
            if (copies[end]![1 - which]!.closed) return;
            if (!connection.closed) mine.copies--;
            connection.close();
            copies[end]![which] = copyOf(copies[end]![1 - which]!);
            mine.copies++;
            return;
          default:
            if (!connection.closed) mine.copies--;
            return connection.close();
        }
      });
      for (const connection of copies.flat()) connection.close();
    }),
    { numRuns: 300, seed: 12 },
  );
});
