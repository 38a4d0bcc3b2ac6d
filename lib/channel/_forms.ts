import { standIn } from "./_kinds.ts";

/** Arrays of numbers longer than this are not searched for properties that are no elements. */
const LONG_ARRAY = 256;

/** Every element is an integer of 32 bits. */
export const ARRAY_INTS = 0;
/** Every element is a number. */
export const ARRAY_FLOATS = 1;
/** No holes, and no properties but the elements. */
export const ARRAY_VALUES = 2;
/** Anything else. */
export const ARRAY_SPARSE = 3;

/** `value` where it is a string, else a text that stands for it. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : standIn(value);
}

/** A field, or `undefined` where reading it throws. */
export function readSafely(holder: object, key: string): unknown {
  try {
    return (holder as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** How an array is best written. */
export function arrayForm(array: readonly unknown[]): number {
  const { length } = array;
  let form = ARRAY_INTS;
  let i = 0;
  for (; i < length; i++) {
    const item = array[i];
    if (typeof item !== "number") break;
    if (form === ARRAY_INTS && ((item | 0) !== item || Object.is(item, -0))) form = ARRAY_FLOATS;
  }
  if (i === length && length > LONG_ARRAY) return form;
  for (let rest = i; rest < length; rest++) {
    if (array[rest] === undefined && !Object.hasOwn(array, rest)) return ARRAY_SPARSE;
  }
  if (Object.keys(array).length !== length) return ARRAY_SPARSE;
  return i === length ? form : ARRAY_VALUES;
}

/** Whether `view` grows with its resizable buffer; the language shows it only by trying, which a copy allows. */
export function followsLength(view: ArrayBufferView): boolean {
  const { buffer } = view;
  const resizable = buffer instanceof ArrayBuffer ? buffer.resizable : buffer.growable;
  if (!resizable || view.byteOffset + view.byteLength + 8 <= buffer.byteLength) return false;
  if (!(buffer instanceof ArrayBuffer)) return view.byteOffset + view.byteLength === buffer.byteLength;
  const copy = structuredClone(view);
  const before = copy.byteLength;
  const clone = copy.buffer as ArrayBuffer;
  if (buffer.maxByteLength >= buffer.byteLength + 8) {
    clone.resize(buffer.byteLength + 8);
    return copy.byteLength !== before;
  }
  // Cut inside the view: one of fixed length is then out of bounds and empty.
  clone.resize(view.byteOffset + Math.min(before, 8));
  return before > 8 && copy.byteLength > 0;
}
