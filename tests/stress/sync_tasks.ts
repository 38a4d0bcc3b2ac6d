/** What the processes of `sync_stress.ts` do until the test says stop, or until they are killed. */
import type { Barrier, Condition, Event, Guard, Lock, RLock, Semaphore } from "@lanes/lanes";
import { alive, isDead, self } from "../../lib/memory/process_table.ts";
import { setChaos } from "../../lib/sync/chaos.ts";
import { Random } from "./seeded.ts";

/** Words that all processes of a scenario share. */
export const STOP = 0, INSIDE = 1, COUNTER = 2, ERRORS = 3, DONE = 4, ABANDONED = 5, HEAD = 6, TAIL = 7, ITEMS = 16;
/** How many items a scenario with items has. */
export const MOST_ITEMS = 20_000;

/** A process of a scenario. */
export interface Role {
  readonly seed: number;
  /** Pauses at the atomic steps. */
  readonly chaos: boolean;
}

/** Pauses at random atomic steps: mostly short, now and then long enough for others to run. */
function begin({ seed, chaos }: Role): Random {
  const random = new Random(seed);
  const pauses = new Random(seed ^ 0x5eed);
  const word = new Int32Array(new SharedArrayBuffer(4));
  if (chaos) {
    setChaos(() => {
      const dice = pauses.next();
      if (dice < 0.02) { for (let i = pauses.below(400); i > 0; i--) Atomics.pause(); }
      else if (dice < 0.022) Atomics.wait(word, 0, 0, pauses.next() * 0.3);
    });
  }
  return random;
}

function stopped(cells: Int32Array): boolean {
  return Atomics.load(cells, STOP) !== 0;
}

function dawdle(random: Random, most: number): void {
  for (let i = random.below(most); i > 0; i--) Atomics.pause();
}

/** Takes what keeps others out, in one of the ways there are. */
async function take(lock: Lock | RLock | Semaphore, random: Random): Promise<Guard | null> {
  const dice = random.below(8);
  if (dice === 0) return await lock.acquire();
  if (dice === 1) return await lock.acquire({ timeout: random.next() * 2 });
  if (dice === 2) return lock.acquireSync({ timeout: random.next() * 2 });
  if (dice === 3) {
    const controller = new AbortController();
    const waiting = lock.acquire({ signal: controller.signal }).catch(() => null);
    if (random.chance(0.5)) await Promise.resolve();
    controller.abort();
    return await waiting;
  }
  return lock.acquireSync();
}

/** Changes what the lock guards: nobody may be inside, but one that died there. */
export async function exclude(lock: Lock | RLock | Semaphore, cells: Int32Array, role: Role): Promise<number> {
  const random = begin(role);
  let done = 0;
  while (!stopped(cells)) {
    const guard = await take(lock, random);
    if (guard === null) continue;
    if (guard.abandoned) Atomics.add(cells, ABANDONED, 1);
    // One that was killed may still run for a moment, and then come in or leave as well: that is no error.
    const before = Atomics.exchange(cells, INSIDE, self());
    if (before !== 0 && alive(before) && !isDead()) Atomics.add(cells, ERRORS, 1);
    const counter = cells[COUNTER]!;
    dawdle(random, 60);
    if (isDead()) return done;
    cells[COUNTER] = counter + 1;
    Atomics.add(cells, DONE, 1);
    Atomics.compareExchange(cells, INSIDE, self(), 0);
    if (random.chance(0.5)) guard[Symbol.dispose]();
    else lock.release();
    done++;
    if (done % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return done;
}

/** Releases `count` units, with pauses. */
export function produceUnits(
  semaphore: Semaphore,
  cells: Int32Array,
  { count, ...role }: Role & { count: number },
): void {
  const random = begin(role);
  for (let i = 0; i < count; i++) {
    semaphore.release();
    dawdle(random, 100);
  }
  Atomics.add(cells, DONE, 1);
}

/** Takes units until told to stop; each is counted once it has it. */
export async function consumeUnits(semaphore: Semaphore, cells: Int32Array, role: Role): Promise<void> {
  const random = begin(role);
  while (!stopped(cells)) {
    const guard = random.chance(0.3) ? await semaphore.acquire({ timeout: 5 }) : semaphore.acquireSync({ timeout: 5 });
    if (guard !== null) Atomics.add(cells, COUNTER, 1);
  }
}

/** Answers sets of one event by sets of the other; gives how often. */
export async function answer(events: readonly [Event, Event], cells: Int32Array, role: Role): Promise<number> {
  const random = begin(role);
  const [mine, yours] = events;
  let done = 0;
  while (true) {
    const woken = random.chance(0.1) ? await mine.wait({ timeout: 5 }) : mine.waitSync({ timeout: 5 });
    if (stopped(cells)) return done;
    if (!woken) continue;
    mine.clear();
    done++;
    yours.set();
  }
}

/** Waits once in each round, whose number is in TAIL, for an event that is cleared as soon as it was set. */
export async function waitRounds(event: Event, cells: Int32Array, role: Role): Promise<void> {
  const random = begin(role);
  let last = 0;
  while (!stopped(cells)) {
    const round = Atomics.load(cells, TAIL);
    if (round === last) {
      Atomics.wait(cells, TAIL, round, 2);
      continue;
    }
    last = round;
    const waiting = random.chance(0.3) ? event.wait({ timeout: 20_000 }) : undefined;
    if (waiting !== undefined) Atomics.add(cells, HEAD, 1);
    const woken = waiting === undefined ? waitCounted(event, cells) : await waiting;
    if (!woken) Atomics.add(cells, ERRORS, 1);
    Atomics.add(cells, DONE, 1);
  }
}

/** Waits, counted in HEAD before: the test gives it the time to get there. */
function waitCounted(event: Event, cells: Int32Array): boolean {
  Atomics.add(cells, HEAD, 1);
  return event.waitSync({ timeout: 20_000 });
}

/** Puts numbers into the buffer that the condition guards. */
export async function putItems(
  condition: Condition,
  cells: Int32Array,
  { count, ...role }: Role & { count: number },
): Promise<void> {
  const random = begin(role);
  for (let i = 0; i < count; i++) {
    {
      using _held = random.chance(0.2) ? await condition.acquire() : condition.acquireSync();
      const tail = cells[TAIL]!;
      if (tail >= MOST_ITEMS) return;
      cells[TAIL] = tail + 1;
      if (random.chance(0.1)) condition.notifyAll();
      else condition.notify();
    }
    dawdle(random, 200);
  }
  Atomics.add(cells, DONE, 1);
}

/** Takes numbers from the buffer; marks each in its own word. */
export async function takeItems(condition: Condition, cells: Int32Array, role: Role): Promise<number> {
  const random = begin(role);
  let taken = 0;
  while (!stopped(cells)) {
    using _held = random.chance(0.2) ? await condition.acquire() : condition.acquireSync();
    const timeout = random.chance(0.3) ? random.next() * 3 : 50;
    if (cells[HEAD]! >= cells[TAIL]!) {
      if (random.chance(0.3)) await condition.wait({ timeout });
      else condition.waitSync({ timeout });
    }
    const head = cells[HEAD]!;
    if (head >= cells[TAIL]!) continue;
    // Marked first: one that dies here has at most marked an item that is taken a second time.
    Atomics.add(cells, ITEMS + head, 1);
    cells[HEAD] = head + 1;
    taken++;
  }
  return taken;
}

/** Passes the barrier until it breaks; the words from ITEMS on say how far each party is. */
export async function pass(
  barrier: Barrier,
  cells: Int32Array,
  { me, ...role }: Role & { me: number },
): Promise<string> {
  const random = begin(role);
  while (true) {
    const at = Atomics.add(cells, ITEMS + me, 1) + 1;
    try {
      if (random.chance(0.3)) await barrier.wait();
      else barrier.waitSync();
    } catch (error) {
      return (error as Error).name;
    }
    Atomics.add(cells, DONE, 1);
    for (let other = 0; other < barrier.parties; other++) {
      const seen = Atomics.load(cells, ITEMS + other);
      if (seen < at || seen > at + 1) Atomics.add(cells, ERRORS, 1);
    }
    if (random.chance(0.05)) dawdle(random, 2000);
  }
}
