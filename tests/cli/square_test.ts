import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { formatNpyHeader, main, type NpyHeader, squareFile } from "../../lib/cli/main.ts";

const FIXTURES = new URL("../fixtures/cli/", import.meta.url).pathname;
const MAIN = new URL("../../lib/cli/main.ts", import.meta.url).pathname;
const GOOD = [...Deno.readDirSync(FIXTURES)].map((entry) => entry.name)
  .filter((name) => name.endsWith(".squared.npy")).map((name) => name.replace(".squared.npy", "")).sort();

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `lanes square` as a program of its own. */
async function lanes(args: string[], options: Deno.CommandOptions = {}): Promise<Outcome> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write", MAIN, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("squareFile() writes the bytes that NumPy writes, in one block and in many", async (t) => {
  assert(GOOD.length >= 12, "fixtures are missing");
  for (const name of GOOD) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        const expected = await Deno.readFile(`${FIXTURES}${name}.squared.npy`);
        for (const blockBytes of [undefined, 64, 1]) {
          if (blockBytes === 1 && expected.length > 1000) continue;
          const report = await squareFile(`${FIXTURES}${name}.npy`, `${folder}/out.npy`, { workers: 2, blockBytes });
          assertEquals(await Deno.readFile(`${folder}/out.npy`), expected, `${name} in ${report.blocks} blocks`);
        }
        assertEquals(names(folder), ["out.npy"]);
      }));
  }
});

Deno.test("squareFile() tells what it did and how far it is", async () => {
  await inFolder(async (folder) => {
    const steps: number[] = [];
    let header: NpyHeader | undefined;
    const report = await squareFile(`${FIXTURES}f64_1001.npy`, `${folder}/out.npy`, {
      workers: 1,
      blockBytes: 4000,
      compare: true,
      onProgress: (bytes, told) => {
        steps.push(bytes);
        header = told;
      },
    });
    assertEquals(steps, [0, 4000, 4000, 8]);
    assertEquals(header?.dataBytes, 8008);
    const { dtype, shape, count, dataBytes, workers, blocks, elapsed, comparison } = report;
    assertEquals({ dtype, shape, count, dataBytes, workers, blocks }, {
      dtype: "f64",
      shape: [1001],
      count: 1001,
      dataBytes: 8008,
      workers: 1,
      blocks: 3,
    });
    assert(elapsed > 0 && comparison !== null && comparison.count === 500 && comparison.bytes === 8000);
    assertEquals(await Deno.readFile(`${folder}/out.npy`), await Deno.readFile(`${FIXTURES}f64_1001.squared.npy`));
  });
});

Deno.test("squareFile() may write over its input", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/x.npy`;
    await Deno.copyFile(`${FIXTURES}i32_7x11.npy`, path);
    await squareFile(path, path, { workers: 1, blockBytes: 100 });
    assertEquals(await Deno.readFile(path), await Deno.readFile(`${FIXTURES}i32_7x11.squared.npy`));
    assertEquals(names(folder), ["x.npy"]);
  });
});

Deno.test("squareFile() leaves nothing when it is aborted or its input shrinks", async () => {
  await inFolder(async (folder) => {
    const [input, output] = [`${folder}/in.npy`, `${folder}/out.npy`];
    await Deno.copyFile(`${FIXTURES}f64_1001.npy`, input);
    await Deno.writeTextFile(output, "old");
    const controller = new AbortController();
    const reason = new Error("enough");
    const aborted = squareFile(input, output, {
      workers: 1,
      blockBytes: 800,
      signal: controller.signal,
      onProgress: (bytes) => bytes > 0 && controller.abort(reason),
    });
    assertEquals(await assertRejects(() => aborted), reason);
    const shrunk = squareFile(input, output, {
      workers: 1,
      blockBytes: 800,
      onProgress: () => Deno.truncateSync(input, 1000),
    });
    const error = await assertRejects(() => shrunk, Error);
    assertMatch(error.message, /^Cannot square ".*in\.npy": it became shorter while it was being read$/);
    assertEquals(names(folder), ["in.npy", "out.npy"]);
    assertEquals(await Deno.readTextFile(output), "old");
  });
});

Deno.test("lanes square prints a report and writes the default name", async () => {
  await inFolder(async (folder) => {
    await Deno.copyFile(`${FIXTURES}f64_3x4.npy`, `${folder}/x.npy`);
    const { code, stdout, stderr } = await lanes(["square", "x.npy", "-w", "2"], { cwd: folder });
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^Squared x\.npy into x\.squared\.npy\n/);
    assertMatch(stdout, /12 elements of f64, shape \(3, 4\), 96 B, 1 block, 2 workers\n/);
    assertMatch(stdout, /\n {2}whole job +[\d.]+ m?s +[<\d.]+ GB\/s/);
    assertMatch(stdout, /\n {2}kernel, 2 workers +[\d.]+ ms +[<\d.]+ GB\/s/);
    assertMatch(stdout, /\n {2}plain JavaScript loop +[\d.]+ ms +[<\d.]+ GB\/s/);
    assertEquals(
      await Deno.readFile(`${folder}/x.squared.npy`),
      await Deno.readFile(`${FIXTURES}f64_3x4.squared.npy`),
    );
  });
});

Deno.test("lanes square of an empty array has nothing to compare", async () => {
  await inFolder(async (folder) => {
    const { code, stdout } = await lanes(["square", `${FIXTURES}f64_empty.npy`, `${folder}/out.npy`]);
    assertEquals(code, 0);
    assert(!stdout.includes("plain JavaScript"), stdout);
  });
});

/** Bad input and bad arguments: what stderr must say in one line. `IN` and `OUT` are files in a folder of the test. */
const BAD: Record<string, { args?: string[]; input?: string | Uint8Array; says: RegExp }> = {
  "no .npy": { input: "a,b\n1,2\n", says: /it is not a \.npy file/ },
  "an empty file": { input: "", says: /it is not a \.npy file/ },
  "a missing file": { args: ["square", "missing.npy", "OUT"], says: /"missing\.npy": no such file or directory$/ },
  "a folder": { args: ["square", ".", "OUT"], says: /"\.": it is a directory$/ },
  "truncated data": { input: fixture("f64_3x4").subarray(0, -1), says: /truncated: expected 96 bytes .*, found 95$/ },
  "a truncated header": { input: fixture("f64_3x4").subarray(0, 60), says: /it is truncated within its header$/ },
  "trailing garbage": { input: new Uint8Array([...fixture("f64_3x4"), 0]), says: /it has 1 bytes after its last/ },
  "big-endian f64": { input: fixture("bad_big_endian"), says: /dtype ">f8" \(big-endian float64\) is unsupported/ },
  "big-endian i32": { input: fixture("bad_big_endian_i32"), says: /dtype ">i4" \(big-endian int32\) is unsupported/ },
  "Fortran order": { input: fixture("bad_fortran"), says: /its elements are in Fortran order/ },
  "int64": { input: fixture("bad_int64"), says: /dtype "<i8" \(int64\) is unsupported/ },
  "uint32": { input: fixture("bad_uint32"), says: /dtype "<u4" \(uint32\) is unsupported/ },
  "float16": { input: fixture("bad_float16"), says: /dtype "<f2" \(float16\) is unsupported/ },
  "complex128": { input: fixture("bad_complex"), says: /dtype "<c16" \(complex128\) is unsupported/ },
  "bool": { input: fixture("bad_bool"), says: /dtype "\|b1" \(bool\) is unsupported/ },
  "text": { input: fixture("bad_text"), says: /dtype "<U2" \(str\) is unsupported/ },
  "bytes": { input: fixture("bad_bytes"), says: /dtype "\|S2" \(bytes\) is unsupported/ },
  "datetimes": { input: fixture("bad_datetime"), says: /dtype "<M8\[D\]" \(datetime64\) is unsupported/ },
  "Python objects": { input: fixture("bad_objects"), says: /dtype "\|O" \(Python objects\) is unsupported/ },
  "a structured dtype": {
    input: fixture("bad_structured"),
    says: /dtype \[\('shape', '<f8'\), \('b', '<i4'\)\] \(structured\) is unsupported/,
  },
  "a structured dtype in version 3": { input: fixture("bad_structured_unicode"), says: /'größe'.*\(structured\)/ },
  "an output folder that is missing": { args: ["square", "IN", "no/such/out.npy"], says: /no such file or directory$/ },
  "an output that is a folder": { args: ["square", "IN", "."], says: /Cannot write "\.": it is a directory$/ },
  "an output with an empty name": { args: ["square", "IN", ""], says: /got an empty one/ },
  "no command": { args: [], says: /Expected a command: square/ },
  "an unknown command": { args: ["cube", "IN"], says: /Unknown command "cube": expected square/ },
  "a command from Object": { args: ["constructor"], says: /Unknown command "constructor"/ },
  "no file": { args: ["square"], says: /Missing the file to square/ },
  "three files": { args: ["square", "IN", "OUT", "x"], says: /Expected at most two files, got 3/ },
  "an unknown option": { args: ["square", "--fast", "IN"], says: /Unknown option '--fast'/ },
  "no workers": { args: ["square", "-w", "0", "IN"], says: /"--workers" to be an integer from 1 to 1024, got "0"/ },
  "half a worker": { args: ["square", "--workers=1.5", "IN"], says: /got "1\.5"/ },
  "workers without a number": { args: ["square", "IN", "--workers"], says: /argument missing/ },
  "a name with a line break": { args: ["square", "a\nb.npy", "OUT"], says: /"a\\nb\.npy": no such file/ },
};

function fixture(name: string): Uint8Array {
  return Deno.readFileSync(`${FIXTURES}${name}.npy`);
}

Deno.test("lanes square refuses bad input in one line with exit code 2, and loses nothing", async (t) => {
  for (const [name, { args = ["square", "IN", "OUT"], input = fixture("f64_3x4"), says }] of Object.entries(BAD)) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
        await Deno.writeFile(`${folder}/IN`, bytes);
        await Deno.writeTextFile(`${folder}/OUT`, "old");
        const { code, stdout, stderr } = await lanes(args, { cwd: folder });
        assertEquals([code, stdout], [2, ""], stderr);
        assertMatch(stderr.trimEnd(), says);
        assertMatch(stderr, /^error: [^\n]+\n$/);
        assertEquals(names(folder), ["IN", "OUT"]);
        assertEquals(await Deno.readFile(`${folder}/IN`), bytes);
        assertEquals(await Deno.readTextFile(`${folder}/OUT`), "old");
      }));
  }
});

Deno.test("lanes square without a permission says which one", async () => {
  await inFolder(async (folder) => {
    const { code, stderr } = await lanes([], {
      args: ["run", "--quiet", "--no-prompt", MAIN, "square", `${FIXTURES}f64_3x4.npy`, `${folder}/out.npy`],
    });
    assertEquals(code, 2);
    assertMatch(stderr, /^error: .*the permission is missing, run again with --allow-read\n$/);
  });
});

Deno.test({
  name: "lanes square that is interrupted leaves no half file and ends with 130",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      // Sparse: large enough to be interrupted, no space until it is squared.
      const shape = [96 * 2 ** 20];
      await Deno.writeFile(`${folder}/in.npy`, formatNpyHeader("f64", shape));
      await Deno.truncate(`${folder}/in.npy`, formatNpyHeader("f64", shape).length + 8 * shape[0]!);
      await Deno.writeTextFile(`${folder}/out.npy`, "old");
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--allow-read", "--allow-write", MAIN, "square", "in.npy", "out.npy"],
        cwd: folder,
        env: { NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      while (!names(folder).some((name) => name.endsWith(".tmp"))) await new Promise((done) => setTimeout(done, 5));
      child.kill("SIGINT");
      const { code, stdout, stderr } = await child.output();
      assertEquals(new TextDecoder().decode(stderr), "error: Interrupted by SIGINT, no output was written\n");
      assertEquals([code, stdout.length], [130, 0]);
      assertEquals(names(folder), ["in.npy", "out.npy"]);
      assertEquals(await Deno.readTextFile(`${folder}/out.npy`), "old");
    }),
});

Deno.test("main() gives the exit code and prints help", async () => {
  assertEquals(await main(["--help"]), 0);
  assertEquals(await main(["square", "--help"]), 0);
});
