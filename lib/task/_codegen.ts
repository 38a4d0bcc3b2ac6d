import { HOOK } from "./_analysis.ts";
import type { Region } from "./_variables.ts";

/**
 * The program that makes functions again: regions of variables are blocks, one
 * in the other as they were, so that functions find their variables by the
 * names that their sources use, and those that shared one still do.
 *
 * ```js ignore
 * {
 *   let factor;                                  // of the module
 *   $lanesSet[0] = (v) => { factor = v; };
 *   {
 *     let n;                                     // of a function in it
 *     $lanesSet[1] = (v) => { n = v; };
 *     $lanesMake[0] = ($lanes) => ((x) => x * factor + n);
 *   }
 * }
 * ```
 */

/** Parameters of the program. */
export const PARAMETERS: readonly string[] = [`${HOOK}Make`, `${HOOK}Set`];

/** The program for a tree of regions; `expressionOf`: the source that makes a function. */
export function codeFor(root: Region, expressionOf: (number: number) => string): string {
  const out: string[] = [];
  write(root, expressionOf, out);
  return out.join("");
}

function write(region: Region, expressionOf: (number: number) => string, out: string[]): void {
  out.push("{");
  for (const [name, number] of region.variables) {
    out.push(`let ${name};${HOOK}Set[${number}]=($lanesValue)=>{${name}=$lanesValue};\n`);
  }
  for (const number of region.functions) {
    out.push(`${HOOK}Make[${number}]=(${HOOK})=>${expressionOf(number)};\n`);
  }
  for (const child of region.children) write(child, expressionOf, out);
  out.push("}");
}
