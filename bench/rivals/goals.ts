/**
 * What Lanes' primitives are to reach beside CPython's, and whether they do.
 *
 * @module
 */
import { type Figures, ratio, readable } from "./report.ts";

/** One goal: at least so many times better. */
interface Goal {
  readonly name: string;
  /** The measure of Lanes, and where it is another one that of CPython. */
  readonly ours: string;
  readonly theirs?: string;
  readonly times: number;
}

const GOALS: readonly Goal[] = [
  { name: "Queue of small integers", ours: "Queue, small integers from one process to another /s", times: 5 },
  { name: "Queue ping-pong, hot", ours: "Queue ping-pong, hot p50 µs", times: 10 },
  { name: "Event ping-pong", ours: "Event ping-pong ns", times: 10 },
  { name: "Barrier of 2", ours: "Barrier of 2 ns", times: 10 },
  { name: "Lock, uncontended", ours: "Lock acquireSync and release ns", times: 1 },
  { name: "Lock, contended by 2", ours: "Lock acquire and release, 2 processes ns", times: 1 },
  {
    name: "SharedValue.add, not += under the lock",
    ours: "SharedValue.add i32 ns",
    theirs: "SharedValue += under its lock ns",
    times: 20,
  },
  {
    name: "the same, 2 processes",
    ours: "SharedValue.add, 2 processes ns",
    theirs: "SharedValue += under its lock, 2 processes ns",
    times: 20,
  },
  { name: "Manager dict set", ours: "Manager dict set ns", times: 2 },
  { name: "Manager dict get", ours: "Manager dict get ns", times: 2 },
];

/** Measures that a goal compares with another one of CPython's: what they are called in the figures, and there. */
export const OTHERS: readonly (readonly [ours: string, theirs: string])[] = GOALS.flatMap(({ ours, theirs }) =>
  theirs === undefined ? [] : [[ours, theirs] as const]
);

/** The figures that have goals, by the goals' names: for a chart. */
export function figuresOfGoals(figures: Figures): Figures {
  return new Map(GOALS.flatMap(({ name, ours }) => {
    const row = figures.get(ours);
    return row === undefined ? [] : [[`${name}, ${unitOf(ours)}`, row] as const];
  }));
}

function unitOf(measure: string): string {
  return measure.slice(measure.lastIndexOf(" ") + 1);
}

/** The goals, what was reached, and by how much, as a table in Markdown. */
export function goals(figures: Figures): string {
  const lines = ["| goal | Lanes | CPython | times better | at least | |", "|---|--:|--:|--:|--:|---|"];
  for (const { name, ours, times } of GOALS) {
    const row = figures.get(ours);
    const [first, other] = [row?.get("Lanes"), row?.get("CPython")];
    if (typeof first !== "number" || typeof other !== "number") continue;
    const reached = ratio(ours, first, other);
    const unit = unitOf(ours);
    lines.push(
      `| ${name} | ${readable(first)} ${unit} | ${readable(other)} ${unit} | ×${readable(reached)} | ×${times} | ${
        reached >= times ? "reached" : "**missed**"
      } |`,
    );
  }
  return lines.join("\n");
}
