import { assert, assertEquals } from "@std/assert";
import { type BarState, formatBytes, renderBar } from "../../lib/base/bar.ts";

const HALF: BarState = { label: "squares", done: 5, total: 10, failed: 0, elapsed: 2000, rate: 2.5, eta: 2000 };

Deno.test("renderBar() draws these lines", () => {
  const rows: [BarState, number, string][] = [
    [HALF, 72, "squares  50% │█████████████████▌                 │ 5/10 0:02<0:02 2.50/s"],
    [{ ...HALF, failed: 2 }, 72, "squares  50% │█████████████             │ 5/10 0:02<0:02 2.50/s 2 failed"],
    [{ ...HALF, done: 0, rate: 0, eta: null }, 50, "squares   0% │                         │ 0/10 0:02"],
    [{ ...HALF, done: 10, eta: 0 }, 50, "squares 100% │████████████│ 10/10 0:02<0:00 2.50/s"],
    [{ ...HALF, label: undefined }, 40, " 50% │█████▌     │ 5/10 0:02<0:02 2.50/s"],
    [{ ...HALF, total: null, eta: null }, 60, "squares 5 0:02 2.50/s"],
    [
      { ...HALF, unit: "bytes", done: 2 ** 30, total: 3 * 2 ** 30, rate: 1.5 * 2 ** 30 },
      72,
      "squares  33% │████████▎                │ 1 GiB/3 GiB 0:02<0:02 1.5 GiB/s",
    ],
    [
      { ...HALF, done: 123456, total: 250000, rate: 61728 },
      60,
      "squares  49% │██████▍      │ 123456/250000 0:02<0:02 61728/s",
    ],
    [{ ...HALF, total: 0, done: 0, rate: 0, eta: 0 }, 40, "squares 100% │███████████│ 0/0 0:02<0:00"],
    [
      { ...HALF, elapsed: 3_725_000, eta: 59_600 },
      60,
      "squares  50% │██████████          │ 5/10 1:02:05<1:00 2.50/s",
    ],
    [
      { ...HALF, done: 1_234_567, total: 20_000_000, rate: 2_500_000 },
      60,
      "squares   6% │▉              │ 1.23M/20.0M 0:02<0:02 2.50M/s",
    ],
  ];
  for (const [state, width, line] of rows) assertEquals(renderBar(state, width), line);
});

Deno.test("renderBar() never exceeds the width and leaves out the bar, then rate and times", () => {
  const state = { ...HALF, failed: 3, done: 99_999, total: 100_000 };
  for (let width = 0; width <= 200; width++) {
    const line = renderBar(state, width);
    assert([...line].length <= width, `${width}: ${line}`);
  }
  assertEquals(renderBar(state, 50), "squares  99% 99999/100000 0:02<0:02 3 failed");
  assertEquals(renderBar(state, 40), "squares  99% 99999/100000 3 failed");
  assertEquals(renderBar(state, 32), "squares  99% 99999/100000");
  assertEquals(renderBar(state, 14), "99%");
  assertEquals(renderBar(state, 2), "");
});

Deno.test("renderBar() shows 100% only when everything is done", () => {
  assert(renderBar({ ...HALF, done: 999_999, total: 1_000_000 }, 60).includes(" 99% "));
  assert(renderBar({ ...HALF, done: 12, total: 10 }, 60).includes("100% "));
});

Deno.test("renderBar() lets no control character of the label through", () => {
  const line = renderBar({ ...HALF, label: "a\nb\x1b[2Jc\r" }, 70);
  assert(line.startsWith("a b [2Jc  50%"), line);
});

Deno.test("formatBytes() uses binary units", () => {
  assertEquals([0, 1, 1023, 1024, 1536, 1048576, 2 ** 30, 5.5 * 2 ** 40].map(formatBytes), [
    "0 B",
    "1 B",
    "1023 B",
    "1 KiB",
    "1.5 KiB",
    "1 MiB",
    "1 GiB",
    "5.5 TiB",
  ]);
});
