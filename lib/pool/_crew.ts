import { perRealm } from "../base/realm.ts";
import { bell } from "../worker/bell.ts";
import { identity } from "../worker/info.ts";
import { TERMINATED } from "../worker/protocol.ts";
import { Latch } from "../worker/waiter.ts";
import { Member, type MemberEvents } from "./_member.ts";
import type { PoolStats, Settings } from "./options.ts";
import type { Task } from "./task.ts";

/** The workers of a pool: started as they are wanted, replaced when they die or have done their share. */
export class Crew {
  readonly #settings: Settings;
  readonly #events: MemberEvents;
  readonly #members: Member[] = [];
  readonly #leaving = new Set<Member>();
  readonly #gone = new Latch();
  #started = 0;
  #replaced = 0;
  #closed = false;

  /** A crew without workers. */
  constructor(settings: Settings, events: MemberEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /** The workers that may be given tasks. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Whether another worker may be started. */
  get hasVacancy(): boolean {
    return !this.#closed && this.#members.length < this.#settings.processes;
  }

  /** Resolves when the crew is closed and all its workers have ended. */
  get gone(): Promise<void> {
    return this.#awaitGone();
  }

  /** Whoever waits for the end of the workers keeps the program alive until then. */
  async #awaitGone(): Promise<void> {
    bell().hold();
    await this.#gone.wait();
    bell().release();
  }

  /** What is known of the workers. */
  stats(): Pick<PoolStats, "workers" | "restarts" | "zombies"> {
    return {
      workers: this.#members.map((member) => member.stats()),
      restarts: this.#replaced,
      zombies: this.#leaving.size,
    };
  }

  /** Starts a worker. */
  start(): Member {
    const { name, isolation, maxHeapSize, permissions } = this.#settings;
    if (this.#started >= this.#settings.processes) this.#replaced++;
    this.#started++;
    const number = perRealm("pool workers", () => ({ count: 0 }));
    const prefix = identity().path === "" ? "" : `${identity().path}:`;
    const path = `${prefix}w${++number.count}`;
    const options = { name: `${name}-${number.count}`, path, isolation, maxHeapSize, permissions };
    const member = new Member(options, {
      ...this.#events,
      onEnd: (member, exitCode, left) => {
        this.#forget(member);
        this.#events.onEnd(member, exitCode, left);
      },
    });
    this.#members.push(member);
    return member;
  }

  /** Lets a worker end once it has done what it has; another may take its place at once. */
  retire(member: Member): void {
    if (member.retiring) return;
    this.#leave(member);
    member.stop();
  }

  /** Lets every worker end once it has done what it has. */
  retireAll(): void {
    for (const member of [...this.#members]) this.retire(member);
  }

  /** Ends a worker at once. */
  kill(member: Member): void {
    this.#leave(member);
    member.kill(TERMINATED);
  }

  /** Ends the worker that has a task at once. */
  killHolder(task: Task): void {
    for (const member of [...this.#members, ...this.#leaving]) if (member === task.member) this.kill(member);
  }

  /** Ends every worker at once. */
  killAll(): void {
    for (const member of [...this.#members, ...this.#leaving]) this.kill(member);
  }

  /** No worker will be started any more. */
  close(): void {
    this.#closed = true;
    this.#check();
  }

  #leave(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    this.#leaving.add(member);
  }

  #forget(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    this.#leaving.delete(member);
    this.#check();
  }

  #check(): void {
    if (this.#closed && this.#members.length === 0 && this.#leaving.size === 0) this.#gone.open();
  }
}
