/** Runs one fault in a program of its own and judges what came of it. */
import type { Outcome, Row } from "./rows.ts";

/** A row of the table. */
export interface Judged {
  name: string;
  isolation: "worker" | "process";
  outcome: Outcome;
  /** How the program ended: `by itself`, `hung`, or its exit code. */
  end: string;
  /** What is not as it has to be; empty where all is. */
  wrong: string[];
}

/** Milliseconds that a program may take before it counts as hanging. */
const LIMIT = 20_000;

async function read(stream: ReadableStream<Uint8Array>, see: (text: string) => void): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    text += part;
    see(text);
  }
  return text;
}

/** Runs the fault. */
export async function judge(row: Row, isolation: "worker" | "process" = "worker"): Promise<Judged> {
  const program = new URL("one.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, row.name, isolation],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, LIMIT);
  let signalled = 0;
  const stdout = read(child.stdout, (text) => {
    if (!row.signal || signalled || !text.includes("ready")) return;
    signalled = performance.now();
    child.kill(row.signal);
  });
  const stderr = read(child.stderr, () => {});
  const { code } = await child.status;
  clearTimeout(timer);
  const said = (await stdout).trim().split("\n").at(-1) ?? "";
  const ms = signalled ? performance.now() - signalled : 0;
  const outcome = said.startsWith("{")
    ? JSON.parse(said) as Outcome
    : { task: signalled ? "interrupted" : "none", others: "–", after: "–", ms };
  const end = hung ? "hung" : code === (row.code ?? 0) ? (row.signal ? `code ${code}` : "by itself") : `code ${code}`;
  const wrong = mistakes(row, outcome, hung ? "hung" : code);
  if (wrong.length) wrong.push(...(await stderr).trim().split("\n").slice(0, 12));
  return { name: row.name, isolation, outcome, end, wrong };
}

function mistakes(row: Row, outcome: Outcome, code: number | "hung"): string[] {
  const wrong: string[] = [];
  const others = row.expect.others ?? (row.signal ? "–" : "10 of 10");
  const after = row.expect.after ?? (row.signal ? /^–$/ : /^works$/);
  if (!row.expect.task.test(outcome.task)) wrong.push(`the task: ${outcome.task}, expected ${row.expect.task}`);
  if (outcome.others !== others) wrong.push(`the others: ${outcome.others}, expected ${others}`);
  if (!after.test(outcome.after)) wrong.push(`the pool: ${outcome.after}, expected ${after}`);
  if (code !== (row.code ?? 0)) wrong.push(`the end: ${code}, expected code ${row.code ?? 0}`);
  return wrong;
}
