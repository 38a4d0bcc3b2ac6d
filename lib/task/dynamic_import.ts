/**
 * `import()` of a module that is known only at run time. The one place that has it: the text that a worker runs first is
 * no module, so `tools/build_bootstrap.ts` puts the `import()` of the module that runs it in this place.
 */
export async function dynamicImport(specifier: string, options?: ImportCallOptions): Promise<unknown> {
  return await import(specifier, options);
}
