/** What the processes of `queue_bench.ts` run. */
import type { Connection, Queue, SimpleQueue } from "@lanes/lanes";

/** Rounds of each measurement: the best counts. */
export const ROUNDS = 5;

type AnyQueue = Queue<number> | SimpleQueue<number>;

/** Puts `count` numbers. */
export function putLoop(queue: AnyQueue, count: number): void {
  for (let i = 0; i < count; i++) queue.putSync(i);
}

/** Gets `count` numbers, `ROUNDS` times: milliseconds of the fastest round, from its first number to its last. */
export function getLoop(queue: AnyQueue, count: number): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    queue.getSync();
    const start = performance.now();
    for (let i = 1; i < count; i++) queue.getSync();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Answers what it gets. */
export function answerLoop(questions: AnyQueue, answers: AnyQueue, count: number): void {
  for (let i = 0; i < count; i++) answers.putSync(questions.getSync());
}

/** Sends back what it receives. */
export function echoLoop(connection: Connection<number>, count: number): void {
  for (let i = 0; i < count; i++) connection.sendSync(connection.recvSync());
}

/** Microseconds of `count` round trips, sorted. `pause` in milliseconds before each makes the other side fall asleep. */
export function askLoop(ask: () => void, count: number, pause = 0): number[] {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    if (pause > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    const start = performance.now();
    ask();
    times.push((performance.now() - start) * 1000);
  }
  return times.sort((a, b) => a - b);
}
