import { keepingLast } from "../lastResults.ts";
import { readHcl } from "./hcl.ts";
import { givenVariables, variablesAndLocals } from "./hclScope.ts";
import { fileLookup } from "./hclTexts.ts";
import type { HclDefinition, HclLookup, ModuleLookup } from "./hclValue.ts";
import { namesBeside, siblingPath, type Siblings } from "./siblings.ts";

/** Files in which people keep the variables and locals of a module, and the values that the tool takes by itself. */
interface ModuleFiles {
  /** What the tool takes values from by itself: first this one, then those of this form, in order; the last wins. */
  readonly first?: string;
  readonly values: RegExp;
  readonly files: RegExp;
  /** Where the folder is not known: what they are usually called. */
  readonly usual: readonly string[];
}

const terraform: ModuleFiles = {
  first: "terraform.tfvars",
  values: /\.auto\.tfvars$/,
  files: /\.(?:tf|tofu)$/,
  usual: ["variables.tf", "locals.tf", "main.tf", "vars.tf", "inputs.tf", "versions.tf", "variables.tofu"],
};
const packer: ModuleFiles = {
  values: /\.auto\.pkrvars\.hcl$/,
  files: /\.pkr\.hcl$/,
  usual: ["variables.pkr.hcl", "vars.pkr.hcl", "variable.pkr.hcl", "locals.pkr.hcl", "main.pkr.hcl"],
};
/** Most files of a folder that are looked into. */
const maximumFiles = 60;

/** The files of a module that were read last: those beside them look into the same. */
const readPart = keepingLast(24, readHcl);

/**
 * Looks variables and locals up in the other files of the module that the file at `path` belongs to: Terraform reads
 * all files of a folder as one.
 */
export function moduleLookup(path: string, siblings: Siblings): ModuleLookup {
  return folderLookup(path, siblings, terraform);
}

/** Looks variables and locals up in the other templates of a folder, which Packer reads as one too. */
export function packerLookup(path: string, siblings: Siblings): ModuleLookup {
  return folderLookup(path, siblings, packer);
}

function folderLookup(path: string, siblings: Siblings, { first, values, files, usual }: ModuleFiles): ModuleLookup {
  const lookups = new Map<string, HclLookup>();
  /** What a file says of a name, where it has the name at all. */
  const inFile = (file: string, name: string, isGiven: boolean): HclDefinition | undefined => {
    const place = siblingPath(path, file);
    const text = place === undefined || place === path ? undefined : siblings(place);
    if (place === undefined || text?.includes(name.slice(name.indexOf(".") + 1)) !== true) return undefined;
    const source = { text, file: place };
    const lookup =
      lookups.get(place) ??
      (isGiven ? givenVariables(readPart(text), source) : variablesAndLocals(readPart(text), source));
    lookups.set(place, lookup);
    return lookup(name);
  };
  let names: { readonly given: readonly string[]; readonly parts: readonly string[] } | undefined;
  const namesOf = (): { readonly given: readonly string[]; readonly parts: readonly string[] } => {
    const all = namesBeside(path, siblings) ?? usual;
    return {
      given: [...all.filter((name) => values.test(name)).toReversed(), ...(first === undefined ? [] : [first])],
      parts: all.filter((name) => files.test(name)).slice(0, maximumFiles),
    };
  };
  const firstOf = (some: readonly string[], name: string, isGiven: boolean): HclDefinition | undefined => {
    for (const file of some) {
      const found = inFile(file, name, isGiven);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const texts = fileLookup((relative) => {
    const file = siblingPath(path, relative);
    const text = file === undefined ? undefined : siblings(file);
    return file === undefined || text === undefined ? undefined : { text, file };
  });
  return {
    given: (name) => (name.startsWith("var.") ? firstOf((names ??= namesOf()).given, name, true) : undefined),
    beside: (name) => (/^(?:var|local)\./.test(name) ? firstOf((names ??= namesOf()).parts, name, false) : texts(name)),
  };
}
