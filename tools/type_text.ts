/**
 * Types and declarations, as `deno doc --json` tells them, written as TypeScript again.
 *
 * @module
 */

/** A node of `deno doc --json`: the parts that are read here, all optional. */
export interface Doc {
  kind?: string;
  repr?: string;
  name?: string;
  value?: unknown;
  [key: string]: unknown;
}

function list(docs: unknown, write: (doc: Doc) => string, between = ", "): string {
  return ((docs ?? []) as Doc[]).map(write).join(between);
}

function annotated(type: unknown, before = ": "): string {
  return type ? before + typeText(type as Doc) : "";
}

/** `<T extends X = Y>`, or nothing. */
export function typeParamsText(params: unknown): string {
  if (!(params as Doc[] | undefined)?.length) return "";
  const text = list(
    params,
    (p) => `${p.name}${annotated(p.constraint, " extends ")}${annotated(p.default, " = ")}`,
  );
  return `<${text}>`;
}

function typeArgsText(args: unknown): string {
  return (args as Doc[] | undefined)?.length ? `<${list(args, typeText)}>` : "";
}

/** One parameter; what a default is does not belong to the signature. */
export function paramText(param: Doc): string {
  const type = annotated(param.tsType);
  switch (param.kind) {
    case "rest":
      return `...${paramText(param.arg as Doc)}${type}`;
    case "assign": {
      const left = paramText({ ...param.left as Doc, optional: true });
      return left + type;
    }
    case "object":
      return `options${param.optional ? "?" : ""}${type}`;
    case "array":
      return `items${param.optional ? "?" : ""}${type}`;
    default:
      return `${param.name}${param.optional ? "?" : ""}${type}`;
  }
}

/** `<T>(a: A): R` of a function, a method, a call signature. */
export function signatureText(def: Doc, arrow = ": "): string {
  const result = annotated(def.returnType ?? def.tsType, arrow);
  return `${typeParamsText(def.typeParams)}(${list(def.params, paramText)})${result}`;
}

function literalText(value: Doc): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.string);
    case "bigInt":
      return `${value.string}n`;
    case "template":
      return "`" + list(value.tsTypes, (part) => {
        const inner = part.value as Doc | undefined;
        return part.kind === "literal" && inner?.kind === "string" ? String(inner.string) : `\${${typeText(part)}}`;
      }, "") + "`";
    default:
      return String(value.number ?? value.boolean);
  }
}

function mappedText(value: Doc): string {
  const sign = (flag: unknown, word: string) => flag === true ? word : flag ? `${flag}${word}` : "";
  const param = value.typeParam as Doc;
  const name = annotated(value.nameType, " as ");
  const key = `[${param.name} in ${typeText(param.constraint as Doc)}${name}]`;
  return `{ ${sign(value.readonly, "readonly ")}${key}${sign(value.optional, "?")}${annotated(value.tsType)} }`;
}

function predicateText(value: Doc): string {
  const param = value.param as Doc;
  return `${value.asserts ? "asserts " : ""}${param.name ?? "this"}${annotated(value.type, " is ")}`;
}

/** The members of an interface, a type literal or a class, one text each. */
export function membersText(def: Doc): string[] {
  const members: string[] = [];
  const each = (key: string, write: (doc: Doc) => string) => {
    for (const doc of (def[key] ?? []) as Doc[]) {
      if (isPublic(doc, def)) members.push(prefix(doc) + write(doc));
    }
  };
  each("callSignatures", (d) => signatureText(d));
  each("constructors", (d) => d.name === "constructor" ? `constructor${signatureText(d)}` : `new ${signatureText(d)}`);
  each("indexSignatures", (d) => `[${list(d.params, paramText)}]${annotated(d.tsType)}`);
  each("properties", (d) => `${d.name}${d.optional ? "?" : ""}${annotated(d.tsType)}`);
  each("methods", (d) => {
    const accessor = d.kind === "getter" ? "get " : d.kind === "setter" ? "set " : "";
    const signature = signatureText((d.functionDef ?? d) as Doc);
    const text = d.kind === "setter" ? signature.replace(/: void$/, "") : signature;
    return `${accessor}${d.name}${d.optional ? "?" : ""}${text}`;
  });
  return members;
}

/** False for what users do not see: private and internal members, hooks under symbols of ours, bodies of overloads. */
function isPublic(member: Doc, def: Doc): boolean {
  const { tags = [] } = (member.jsDoc ?? {}) as { tags?: { kind: string }[] };
  if (member.accessibility === "private" || tags.some(({ kind }) => kind === "internal")) return false;
  if (/^\[([A-Z_]+|Symbol\.for\(.*\))\]$/.test(member.name ?? "")) return false;
  const same = ((def.methods ?? []) as Doc[]).filter(({ name, kind }) => name === member.name && kind === "method");
  const overloaded = same.some(({ functionDef }) => functionDef && !(functionDef as Doc).hasBody);
  return !(overloaded && (member.functionDef as Doc | undefined)?.hasBody);
}

function prefix(doc: Doc): string {
  return [
    doc.accessibility === "protected" ? "protected " : "",
    doc.isStatic ? "static " : "",
    doc.isAbstract ? "abstract " : "",
    doc.readonly === true ? "readonly " : "",
  ].join("");
}

/** A type, as one line. */
export function typeText(type: Doc): string {
  const value = type.value as Doc;
  switch (type.kind) {
    case "keyword":
      return String(value);
    case "this":
      return "this";
    case "literal":
      return literalText(value);
    case "typeRef":
      return `${value.typeName}${typeArgsText(value.typeParams)}`;
    case "union":
      return list(value, typeText, " | ");
    case "intersection":
      return list(value, typeText, " & ");
    case "array":
      return `${typeText(value)}[]`;
    case "tuple":
      return `[${list(value, typeText)}]`;
    case "parenthesized":
      return `(${typeText(value)})`;
    case "optional":
      return `${typeText(value)}?`;
    case "rest":
      return `...${typeText(value)}`;
    case "typeOperator":
      return `${value.operator} ${typeText(value.tsType as Doc)}`;
    case "typeQuery":
      return `typeof ${typeof value === "string" ? value : type.repr}`;
    case "indexedAccess":
      return `${typeText(value.objType as Doc)}[${typeText(value.indexType as Doc)}]`;
    case "infer":
      return `infer ${typeParamsText([value.typeParam]).slice(1, -1)}`;
    case "importType":
      return `import(${JSON.stringify(value.specifier)})${value.qualifier ? `.${value.qualifier}` : ""}`;
    default:
      return composedText(type);
  }
}

function composedText(type: Doc): string {
  const value = type.value as Doc;
  switch (type.kind) {
    case "mapped":
      return mappedText(value);
    case "typePredicate":
      return predicateText(value);
    case "fnOrConstructor":
      return `${Object.hasOwn(value, "constructor") && value["constructor"] as unknown ? "new " : ""}${
        signatureText(value, " => ")
      }`;
    case "typeLiteral": {
      const members = membersText(value);
      return members.length ? `{ ${members.join("; ")} }` : "{}";
    }
    case "conditional": {
      const [check, extended, yes, no] = [value.checkType, value.extendsType, value.trueType, value.falseType]
        .map((t) => typeText(t as Doc));
      return `${check} extends ${extended} ? ${yes} : ${no}`;
    }
    default:
      throw new Error(`Unknown kind of type: ${type.kind}`);
  }
}

function classText(name: string, def: Doc): string {
  const abstract = def.isAbstract ? "abstract " : "";
  const parent = def.extends ? ` extends ${def.extends}${typeArgsText(def.superTypeParams)}` : "";
  const contracts = (def.implements as Doc[] | undefined)?.length
    ? ` implements ${list(def.implements, typeText)}`
    : "";
  return `${abstract}class ${name}${typeParamsText(def.typeParams)}${parent}${contracts}`;
}

/** A declaration as lines: its head, then one indented line a member. */
export function declarationText(name: string, declaration: Doc): string[] {
  const def = declaration.def as Doc;
  const indented = (members: string[]) => members.map((member) => `  ${member}`);
  switch (declaration.kind) {
    case "function":
      return [`function ${name}${signatureText(def)}`];
    case "class":
      return [classText(name, def), ...indented(membersText(def))];
    case "interface": {
      const parents = (def.extends as Doc[] | undefined)?.length ? ` extends ${list(def.extends, typeText)}` : "";
      return [`interface ${name}${typeParamsText(def.typeParams)}${parents}`, ...indented(membersText(def))];
    }
    case "typeAlias":
      return [`type ${name}${typeParamsText(def.typeParams)} = ${typeText(def.tsType as Doc)}`];
    case "variable":
      return [`${def.kind} ${name}${annotated(def.tsType)}`];
    case "enum":
      return [`enum ${name} { ${list(def.members, (m) => `${m.name}${annotated(m.init, " = ")}`)} }`];
    default:
      return [`${declaration.kind} ${name}`];
  }
}
