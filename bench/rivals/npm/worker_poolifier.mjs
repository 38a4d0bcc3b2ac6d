/** What poolifier's workers run. */
import { all } from "../functions.mjs";

const { ThreadWorker } = await import("poolifier");

export default new ThreadWorker(all);
