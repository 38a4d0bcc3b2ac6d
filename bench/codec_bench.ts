/**
 * The codec beside the runtime's serializer and JSON, on values of the sizes
 * that tasks and queue items have. `deno bench bench/codec_bench.ts`.
 */
import { deserialize, serialize } from "node:v8";
import { Encoder } from "../lib/channel/codec.ts";
import { decode } from "../lib/channel/codec.ts";

const subjects: Record<string, unknown> = {
  "small integer": 42,
  "float": 1.5,
  "short string": "hello, lanes",
  "small object": { id: 7, name: "lane", value: 1.25, done: false },
  "nested object": { id: 7, at: { x: 1, y: 2 }, tags: ["a", "b"], who: { name: "x", age: 3 } },
  "1,000 integers": Array.from({ length: 1000 }, (_, i) => i * 3),
  "1,000 floats": Array.from({ length: 1000 }, (_, i) => i + 0.5),
  "1,000 records": Array.from(
    { length: 1000 },
    (_, i) => ({ id: i, name: `record ${i}`, value: i / 3, on: i % 2 === 0 }),
  ),
  "Float64Array of 1 MiB": new Float64Array(131072).fill(1.5),
  "Map of 100": new Map(Array.from({ length: 100 }, (_, i) => [`key${i}`, i])),
};

const encoder = new Encoder();
const shared = new Uint8Array(new SharedArrayBuffer(16 << 20));
const utf8 = new TextEncoder();
const text = new TextDecoder();

for (const [name, value] of Object.entries(subjects)) {
  const group = name;
  Deno.bench(`lanes: ${name}`, { group, baseline: true }, () => {
    const { length } = encoder.encodeInto(value);
    shared.set(encoder.bytes.subarray(0, length));
    decode({ bytes: shared.subarray(0, length) });
  });
  Deno.bench(`v8.serialize: ${name}`, { group }, () => {
    const bytes = serialize(value);
    shared.set(bytes);
    deserialize(shared.subarray(0, bytes.length) as never);
  });
  if (value instanceof Map || ArrayBuffer.isView(value)) continue;
  Deno.bench(`JSON: ${name}`, { group }, () => {
    const { written } = utf8.encodeInto(JSON.stringify(value), shared);
    JSON.parse(text.decode(shared.subarray(0, written)));
  });
}
