import { assert, assertEquals } from "@std/assert";
import { type BarStream, ProgressBar, ProgressMeter } from "../../lib/base/progress_bar.ts";

class Screen implements BarStream {
  text = "";
  readonly #terminal: boolean;

  constructor(terminal: boolean) {
    this.#terminal = terminal;
  }

  isTerminal(): boolean {
    return this.#terminal;
  }

  writeSync(bytes: Uint8Array): number {
    // One byte short of everything: a terminal may take a part only.
    const part = bytes.length > 1 ? bytes.subarray(0, bytes.length - 1) : bytes;
    this.#bytes.push(...part);
    this.text = new TextDecoder().decode(new Uint8Array(this.#bytes));
    return part.length;
  }
  readonly #bytes: number[] = [];
}

Deno.test("ProgressMeter.progress tells rate and time left", () => {
  let time = 0;
  const meter = new ProgressMeter({ total: 100, now: () => time });
  assertEquals(meter.progress, { done: 0, total: 100, failed: 0, elapsed: 0, rate: 0, eta: null });
  for (let i = 0; i < 50; i++) {
    time += 100;
    meter.advance(1, { failed: i === 7 ? 1 : 0 });
  }
  assertEquals(meter.progress, { done: 50, total: 100, failed: 1, elapsed: 5000, rate: 10, eta: 5000 });
});

Deno.test("ProgressMeter.progress follows a change of speed", () => {
  let time = 0;
  const meter = new ProgressMeter({ total: 10_000, now: () => time });
  for (let i = 0; i < 100; i++) {
    time += 100;
    meter.advance(10);
  }
  for (let i = 0; i < 300; i++) {
    time += 100;
    meter.advance(1);
  }
  const { rate } = meter.progress;
  assert(rate >= 10 && rate < 11, `${rate}`);
});

Deno.test("ProgressMeter.progress does not remember a slow start for long", () => {
  let time = 0;
  const meter = new ProgressMeter({ now: () => time });
  time = 200;
  meter.advance(1); // 5 a second
  for (let i = 0; i < 18; i++) {
    time += 100;
    meter.advance(10); // 100 a second
  }
  const { rate } = meter.progress;
  assert(rate > 85 && rate < 100, `${rate}`);
});

Deno.test("ProgressMeter.progress has no time left to tell without a total", () => {
  let time = 0;
  const meter = new ProgressMeter({ now: () => time });
  time = 1000;
  meter.advance(5);
  assertEquals(meter.progress, { done: 5, total: null, failed: 0, elapsed: 1000, rate: 5, eta: null });
  meter.total = 5;
  assertEquals(meter.progress.eta, 0);
});

Deno.test("ProgressBar.advance() redraws one line and close() ends it", () => {
  let time = 0;
  const screen = new Screen(true);
  const bar = new ProgressBar({ total: 4, label: "work", stream: screen, width: 41, interval: 100, now: () => time });
  for (let i = 0; i < 4; i++) {
    time += 60;
    bar.advance();
  }
  bar.close();
  bar.close();
  bar.advance();
  assertEquals(screen.text.split("\r").map((line) => line.replace("\x1b[K", "|")), [
    "",
    "work  25% │█▊     │ 1/4 0:00<0:00 16.7/s|",
    "work  75% │█████▎ │ 3/4 0:00<0:00 16.7/s|",
    "work 100% │███████│ 4/4 0:00<0:00 16.7/s|\n",
  ]);
});

Deno.test("ProgressBar.advance() writes nothing where the stream is no terminal, or before the delay", () => {
  let time = 0;
  const file = new Screen(false);
  const terminal = new Screen(true);
  {
    using toFile = new ProgressBar({ total: 2, stream: file, now: () => time });
    using short = new ProgressBar({ total: 2, stream: terminal, delay: 1000, now: () => time });
    for (const bar of [toFile, short]) {
      time += 400;
      bar.advance(1, { failed: 1 });
      assertEquals(bar.progress.failed, 1);
    }
  }
  assertEquals([file.text, terminal.text], ["", ""]);
});

Deno.test("ProgressBar.advance() survives a terminal that went away", () => {
  const stream: BarStream = {
    isTerminal: () => true,
    writeSync: () => {
      throw new Deno.errors.BrokenPipe("gone");
    },
  };
  using bar = new ProgressBar({ total: 2, stream, interval: 0 });
  bar.advance();
  bar.advance();
  assertEquals(bar.progress.done, 2);
});
