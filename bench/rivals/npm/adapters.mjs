/**
 * npm's pools, each as `measures.mjs` wants it. Packages are imported when asked for: each program measures one.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** @param {string} name @returns {URL} */
function worker(name) {
  return new URL(`worker_${name}.mjs`, import.meta.url);
}

/** Piscina, and Tinypool, which was made of it. */
/** @param {string} name @param {any} Pool @returns {import("../measures.mjs").Rival} */
function piscinaLike(name, Pool) {
  return {
    create(workers) {
      const pool = new Pool({ filename: worker(name).href, minThreads: workers, maxThreads: workers });
      return {
        call: (name, value) => pool.run(value, { name }),
        transfer: (array) => pool.run(array, { name: "moveSquared", transferList: [array.buffer] }),
        close: () => pool.destroy(),
      };
    },
  };
}

async function piscina() {
  return piscinaLike("piscina", (await import("piscina")).Piscina);
}

async function tinypool() {
  return piscinaLike("tinypool", (await import("tinypool")).default);
}

async function workerpool() {
  const { default: workerpool } = await import("workerpool");
  return {
    create(workers) {
      const options = { minWorkers: workers, maxWorkers: workers, workerType: "thread" };
      const pool = workerpool.pool(fileURLToPath(worker("workerpool")), options);
      return {
        call: (name, value) => pool.exec(name, [value]),
        transfer: (array) => pool.exec("moveSquared", [array], { transfer: [array.buffer] }),
        close: () => pool.terminate(true),
      };
    },
  };
}

async function poolifier() {
  const { FixedThreadPool } = await import("poolifier");
  return {
    create(workers) {
      const pool = new FixedThreadPool(workers, fileURLToPath(worker("poolifier")), { enableTasksQueue: true });
      // What comes back is copied: it has no way to transfer a result.
      return { call: (name, value) => pool.execute(value, name), close: () => pool.destroy() };
    },
  };
}

/** By name. @type {Record<string, () => Promise<import("../measures.mjs").Rival>>} */
export const ADAPTERS = { piscina, tinypool, workerpool, poolifier };
