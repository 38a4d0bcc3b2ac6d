/** Argument checks that throw the right built-in error, worded once. */

/** `value` as a short text for an error message: strings quoted, objects by their class. */
export function quoted(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return value.toString();
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value !== "object" || value === null) return `${value}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" ? `[object ${name}]` : "[object Object]";
}

/** Throws a `TypeError` unless `value` is a function. */
// deno-lint-ignore ban-types -- any callable is meant
export function checkFunction(name: string, value: unknown): asserts value is Function {
  if (typeof value !== "function") {
    throw new TypeError(`Expected "${name}" to be a function, got ${quoted(value)}`);
  }
}

/** Throws a `TypeError` unless `value` is a string. */
export function checkString(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") {
    throw new TypeError(`Expected "${name}" to be a string, got ${quoted(value)}`);
  }
}

/** Throws unless `value` is an integer of at least `least`: a `TypeError` for another type, else a `RangeError`. */
export function checkInteger(name: string, value: unknown, least: number): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`Expected "${name}" to be an integer, got ${quoted(value)}`);
  }
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`Expected "${name}" to be an integer of at least ${least}, got ${value}`);
  }
}

/** Throws a `TypeError` unless `value` can be iterated synchronously. */
export function checkIterable(name: string, value: unknown): asserts value is Iterable<unknown> {
  if (
    value === null || value === undefined ||
    typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] !== "function"
  ) {
    throw new TypeError(`Expected "${name}" to be iterable, got ${quoted(value)}`);
  }
}

/** A timeout in milliseconds from an options object: absent is `Infinity`, a negative one is 0, anything but a number a `TypeError`. */
export function checkTimeout(timeout: unknown): number {
  if (timeout === undefined || timeout === null) return Infinity;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new TypeError(`Expected "timeout" to be a number of milliseconds, got ${quoted(timeout)}`);
  }
  return Math.max(0, timeout);
}
