/**
 * What a person got wrong, or their system refused: shown as one line, without
 * a stack, and the program ends with {@linkcode CommandError.exitCode}.
 */
export class CommandError extends Error {
  /** The name of the class. */
  override readonly name = "CommandError";
  /** What the program ends with. */
  readonly exitCode: number;

  /** An error whose message is one line. */
  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.exitCode = options.exitCode ?? 2;
  }
}

/** Why the system refused, without the path, which the caller's message already has: `no such file or directory`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.NotCapable) {
    const flag = /--allow-\w+/.exec(error.message)?.[0];
    return flag === undefined ? "the permission is missing" : `the permission is missing, run again with ${flag}`;
  }
  const text = error.message.split("\n")[0]!.replace(/ \(os error \d+\).*/, "").replace(/: \w+ '.*$/, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}
