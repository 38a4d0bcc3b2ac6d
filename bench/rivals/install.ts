/**
 * Installs what the rivals need into `bench/rivals/.installed/`, which git ignores: npm's packages, and a virtual
 * environment of Python. What cannot be had is said, and left out.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line tool

const HERE = new URL(".", import.meta.url);
const INSTALLED = new URL(".installed/", HERE);
const PYTHON_PACKAGES = ["numpy", "numexpr", "numba"];

/** What a command printed. */
export interface Output {
  /** Whether it ended with code 0. */
  readonly success: boolean;
  /** Its standard output. */
  readonly text: string;
  /** The last line of its standard error, without colours. */
  readonly complaint: string;
}

/** How a command is run. */
export interface RunOptions {
  /** Where. */
  readonly cwd?: URL;
  /** How long it may take, in milliseconds. */
  readonly timeout?: number;
  /** What is added to the environment. */
  readonly env?: Record<string, string>;
}

/** Runs a command; one that is missing or takes too long has not succeeded. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { cwd = HERE, timeout = 600_000, env = {} } = options;
  // A setting of some machines that makes today's NumPy slow or fail.
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...inherited } = Deno.env.toObject();
  try {
    const { success, signal, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { ...inherited, PYTHONDONTWRITEBYTECODE: "1", NO_COLOR: "1", ...env },
      clearEnv: true,
      stdin: "null",
      signal: AbortSignal.timeout(timeout),
    }).output();
    const decoder = new TextDecoder();
    const lines = decoder.decode(stderr).trim().split("\n");
    const complaint = lines.find((line) => /\b[A-Z]?\w*[Ee]rror:|panicked/.test(line)) ?? lines.at(-1)!;
    if (signal !== null) return { success, text: "", complaint: `ended by ${signal}, after ${timeout} ms at most` };
    return { success, text: decoder.decode(stdout), complaint: complaint || (success ? "" : "ended without a word") };
  } catch (error) {
    return { success: false, text: "", complaint: `${error}` };
  }
}

function textOf(url: URL): string {
  try {
    return Deno.readTextFileSync(url);
  } catch {
    return "";
  }
}

/** The folder in which npm's pools and the programs that measure them are; `null` where they cannot be had. */
export async function npm(): Promise<URL | null> {
  const folder = new URL("npm/", INSTALLED);
  Deno.mkdirSync(folder, { recursive: true });
  for (const name of ["functions.mjs", "measures.mjs"]) {
    Deno.copyFileSync(new URL(name, HERE), new URL(name, INSTALLED));
  }
  for (const { name } of Deno.readDirSync(new URL("npm/", HERE))) {
    if (name.endsWith(".mjs")) Deno.copyFileSync(new URL(`npm/${name}`, HERE), new URL(name, folder));
  }
  const wanted = textOf(new URL("npm/package.json", HERE));
  // The copy of what was installed says that it was, to the end.
  const done = new URL("installed.json", folder);
  if (textOf(done) === wanted) return folder;
  Deno.writeTextFileSync(new URL("package.json", folder), wanted);
  console.log("Installing npm's pools …");
  const { success, complaint } = await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
  });
  if (success) Deno.writeTextFileSync(done, wanted);
  else console.log(`npm's pools are left out: ${complaint}`);
  return success ? folder : null;
}

/** A Python that has what the rivals need; the machine's own where nothing can be installed; `null` where there is none. */
export async function python(): Promise<string | null> {
  const folder = new URL("python/", INSTALLED);
  const own = decodeURIComponent(new URL("bin/python", folder).pathname);
  const check = ["-c", `import ${PYTHON_PACKAGES.join(", ")}`];
  if ((await run(own, check)).success) return own;
  if ((await run("python3", check)).success) return "python3";
  if (!(await run("python3", ["--version"])).success) {
    console.log("Python is left out: there is no python3");
    return null;
  }
  console.log(`Installing ${PYTHON_PACKAGES.join(", ")} …`);
  const made = await run("python3", ["-m", "venv", decodeURIComponent(folder.pathname)]);
  const { success, complaint } = made.success
    ? await run(own, ["-m", "pip", "install", "--quiet", ...PYTHON_PACKAGES])
    : made;
  if (success) return own;
  console.log(`Python goes without ${PYTHON_PACKAGES.join(", ")}: ${complaint}`);
  return "python3";
}
