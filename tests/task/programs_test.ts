import { assert, assertEquals, assertStringIncludes } from "@std/assert";

/** Whole programs with different permissions. */

/** How long a program may take before it counts as hanging. */
const LIMIT_MS = 60_000;

interface Ended {
  readonly code: number;
  readonly out: string;
}

async function runProgram(name: string, flags: readonly string[]): Promise<Ended> {
  const path = name.startsWith("/") ? name : new URL(`../fixtures/task/${name}`, import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...flags, path],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function outcomes(...flags: string[]): Promise<Record<string, unknown>> {
  const { out } = await runProgram("guarded.ts", flags);
  return JSON.parse(out);
}

const everywhere = { exported: [1, 4, 9], imported: [3], selfContained: [2], builtin: [1], blocking: 16 };

Deno.test("with all permissions everything travels out of a main module inside of its top-level await", async () => {
  const expected = { ...everywhere, exportedWithFree: [30], closure: [24], error: "MainError as itself" };
  assertEquals(await outcomes("-A"), expected);
});

Deno.test("with --allow-read exported functions travel, and a closure's variable is named in the error", async () => {
  const { closure, ...rest } = await outcomes("--allow-read");
  assertEquals(rest, { ...everywhere, exportedWithFree: [30], error: "MainError as itself" });
  assertStringIncludes(
    closure as string,
    'TransportError: Cannot send func (an anonymous function): it uses "unit", a variable of the place where it was made; export the function',
  );
});

Deno.test("with --allow-sys closures travel, exported functions too though no worker may import them", async () => {
  const { error, ...rest } = await outcomes("--allow-sys");
  assertEquals(rest, { ...everywhere, exportedWithFree: [30], closure: [24] });
  assertStringIncludes(error as string, "MainError");
});

Deno.test("without permissions self-contained functions travel, and the error for others says what to do", async () => {
  const { closure, exportedWithFree, error, ...rest } = await outcomes();
  assertEquals(rest, everywhere);
  for (const outcome of [closure, exportedWithFree, error]) {
    assertStringIncludes(outcome as string, "TransportError: Cannot send func");
    assertStringIncludes(outcome as string, "pass the value as an argument, or grant --allow-sys");
  }
  assertStringIncludes(exportedWithFree as string, '"triple"');
});

Deno.test("a missing guard is a BootstrapError where the main module has to be imported", async () => {
  const { code, out } = await runProgram("unguarded.ts", ["-A"]);
  assertEquals(code, 0);
  assert(/^BootstrapError .*import\.meta\.main/.test(out), out);
});

Deno.test("a main module without guard runs once when its functions are closures", async () => {
  for (const flags of [["-A"], ["--allow-sys"], ["--allow-sys", "--allow-read"]]) {
    assertEquals(await runProgram("unguarded_closure.ts", flags), { code: 0, out: "main runs\n[10,20]\n[9]\n" });
  }
});

Deno.test("functions travel onward from workers, as references, sources and closures", async () => {
  const { out } = await runProgram("nested.ts", ["-A"]);
  assertEquals(JSON.parse(out), {
    exported: [2, 3],
    source: [2, 4],
    closure: [15, 25],
    onward: [101],
    inner: [1101],
    imported: [101],
  });
  const { closure, exported, source } = JSON.parse((await runProgram("nested.ts", ["--allow-read"])).out);
  assertEquals([exported, source], [[2, 3], [2, 4]]);
  assertStringIncludes(closure, 'it uses "unit"');
});

Deno.test("closures of plain and of minified JavaScript travel", async () => {
  assertEquals(await runProgram("plain.js", ["-A"]), {
    code: 0,
    out: '[6,9,8,"7",6,[3,8,"8",2]]\n',
  });
});

Deno.test("a bundle that holds the library and the program in one file runs", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const flag of [[], ["--minify"]]) {
      const bundle = `${directory}/bundle${flag.length}.js`;
      const entry = new URL("../fixtures/task/guarded.ts", import.meta.url).pathname;
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["bundle", "-q", ...flag, "-o", bundle, entry],
        stderr: "null",
      }).output();
      assertEquals(code, 0);
      const { out } = await runProgram(bundle, ["-A"]);
      const expected = { ...everywhere, exportedWithFree: [30], closure: [24], error: "MainError as itself" };
      assertEquals(JSON.parse(out), expected);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
