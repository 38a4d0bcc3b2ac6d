import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { CommandError } from "../../lib/cli/_error.ts";
import { formatNpyHeader, formatShape, type NpyHeader, npyHeaderSpan, parseNpyHeader } from "../../lib/cli/npy.ts";
import { formatPythonLiteral, type Literal, parsePythonLiteral, Tuple } from "../../lib/cli/_python_literal.ts";

const FIXTURES = new URL("../fixtures/cli/", import.meta.url);

function headerOf(bytes: Uint8Array): NpyHeader {
  const span = npyHeaderSpan(bytes.subarray(0, 12));
  return parseNpyHeader(bytes.subarray(span.start, span.end), span);
}

function v1(text: string): Uint8Array {
  const bytes = new Uint8Array(10 + text.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  bytes.set(Uint8Array.from(text, (char) => char.charCodeAt(0)), 10);
  return bytes;
}

function dict(fields: { descr?: string; order?: string; shape?: string }): string {
  const { descr = "'<f8'", order = "False", shape = "(3,)" } = fields;
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
}

Deno.test("parseNpyHeader() reads what NumPy wrote, formatNpyHeader() writes the same bytes", () => {
  const shapes: Record<string, [string, number[]]> = {
    f64_3x4: ["f64", [3, 4]],
    f64_0d: ["f64", []],
    f64_empty: ["f64", [0]],
    f64_empty_3d: ["f64", [3, 0, 2]],
    f32_2x3x5: ["f32", [2, 3, 5]],
    i32_7x11: ["i32", [7, 11]],
    f64_v2: ["f64", [5, 1]],
    f64_v3: ["f64", [1, 5]],
  };
  for (const [name, [dtype, shape]] of Object.entries(shapes)) {
    const bytes = Deno.readFileSync(new URL(`${name}.npy`, FIXTURES));
    const header = headerOf(bytes);
    assertEquals([header.dtype, header.shape], [dtype, shape], name);
    assertEquals(header.dataOffset + header.dataBytes, bytes.length, name);
    const squared = Deno.readFileSync(new URL(`${name}.squared.npy`, FIXTURES));
    const written = formatNpyHeader(header.dtype, header.shape);
    assertEquals(written, squared.subarray(0, written.length), name);
    assertEquals(written.length + header.dataBytes, squared.length, name);
  }
});

Deno.test("parseNpyHeader() takes every spelling of a good header", () => {
  const good = [
    dict({}),
    dict({ descr: "'f8'" }),
    dict({ descr: "'=f8'" }),
    dict({ descr: "'|f8'" }),
    dict({ descr: "u'<f8'", shape: "(3L,)" }),
    `{"shape": (3,), "fortran_order": False, "descr": "<f8"}`,
    `  {'descr':'<f8','fortran_order':False,'shape':(3,)}  \n`,
  ];
  for (const text of good) assertEquals(headerOf(v1(text)).shape, [3], text);
});

Deno.test("formatNpyHeader() reads back for any shape", () => {
  for (const shape of [[], [0], [1], [7, 0, 3], [2 ** 31, 2 ** 10], Array(64).fill(1), [123456789012345, 3]]) {
    const bytes = formatNpyHeader("i32", shape);
    assertEquals(bytes.length % 64, 0);
    assertEquals(headerOf(bytes).shape, shape);
  }
});

Deno.test("parseNpyHeader() refuses, naming what is wrong", () => {
  const rows: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /not a \.npy file/],
    [new TextEncoder().encode("a,b\n1,2\n and more"), /not a \.npy file/],
    [v1(dict({})).subarray(0, 9), /truncated within its header/],
    [v1(dict({})).with(6, 2).subarray(0, 11), /truncated within its header/],
    [v1(dict({})).with(6, 4), /version 4\.0 is unknown/],
    [v1(dict({})).with(7, 1), /version 1\.1 is unknown/],
    [v1("x".repeat(10_001)), /header is 10001 bytes long/],
    [v1("nonsense\n"), /damaged: "nonsense" is not a Python dict/],
    [v1("__import__('os').system('true')"), /not a Python dict/],
    [v1("("), /not a Python dict/],
    [v1("(".repeat(9000)), /not a Python dict/],
    [v1("(1, 2)"), /expected a dict of descr, fortran_order and shape, got \(1, 2\)/],
    [v1("{'descr': '<f8', 'shape': (3,)}"), /expected a dict/],
    [v1(dict({}).replace("}", "'extra': 1}")), /expected a dict/],
    [v1(dict({ order: "1" })), /fortran_order is 1, not True or False/],
    [v1(dict({ order: "True" })), /Fortran order/],
    [v1(dict({ shape: "3" })), /shape 3 is not a tuple/],
    [v1(dict({ shape: "(3)" })), /shape 3 is not a tuple/],
    [v1(dict({ shape: "[3]" })), /shape \[3\] is not a tuple/],
    [v1(dict({ shape: "(-1,)" })), /shape \(-1,\) is not a tuple/],
    [v1(dict({ shape: "(True,)" })), /shape \(True,\) is not a tuple/],
    [v1(dict({ shape: "(2.5,)" })), /not a Python dict/],
    [v1(dict({ shape: `(${"1,".repeat(65)})` })), /65 axes/],
    [v1(dict({ shape: "(4294967296, 4294967296)" })), /larger than any file/],
    [v1(dict({ descr: "None" })), /dtype None/],
    [v1(dict({ descr: "'quatsch'" })), /dtype "quatsch" is unsupported/],
    [v1(dict({ descr: "'<f2'" })), /dtype "<f2" \(float16\) is unsupported/],
    [
      v1(dict({ descr: "'>f8'" })),
      /dtype ">f8" \(big-endian float64\) is unsupported: save a\.astype\("<f8"\) instead/,
    ],
    [v1(dict({ descr: `'${"x".repeat(500)}'` })), /dtype "x{77}\.\.\." is/],
  ];
  for (const [bytes, message] of rows) {
    const error = assertThrows(() => headerOf(bytes), CommandError);
    assertMatch(error.message, message);
    assertEquals(error.exitCode, 2);
    assert(!error.message.includes("\n") && error.message.length < 250, error.message);
  }
});

Deno.test("parsePythonLiteral() reads back what formatPythonLiteral() wrote", () => {
  const literals: Literal[] = [
    null,
    true,
    -12345678901234567890n,
    "it's a \\ 'quote'",
    new Tuple([]),
    new Tuple([1n]),
    new Tuple([1n, new Tuple([2n, "b"])]),
    [[], ["a", "<f8", new Tuple([2n])]],
    new Map<Literal, Literal>([["a", 1n], ["b", [false]]]),
  ];
  for (const literal of literals) assertEquals(parsePythonLiteral(formatPythonLiteral(literal)), literal);
});

Deno.test("parsePythonLiteral() throws a SyntaxError for anything else", () => {
  for (
    const text of [
      "",
      " ",
      "(",
      ")",
      "(,)",
      "(1 2)",
      "{1}",
      "{1:}",
      "{'a' 1}",
      "[1",
      "'a",
      "'a\n'",
      "1 2",
      "1.5",
      "0x1",
      "Truely",
    ]
  ) {
    assertThrows(() => parsePythonLiteral(text), SyntaxError);
  }
});

Deno.test("formatShape() writes tuples as Python does", () => {
  assertEquals([[], [5], [3, 4]].map(formatShape), ["()", "(5,)", "(3, 4)"]);
});
