import { perRealm } from "../base/realm.ts";
import { BootstrapError } from "../base/errors.ts";

/** Throws a {@linkcode BootstrapError} while this worker imports a module: what must not start then is a process or a pool. */
export function checkNotImporting(what: string): void {
  if (perRealm("importing", () => ({ depth: 0 })).depth === 0) return;
  throw new BootstrapError(
    `Cannot create a ${what} while a worker imports the module: ` +
      `guard the main code with "if (import.meta.main) { … }", as it runs again in each worker otherwise`,
  );
}
