/**
 * The arena of shared memory, as the rest of the library uses it. The parts:
 * `_heap.ts` (headers and free lists), `_blocks.ts` (the critical section),
 * `_ledger.ts` (what each process holds) and `_names.ts` (the table of names),
 * which are loaded here since whoever sweeps after a dead process needs their
 * sweepers.
 */
import "./_ledger.ts";
import "./_names.ts";

export type { AllocateOptions, ArenaStats, BlockInfo, Sweeper } from "./_blocks.ts";
export {
  allocate,
  attach,
  attachedTo,
  changeOwner,
  commit,
  forEachBlock,
  free,
  generationOf,
  lengthOf,
  ownerOf,
  referencesOf,
  registerSweeper,
  release,
  retain,
  stats,
  sweep,
} from "./_blocks.ts";
