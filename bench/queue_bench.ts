/**
 * Queues and pipes: alone, and between two processes that both block. The
 * figures between processes are printed as notes: numbers a second, the best of
 * several rounds, and round trips in microseconds.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the notes that bench/run.ts records
import { Pipe, Process, Queue, SimpleQueue } from "@lanes/lanes";
import { answerLoop, askLoop, echoLoop, getLoop, putLoop, ROUNDS } from "./queue_loops.ts";

function note(name: string, figures: Record<string, number>): void {
  console.log(`${name}: ${JSON.stringify(figures)}`);
}

async function throughput(name: string, queue: Queue<number> | SimpleQueue<number>): Promise<void> {
  const count = 400_000;
  const reader = new Process({ target: getLoop, args: [queue, count] });
  const writer = new Process({ target: putLoop, args: [queue, count * ROUNDS] });
  reader.start();
  writer.start();
  const best = await reader.result;
  await Promise.all([reader.join(), writer.join()]);
  note(`${name}, small integers from one process to another`, { perSecond: Math.round(count / best * 1000) });
}

function quantiles(times: readonly number[]): Record<string, number> {
  const at = (part: number): number => Number(times[Math.floor((times.length - 1) * part)]!.toFixed(2));
  return { minUs: at(0), p50Us: at(0.5), p99Us: at(0.99) };
}

async function queuePingPong(): Promise<void> {
  const [hot, cold] = [20_000, 300];
  const [questions, answers] = [new SimpleQueue<number>(), new SimpleQueue<number>()];
  const other = new Process({ target: answerLoop, args: [questions, answers, hot + cold] });
  other.start();
  function ask(): void {
    questions.putSync(1);
    answers.getSync();
  }
  note("Queue ping-pong, hot", quantiles(askLoop(ask, hot)));
  note("Queue ping-pong, cold", quantiles(askLoop(ask, cold, 3)));
  await other.join();
}

async function pipePingPong(): Promise<void> {
  const [hot, cold] = [20_000, 300];
  const [mine, theirs] = Pipe<number>();
  const other = new Process({ target: echoLoop, args: [theirs, hot + cold] });
  other.start();
  function ask(): void {
    mine.sendSync(1);
    mine.recvSync();
  }
  note("Pipe ping-pong, hot", quantiles(askLoop(ask, hot)));
  note("Pipe ping-pong, cold", quantiles(askLoop(ask, cold, 3)));
  await other.join();
}

await throughput("Queue", new Queue<number>());
await throughput("Queue of at most 1,000", new Queue<number>(1000));
await throughput("SimpleQueue", new SimpleQueue<number>());
await queuePingPong();
await pipePingPong();

const queue = new Queue<unknown>();
const [left, right] = Pipe<unknown>();
const record = { id: 7, name: "lane", value: 1.25, done: false };
const array = new Float64Array(1024);

Deno.bench("Queue put and get of an integer, in one thread", () => {
  queue.putNowait(1);
  queue.getNowait();
});
Deno.bench("Queue put and get of a small object", () => {
  queue.putNowait(record);
  queue.getNowait();
});
Deno.bench("Queue put and get of 8 KiB", () => {
  queue.putNowait(array);
  queue.getNowait();
});
Deno.bench("Connection send and recv of an integer", () => {
  left.sendSync(1);
  right.recvSync();
});
