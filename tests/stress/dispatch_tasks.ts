/** What the workers of `dispatch_stress.ts` run. Each task counts its starts in the word of its number. */
import { setChaos } from "../../lib/sync/chaos.ts";
import { Random } from "./seeded.ts";

/** What a task is told. */
export interface Work {
  readonly number: number;
  /** A word for each task: how often it was started. */
  readonly starts: Int32Array;
  /** Bytes of the result. */
  readonly size: number;
  /** Milliseconds until the result is there; 0: at once. */
  readonly ms: number;
}

/** Pauses at the atomic steps of this thread: mostly short, now and then long enough for others to run. */
export function shake(seed: number): void {
  const random = new Random(seed);
  const word = new Int32Array(new SharedArrayBuffer(4));
  setChaos(() => {
    const dice = random.next();
    if (dice < 0.03) { for (let i = random.below(400); i > 0; i--) Atomics.pause(); }
    else if (dice < 0.036) Atomics.wait(word, 0, 0, random.next() * 0.4);
  });
}

/** Bytes that nobody takes for another task's. */
export function bodyOf(number: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size).fill(number * 7 + size);
  if (size >= 8) new DataView(bytes.buffer).setFloat64(size - 8, number);
  return bytes;
}

/** Whether these are those bytes, all of them. */
export function isBody(bytes: Uint8Array, number: number, size: number): boolean {
  if (!(bytes instanceof Uint8Array) || bytes.length !== size) return false;
  const expected = bodyOf(number, size);
  return expected.every((byte, i) => byte === bytes[i]);
}

function start({ number, starts }: Work): number {
  return Atomics.add(starts, number, 1) + 1;
}

/** Gives its number and a body, if the one that it was sent is whole. */
export function answer(work: Work, body: Uint8Array): [number, Uint8Array] {
  start(work);
  return answerTo(work, body);
}

function answerTo({ number, size }: Work, body: Uint8Array): [number, Uint8Array] {
  return [isBody(body, number, body.length) ? number : -1, bodyOf(number, size)];
}

/** As `answer`, later. */
export async function answerLater(work: Work, body: Uint8Array): Promise<[number, Uint8Array]> {
  start(work);
  await new Promise((resolve) => setTimeout(resolve, work.ms));
  return answerTo(work, body);
}

/** As `answer`, of arguments that are plain. */
export function plain(number: number, text: string): string {
  return `${number}:${text}`;
}

/** Fails. */
export function refuse(work: Work, body: Uint8Array): never {
  start(work);
  throw Object.assign(new RangeError(`refused ${work.number}`), { body });
}

/** Ends its worker the first time, answers from then on. */
export function dieOnce(work: Work, body: Uint8Array): [number, Uint8Array] {
  if (start(work) === 1) Deno.exit(3);
  return answerTo(work, body);
}

/** Ends its worker each time. */
export function die(work: Work): never {
  start(work);
  Deno.exit(4);
}

/** Answers, and ends its worker a moment later, whatever that does by then. */
export function dieAfterwards(work: Work, body: Uint8Array): [number, Uint8Array] {
  start(work);
  setTimeout(() => Deno.exit(5), work.ms);
  return answerTo(work, body);
}

/** Never ends. */
export function spin(work: Work): never {
  start(work);
  while (true);
}

/** Never ends, and does nothing. */
export async function wait(work: Work): Promise<never> {
  start(work);
  return await new Promise(() => {});
}
