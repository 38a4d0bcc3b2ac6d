/**
 * The names and signatures of `jsr:@std/assert@^1` over `node:assert`, for machines that cannot reach JSR.
 *
 * Equality is decided as `@std/assert` decides it; `node:assert` words the differences.
 *
 * @module
 */
import { AssertionError as NodeAssertionError } from "node:assert";

/** Any class, also an abstract one or one whose constructor takes arguments. */
export type AnyConstructor<T = unknown> = abstract new (...args: never[]) => T;
/** Any array-like, as {@linkcode assertArrayIncludes} takes it. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;
/** Everything but the values that are false in a condition. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** What a failed assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

function isPrimitiveWrapper(x: object): x is { valueOf(): unknown } & object {
  return x instanceof String || x instanceof Number || x instanceof Boolean || x instanceof BigInt ||
    x instanceof Symbol;
}

function sameConstructor(a: object, b: object): boolean {
  return a.constructor === b.constructor || a.constructor === Object && !b.constructor ||
    !a.constructor && b.constructor === Object;
}

type Compare = (a: unknown, b: unknown) => boolean;

function equalSets(a: Set<unknown>, b: Set<unknown>, compare: Compare): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b];
  for (const x of a) {
    if (b.has(x)) continue;
    if (!rest.some((y) => compare(x, y))) return false;
  }
  return true;
}

function equalMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>, compare: Compare): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!compare(value, b.get(key))) return false;
    } else if (![...b].some(([k, v]) => compare(key, k) && compare(value, v))) return false;
  }
  return true;
}

function equalBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  if (a instanceof DataView) {
    const x = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
    const y = new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
    return x.every((v, i) => v === y[i]);
  }
  const x = a as unknown as ArrayLike<unknown>, y = b as unknown as ArrayLike<unknown>;
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i] && !(Number.isNaN(x[i]) && Number.isNaN(y[i]))) return false;
  }
  return true;
}

/** The answer for the kinds of objects that are more than their own properties; `undefined` for the others. */
function equalSpecial(a: object, b: object, compare: Compare): boolean | undefined {
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof Date) {
    const x = a.getTime(), y = (b as Date).getTime();
    return x === y || Number.isNaN(x) && Number.isNaN(y);
  }
  if (a instanceof Set) return equalSets(a, b as Set<unknown>, compare);
  if (a instanceof Map) return equalMaps(a, b as Map<unknown, unknown>, compare);
  if (ArrayBuffer.isView(a)) return equalBytes(a, b as ArrayBufferView);
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return equalBytes(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<object>).deref());
  if (a instanceof WeakMap || a instanceof WeakSet) throw new TypeError("Cannot compare WeakMap or WeakSet instances");
  if (isPrimitiveWrapper(a)) return Object.is(a.valueOf(), b.valueOf());
  return undefined;
}

/** Whether two values are equal in depth: same class, same own properties, `NaN` equals itself, `0` equals `-0`. */
export function equal(a: unknown, b: unknown): boolean {
  const seen = new Map<unknown, unknown>();
  function compare(x: unknown, y: unknown): boolean {
    if (Object.is(x, y) || x === y) return true;
    if (typeof x !== "object" || typeof y !== "object" || x === null || y === null) return false;
    if (seen.get(x) === y) return true;
    if (!sameConstructor(x, y)) return false;
    seen.set(x, y);
    const special = equalSpecial(x, y, compare);
    if (special !== undefined) return special;
    if (x instanceof Error && y instanceof Error) {
      if (x.message !== y.message || x.name !== y.name || !compare(x.cause, y.cause)) return false;
    }
    const left = x as Record<PropertyKey, unknown>, right = y as Record<PropertyKey, unknown>;
    const keys = ownKeys(left);
    if (keys.length !== ownKeys(right).length) return false;
    return keys.every((key) => Object.hasOwn(right, key) && compare(left[key], right[key]));
  }
  return compare(a, b);
}

function ownKeys(x: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(x).filter((s) => Object.prototype.propertyIsEnumerable.call(x, s));
  return [...Object.keys(x), ...symbols, ...(Array.isArray(x) ? ["length"] : [])];
}

function show(x: unknown): string {
  return Deno.inspect(x, { depth: 4, iterableLimit: 50, strAbbreviateSize: 400, sorted: true });
}

function failWith(text: string, msg: string | undefined): never {
  throw new AssertionError(msg === undefined ? text : `${text}: ${msg}`);
}

function failDifferent(actual: unknown, expected: unknown, operator: string, msg: string | undefined): never {
  const { message } = new NodeAssertionError({ actual, expected, operator });
  failWith(message, msg);
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** Fails unless both are equal in depth, as {@linkcode equal} says. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) failDifferent(actual, expected, "deepStrictEqual", msg);
}

/** Fails if both are equal in depth. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) failWith(`Expected actual: ${show(actual)} not to be: ${show(expected)}`, msg);
}

/** Fails unless both are the same value (`Object.is`). */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (!Object.is(actual, expected)) failDifferent(actual, expected, "strictEqual", msg);
}

/** Fails if both are the same value (`Object.is`). */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) failWith(`Expected "actual" not to be strictly equal to: ${show(actual)}`, msg);
}

/** Fails unless the numbers differ by at most `tolerance`, by default 1e-7 of the expected one. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  failWith(`Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" is above "${allowed}"`, msg);
}

/** Fails unless `actual` holds every element of `expected`. */
export function assertArrayIncludes<T>(actual: ArrayLikeArg<T>, expected: ArrayLikeArg<T>, msg?: string): void {
  const all = Array.from(actual);
  const missing = Array.from(expected).filter((x) => !all.some((y) => equal(x, y)));
  if (missing.length) failWith(`Expected actual: ${show(actual)} to include: ${show(missing)}`, msg);
}

/** Fails if `actual` is `null` or `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    failWith(`Expected actual: "${actual}" to not be null or undefined`, msg);
  }
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) failWith(`Expect ${show(actual)} > ${show(expected)}`, msg);
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) failWith(`Expect ${show(actual)} >= ${show(expected)}`, msg);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) failWith(`Expect ${show(actual)} < ${show(expected)}`, msg);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) failWith(`Expect ${show(actual)} <= ${show(expected)}`, msg);
}

/** Fails unless `actual` is an instance of the class. */
export function assertInstanceOf<C extends AnyConstructor>(
  actual: unknown,
  expectedType: C,
  msg?: string,
): asserts actual is InstanceType<C> {
  if (actual instanceof expectedType) return;
  const was = actual === null ? "null" : (actual as object)?.constructor?.name ?? typeof actual;
  failWith(`Expected object to be an instance of "${expectedType.name}" but was "${was}"`, msg);
}

/** Fails if `actual` is an instance of the class. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: AnyConstructor<T>,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (actual instanceof unexpectedType) {
    failWith(`Expected object to not be an instance of "${unexpectedType.name}"`, msg);
  }
}

/** Fails unless `error` is an error, of the class and with the text where they are given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: AnyConstructor<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) failWith(`Expected "error" to be an Error object, but was ${show(error)}`, msg);
  if (ErrorClass && !(error instanceof ErrorClass)) {
    failWith(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}" (${error.message})`,
      msg,
    );
  }
  if (msgMatches === undefined) return;
  const fits = typeof msgMatches === "string" ? error.message.includes(msgMatches) : msgMatches.test(error.message);
  if (!fits) failWith(`Expected error message to include ${show(msgMatches)}, but got ${show(error.message)}`, msg);
}

/** Fails unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) failWith(`Expected actual: ${show(actual)} to match: ${expected}`, msg);
}

/** Fails if the text matches. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) failWith(`Expected actual: ${show(actual)} to not match: ${expected}`, msg);
}

/** Fails unless the text contains the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) failWith(`Expected actual: ${show(actual)} to contain: ${show(expected)}`, msg);
}

function subset(actual: unknown, expected: unknown, seen: Map<unknown, unknown>): boolean {
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) {
    return expected instanceof RegExp && typeof actual === "string" ? expected.test(actual) : equal(actual, expected);
  }
  if (seen.get(expected) === actual) return true;
  seen.set(expected, actual);
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && expected.length <= actual.length &&
      expected.every((x, i) => subset(actual[i], x, seen));
  }
  const proto = Object.getPrototypeOf(expected);
  if (proto !== Object.prototype && proto !== null) return equal(actual, expected);
  return Reflect.ownKeys(expected).every((key) =>
    key in actual &&
    subset((actual as Record<PropertyKey, unknown>)[key], (expected as Record<PropertyKey, unknown>)[key], seen)
  );
}

/** Fails unless `actual` has everything that `expected` has, at any depth. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (!subset(actual, expected, new Map())) failDifferent(actual, expected, "deepStrictEqual", msg);
}

/** Fails unless `fn` throws; gives what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an error of the class whose message contains the text; gives the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: AnyConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: AnyConstructor<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  try {
    fn();
  } catch (error) {
    if (typeof classOrMsg === "function") assertIsError(error, classOrMsg, msgIncludes, text);
    return error;
  }
  failWith("Expected function to throw", text);
}

/** Fails unless the promise of `fn` rejects; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise of `fn` rejects with an error of the class; resolves to the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: AnyConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: AnyConstructor<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    failWith(`Function throws when expected to reject (it threw ${show(error)})`, text);
  }
  try {
    await promise;
  } catch (error) {
    if (typeof classOrMsg === "function") assertIsError(error, classOrMsg, msgIncludes, text);
    return error;
  }
  failWith("Expected function to reject", text);
}

/** Fails. */
export function fail(msg?: string): never {
  failWith("Failed assertion", msg);
}

/** Fails: the line must never run. */
export function unreachable(reason?: string): never {
  failWith("Unreachable", reason);
}

/** Fails: the line is yet to be written. */
export function unimplemented(msg?: string): never {
  failWith("Unimplemented", msg);
}
