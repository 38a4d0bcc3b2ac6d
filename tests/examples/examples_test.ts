import { assert, assertEquals, assertMatch } from "@std/assert";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** What each example must print, line by line; `anyOrder` lines come first, in any order. */
const EXPECTED: Record<string, { lines: (string | RegExp)[]; anyOrder?: number }> = {
  "notebook/q3.ts": { lines: ["Worker process", "Main process"] },
  "notebook/q5.ts": { lines: ["Result: [ 1, 4, 9, 16, 25 ]"] },
  "notebook/q6.ts": {
    lines: ["Process 1: 1", "Process 2: 2", "Process 3: 3", "Process 4: 4", "Main process"],
    anyOrder: 4,
  },
  "black_scholes.ts": {
    lines: [
      "      spot       call        put",
      "     50.00     0.0024    45.1253",
      "     60.00     0.0544    35.1774",
      "     70.00     0.4414    25.5644",
      "     80.00     1.8594    16.9824",
      "     90.00     5.0912    10.2142",
      "    100.00    10.4506     5.5735",
      "    110.00    17.6630     2.7859",
      "    120.00    26.1690     1.2920",
      "    130.00    35.4403     0.5632",
      "    140.00    45.1106     0.2336",
      "    150.00    54.9701     0.0931",
      /^1000000 options: at most \de-1[345] from put-call parity$/,
    ],
  },
  "closures.ts": { lines: ["[ 11, 21, 31 ]"] },
  "counter.ts": { lines: ["With a lock: 2000", "Atomically: 2000"] },
  "errors.ts": {
    lines: [
      'ParseError: Cannot parse "1,2,3" at line 7 because RangeError: Too long',
      "A worker died with exit code 7",
      "The pool goes on: [ 2, 4, 6 ]",
    ],
  },
  "mandelbrot.ts": {
    lines: [
      ".............::::::::::::::::::::::::::----------=+=-=-----:::::::::::::",
      "............::::::::::::::::::::::::------------===*==--------::::::::::",
      "...........:::::::::::::::::::::::-------------=+=*#+==--------:::::::::",
      "..........:::::::::::::::::::::--------------===*####@==---------:::::::",
      ".........::::::::::::::::::::----------=========*####*====----=---::::::",
      "........:::::::::::::::::::-----------=+*%%++###########%*====+=---:::::",
      "........::::::::::::::::-------------===+##################*##+=----::::",
      ".......:::::::::::::---------------==+%*#####################+==----::::",
      ".......:::::::---------======+=======*########################+%%=---:::",
      ".......:::------------===+*+++**====*##########################+=-----::",
      "......::-------------===++%######@++############################+-----::",
      "......:-----------==+==+*##########*###########################+------::",
      "......----==========+#########################################==------::",
      "......----==========+#########################################==------::",
      "......:-----------==+==+*##########*###########################+------::",
      "......::-------------===++%######@++############################+-----::",
      ".......:::------------===+*+++**====*##########################+=-----::",
      ".......:::::::---------======+=======*########################+%%=---:::",
      ".......:::::::::::::---------------==+%*#####################+==----::::",
      "........::::::::::::::::-------------===+##################*##+=----::::",
      "........:::::::::::::::::::-----------=+*%%++###########%*====+=---:::::",
      ".........::::::::::::::::::::----------=========*####*====----=---::::::",
      "..........:::::::::::::::::::::--------------===*####@==---------:::::::",
      "...........:::::::::::::::::::::::-------------=+=*#+==--------:::::::::",
      "............::::::::::::::::::::::::------------===*==--------::::::::::",
      ".............::::::::::::::::::::::::::----------=+=-=-----:::::::::::::",
    ],
  },
  "own_kernel/main.ts": { lines: ["0 0 6 24 60"] },
  "pi.ts": {
    lines: [
      "     points   estimate       error   in standard deviations",
      "       1000  3.2200000   0.0784073     1.51",
      "      10000  3.1372000  -0.0043927    -0.27",
      "     100000  3.1424000   0.0008073     0.16",
      "    1000000  3.1395760  -0.0020167    -1.23",
      "   10000000  3.1419636   0.0003709     0.71",
    ],
  },
  "queue.ts": { lines: ["bread 3", "cheese 12"] },
  "shared_array.ts": {
    lines: ["[", "  0, 0, 1, 1,", "  2, 2, 3, 3", "]"],
  },
  "square_array.ts": {
    lines: ["Same on one thread and on all workers: true", "Sum of squares: 3.333328333e+17"],
  },
  "stream.ts": { lines: ["[ 1000000007, 1000000009, 1000000021 ]"] },
  "timeouts.ts": { lines: ["Stopped: true", "Aborted: TimeoutError", "Still working: [ 2, 4, 6 ]"] },
  "demo.ts": {
    lines: [
      "--- notebook/q3.ts",
      "Worker process",
      "Main process",
      "--- notebook/q5.ts",
      "Result: [ 1, 4, 9, 16, 25 ]",
      "--- notebook/q6.ts",
      /^Process \d: \d$/,
      /^Process \d: \d$/,
      /^Process \d: \d$/,
      /^Process \d: \d$/,
      "Main process",
      "--- square a .npy file of 16777216 float64",
      /^Squared .*in\.npy into .*out\.npy$/,
      /^ {2}16777216 elements of f64, shape \(16777216,\), 128 MiB, 2 blocks, \d+ workers?$/,
      /^ {2}whole job +[\d.]+ m?s +[<\d.]+ GB\/s/,
      /^ {2}kernel, \d+ workers? +[\d.]+ ms +[<\d.]+ GB\/s/,
      /^ {2}plain JavaScript loop +[\d.]+ ms +[<\d.]+ GB\/s/,
      /^ {2}kernel against loop: [\d.]+ times as fast$/,
      "Checked 16777216 elements: all right",
    ],
  },
};

/** What the build of an example's crate leaves behind. */
const BUILT: readonly string[] = ["pkg", "target"];

/** The files below `folder` that are examples. */
function examples(folder = ""): string[] {
  const entries = [...Deno.readDirSync(new URL(folder, EXAMPLES))].filter(({ name }) => !BUILT.includes(name));
  return entries.flatMap(({ name, isDirectory }) =>
    isDirectory ? examples(`${folder}${name}/`) : name.endsWith(".ts") ? [folder + name] : []
  );
}

async function run(path: string): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL(path, EXAMPLES).href],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("every example prints what it should", async (t) => {
  for (const path of examples()) {
    await t.step(path, async () => {
      const expected = EXPECTED[path];
      assert(expected !== undefined, `examples/${path} has no expected output here`);
      const { lines, anyOrder = 0 } = expected;
      const printed = await run(path);
      const actual = [...printed.slice(0, anyOrder).sort(), ...printed.slice(anyOrder)];
      assertEquals(actual.length, lines.length, printed.join("\n"));
      lines.forEach((line, i) =>
        typeof line === "string" ? assertEquals(actual[i], line) : assertMatch(actual[i]!, line)
      );
    });
  }
});

Deno.test("every expected output has its example", () => {
  assertEquals(Object.keys(EXPECTED).sort(), examples().sort());
});
