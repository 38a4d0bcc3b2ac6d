/**
 * Measures one of npm's pools: `main.mjs RIVAL MEASURE [--quick]`, on Node or on Deno.
 *
 * @module
 */
import process from "node:process";
import { report } from "../measures.mjs";
import { ADAPTERS } from "./adapters.mjs";

const [name, measure, ...flags] = process.argv.slice(2);
await report(await ADAPTERS[name](), measure, flags.includes("--quick"));
process.exit(0);
