/**
 * The house rules that a machine can check, as rules of `deno lint`: layers, powers, sizes, style.
 *
 * @module
 */
import { inLib, layerOf, LAYERS } from "./layers.ts";

/** Powers that one place holds: each with the prefixes under `lib/` that may use it. */
export const POWERS: Readonly<Record<string, readonly string[]>> = {
  "Atomics.wait": ["sync/park.ts"],
  "Atomics.waitAsync": ["sync/park.ts"],
  "new Worker": ["worker/host.ts"],
  "Deno.Command": ["worker/child.ts"],
  "node:child_process": ["worker/child.ts"],
  "node:inspector": ["task/"],
  "node:inspector/promises": ["task/"],
  "new Function": ["task/"],
  "eval": ["task/"],
  "import() of what is not a literal": ["task/"],
  "Deno.serve": ["view/dashboard/"],
  "console": ["worker/", "futures/", "view/", "cli/"],
};

/** How many lines a file may have: `lib/`, tools and all else, and tests. */
export const MAX_FILE_LINES = 400;
/** How many lines a test file may have. */
export const MAX_TEST_LINES = 600;
/** How many lines a function may have. */
export const MAX_FUNCTION_LINES = 60;

/** The folders of `lib/` that may import packages. */
const PACKAGES: readonly string[] = ["cluster/", "cli/"];

type Context = Deno.lint.RuleContext;
type Node = Deno.lint.Node;

function isGenerated(path: string): boolean {
  return path.endsWith(".generated.ts");
}

function isTest(path: string): boolean {
  return /[/\\]tests[/\\]|_test\.ts$/.test(path);
}

/** The text of an expression that is a plain string, `undefined` for all others. */
function literal(node: Node | null | undefined): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TSLiteralType") return literal(node.literal);
  if (node?.type === "TemplateLiteral" && node.quasis.length === 1) return node.quasis[0]!.cooked;
  return undefined;
}

/** A visitor that sees every import of a file: static, re-exporting, of a type, dynamic with a literal. */
function imports(visit: (node: Node, source: string) => void): Deno.lint.LintVisitor {
  function see(node: Node, source: Node | null | undefined): void {
    const text = literal(source);
    if (text !== undefined) visit(node, text);
  }
  return {
    ImportDeclaration: (node) => see(node, node.source),
    ExportAllDeclaration: (node) => see(node, node.source),
    ExportNamedDeclaration: (node) => see(node, node.source),
    TSImportType: (node) => see(node, node.argument),
    ImportExpression: (node) => see(node, node.source),
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function checkLayers(context: Context, node: Node, source: string): void {
  const from = inLib(context.filename);
  // The list of shareables is where a worker is put together of all layers.
  if (from === undefined || !source.startsWith(".") || isGenerated(from)) return;
  const to = inLib(new URL(source, `file://${context.filename.replaceAll("\\", "/")}`).pathname);
  if (to === undefined) {
    return context.report({ node, message: `lib/ may not import from outside of it: "${source}"` });
  }
  const [a, b] = [layerOf(from), layerOf(to)];
  if (a < 0 || b < 0) {
    const hint = `Layers, lowest first: ${LAYERS.join(" < ")}`;
    context.report({ node, message: `Folder of "${a < 0 ? from : to}" is not a declared layer`, hint });
  } else if (b > a) {
    const hint = `Layers, lowest first: ${LAYERS.join(" < ")}`;
    context.report({ node, message: `Layer "${LAYERS[a]}" may not import from layer "${LAYERS[b]}"`, hint });
  }
  const name = to.slice(to.lastIndexOf("/") + 1);
  if (name.startsWith("_") && !folderOf(from).startsWith(folderOf(to))) {
    context.report({ node, message: `"${to}" is private to its folder` });
  }
  if (name === "mod.ts") context.report({ node, message: "Import the file itself, not its barrel" });
}

/** Reports the use of a power outside of its home. */
function checkPower(context: Context, node: Node, power: string): void {
  const file = inLib(context.filename);
  const homes = Object.hasOwn(POWERS, power) ? POWERS[power]! : undefined;
  if (file === undefined || !homes || homes.some((home) => file.startsWith(home))) return;
  context.report({ node, message: `Only lib/${homes.join(", lib/")} may use ${power}` });
}

const layers: Deno.lint.Rule = {
  create: (context) => imports((node, source) => checkLayers(context, node, source)),
};

const powers: Deno.lint.Rule = {
  create(context) {
    const visitor = imports((node, source) => checkPower(context, node, source));
    return {
      ...visitor,
      ImportExpression(node) {
        if (literal(node.source) === undefined) checkPower(context, node, "import() of what is not a literal");
        else checkPower(context, node, literal(node.source)!);
      },
      NewExpression(node) {
        if (node.callee.type === "Identifier") checkPower(context, node, `new ${node.callee.name}`);
        if (node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier") {
          checkPower(context, node, `new ${node.callee.property.name}`);
        }
      },
      CallExpression(node) {
        if (node.callee.type !== "Identifier") return;
        if (node.callee.name === "eval") checkPower(context, node, "eval");
        if (node.callee.name === "Function") checkPower(context, node, "new Function");
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
        if (node.object.name === "console") checkPower(context, node, "console");
        else checkPower(context, node, `${node.object.name}.${node.property.name}`);
      },
    };
  },
};

const packages: Deno.lint.Rule = {
  create: (context) =>
    imports((node, source) => {
      const file = inLib(context.filename);
      if (file === undefined || source.startsWith(".") || source.startsWith("node:")) return;
      if (PACKAGES.some((home) => file.startsWith(home))) return;
      context.report({ node, message: `Only lib/${PACKAGES.join(", lib/")} may import a package: "${source}"` });
    }),
};

const maxFileLines: Deno.lint.Rule = {
  create: (context) => ({
    Program(node) {
      const lines = context.sourceCode.text.replace(/\n$/, "").split("\n").length;
      const limit = isTest(context.filename) ? MAX_TEST_LINES : MAX_FILE_LINES;
      if (lines <= limit || isGenerated(context.filename)) return;
      context.report({ node, message: `File has ${lines} lines, over ${limit}` });
    },
  }),
};

const maxFunctionLines: Deno.lint.Rule = {
  create(context) {
    function check(node: Node): void {
      const lines = context.sourceCode.text.slice(...node.range).split("\n").length;
      if (lines <= MAX_FUNCTION_LINES || isTest(context.filename) || isGenerated(context.filename)) return;
      context.report({ node, message: `Function has ${lines} lines, over ${MAX_FUNCTION_LINES}` });
    }
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
};

const noTopLevelArrow: Deno.lint.Rule = {
  create(context) {
    function check(node: Deno.lint.ArrowFunctionExpression): void {
      context.report({ node, message: 'Use "function" for a function at the top level of a module' });
    }
    return {
      "Program > VariableDeclaration > VariableDeclarator > ArrowFunctionExpression": check,
      "Program > ExportNamedDeclaration > VariableDeclaration > VariableDeclarator > ArrowFunctionExpression": check,
    };
  },
};

const noDefaultExport: Deno.lint.Rule = {
  create: (context) => ({
    ExportDefaultDeclaration(node) {
      // A lint plugin has to have one.
      if (!context.filename.endsWith("lint_plugin.ts")) {
        context.report({ node, message: "Export it by name: no default exports" });
      }
    },
  }),
};

const hashPrivate: Deno.lint.Rule = {
  create(context) {
    function check(node: Deno.lint.PropertyDefinition | Deno.lint.MethodDefinition): void {
      if (node.accessibility !== "private") return;
      if (node.type === "MethodDefinition" && node.kind === "constructor") return;
      context.report({ node, message: 'Use a "#name" instead of "private"' });
    }
    return {
      PropertyDefinition: check,
      MethodDefinition: check,
      TSParameterProperty(node) {
        // The runtime leaves `accessibility` undefined here.
        if (/^private\b/.test(context.sourceCode.getText(node))) {
          context.report({ node, message: 'Use a "#name" instead of "private"' });
        }
      },
    };
  },
};

const errorMessage: Deno.lint.Rule = {
  create: (context) => ({
    NewExpression(node) {
      const file = inLib(context.filename);
      // The command line puts the name of the file before its messages.
      if (file === undefined || file.startsWith("cli/") || isGenerated(file)) return;
      if (node.callee.type !== "Identifier" || !node.callee.name.endsWith("Error")) return;
      const message = node.arguments[0];
      const parts = message?.type === "TemplateLiteral"
        ? [message.quasis[0]!.cooked, message.quasis.at(-1)!.cooked]
        : [literal(message) ?? "", literal(message) ?? ""];
      if (/^[a-z]/.test(parts[0]!) && !/^[a-z]+[A-Z.(]/.test(parts[0]!)) {
        context.report({ node, message: "An error's message starts with a capital letter" });
      }
      if (/(^|[^.])\.$/.test(parts[1]!)) {
        context.report({ node, message: "An error's message ends without a full stop" });
      }
    },
  }),
};

const plugin: Deno.lint.Plugin = {
  name: "lanes",
  rules: {
    "layers": layers,
    "powers": powers,
    "packages": packages,
    "max-file-lines": maxFileLines,
    "max-function-lines": maxFunctionLines,
    "no-top-level-arrow": noTopLevelArrow,
    "no-default-export": noDefaultExport,
    "hash-private": hashPrivate,
    "error-message": errorMessage,
  },
};
export default plugin;
