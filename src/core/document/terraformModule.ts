import { readHcl } from "./hcl.ts";
import { givenVariables, variablesAndLocals } from "./hclScope.ts";
import { fileLookup } from "./hclTexts.ts";
import type { HclLookup } from "./hclValue.ts";
import { siblingPath, type Siblings } from "./siblings.ts";

/** Files in which people keep the variables and locals of a module, and the values that the tool takes by itself. */
interface ModuleFiles {
  readonly values: readonly string[];
  readonly files: readonly string[];
}

const terraform: ModuleFiles = {
  values: ["terraform.tfvars"],
  files: ["variables.tf", "locals.tf", "main.tf", "vars.tf", "inputs.tf", "versions.tf", "variables.tofu"],
};
const packer: ModuleFiles = {
  values: [],
  files: ["variables.pkr.hcl", "vars.pkr.hcl", "variable.pkr.hcl", "locals.pkr.hcl", "main.pkr.hcl"],
};

/**
 * Looks variables and locals up in the other files of the module that the file at `path` belongs to: Terraform reads
 * all files of a folder as one.
 */
export function moduleLookup(path: string, siblings: Siblings): HclLookup {
  return folderLookup(path, siblings, terraform);
}

/** Looks variables and locals up in the other templates of a folder, which Packer reads as one too. */
export function packerLookup(path: string, siblings: Siblings): HclLookup {
  return folderLookup(path, siblings, packer);
}

function folderLookup(path: string, siblings: Siblings, { values, files }: ModuleFiles): HclLookup {
  const lookups = new Map<string, HclLookup>();
  const lookupOf = (name: string, isGiven: boolean): HclLookup => {
    const known = lookups.get(name);
    if (known !== undefined) return known;
    const file = siblingPath(path, name);
    const text = file === undefined || file === path ? undefined : siblings(file);
    const source = { text: text ?? "", file: file ?? "" };
    const body = readHcl(text ?? "");
    const lookup = isGiven ? givenVariables(body, source) : variablesAndLocals(body, source);
    lookups.set(name, lookup);
    return lookup;
  };
  const texts = fileLookup((relative) => {
    const file = siblingPath(path, relative);
    const text = file === undefined ? undefined : siblings(file);
    return file === undefined || text === undefined ? undefined : { text, file };
  });
  return (name) => {
    if (!/^(?:var|local)\./.test(name)) return texts(name);
    for (const file of values) {
      const found = name.startsWith("var.") ? lookupOf(file, true)(name) : undefined;
      if (found !== undefined) return found;
    }
    for (const file of files) {
      const found = lookupOf(file, false)(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
