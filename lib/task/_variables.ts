import { type Insides, type Surrounding, valueOf } from "./_inspector.ts";

/**
 * Which variables are one and the same. Two functions that were made in the
 * same place share its variables; the inspector does not say so, but gives each
 * of them a list of regions with values. Regions are taken for the same when
 * module, description, names and values are the same, unless two copies of one
 * function are directly inside: these are made in two runs of their place.
 */

/** A region of variables, once for all functions in it. */
export interface Region {
  readonly parent: Region | null;
  readonly surrounding: Surrounding;
  readonly script: string;
  readonly isModule: boolean;
  /** Places of the functions directly inside. */
  readonly inside: Set<string>;
  readonly children: Region[];
  /** Numbers of the variables that travel, by name. */
  readonly variables: Map<string, number>;
  /** Numbers of the functions that are made again directly inside. */
  readonly functions: number[];
}

function isSame(region: Region, surrounding: Surrounding, script: string): boolean {
  if (region.surrounding.description !== surrounding.description || region.script !== script) return false;
  if (region.isModule) return true;
  const [a, b] = [region.surrounding.variables, surrounding.variables];
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) =>
      Object.hasOwn(b, name) && Object.is(valueOf(region.surrounding, name), valueOf(surrounding, name))
    );
}

/** All regions of one capture: a tree whose root holds nothing. */
export class Regions {
  readonly root: Region = newRegion(null, { description: "", variables: {} }, "");

  /** The innermost region of a function. */
  of(insides: Insides): Region {
    let region = this.root;
    const { surroundings, script, place } = insides;
    for (let i = surroundings.length - 1; i >= 0; i--) {
      const surrounding = surroundings[i] as Surrounding;
      const parent = region;
      const found = parent.children.find((child) => {
        if (!isSame(child, surrounding, script)) return false;
        return i > 0 || child.isModule || !child.inside.has(place);
      });
      region = found ?? newRegion(parent, surrounding, script);
      if (found === undefined) parent.children.push(region);
    }
    region.inside.add(place);
    return region;
  }
}

function newRegion(parent: Region | null, surrounding: Surrounding, script: string): Region {
  return {
    parent,
    surrounding,
    script,
    isModule: surrounding.description.startsWith("Module"),
    inside: new Set(),
    children: [],
    variables: new Map(),
    functions: [],
  };
}

/** The region that declares `name`, looked for from `region` outwards. */
export function regionOf(name: string, region: Region): Region | undefined {
  for (let at: Region | null = region; at !== null; at = at.parent) {
    if (Object.hasOwn(at.surrounding.variables, name)) return at;
  }
  return undefined;
}
