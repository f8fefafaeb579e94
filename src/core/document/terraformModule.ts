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
  const textAt = (file: string): { readonly text: string; readonly file: string } | undefined => {
    const place = siblingPath(path, file);
    const text = place === undefined || place === path ? undefined : siblings(place);
    return place === undefined || text === undefined ? undefined : { text, file: place };
  };
  let names: { readonly given: readonly string[]; readonly parts: readonly string[] } | undefined;
  const namesOf = (): { readonly given: readonly string[]; readonly parts: readonly string[] } => {
    const all = namesBeside(path, siblings) ?? usual;
    return {
      given: [...all.filter((name) => values.test(name)).toReversed(), ...(first === undefined ? [] : [first])],
      parts: all
        .filter((name) => files.test(name))
        .toSorted((one, other) => Number(usual.includes(other)) - Number(usual.includes(one)))
        .slice(0, maximumFiles),
    };
  };
  /** What the files say of a name; one that declares it without a value ends the search. */
  const firstOf = (some: readonly string[], name: string, isGiven: boolean): HclDefinition | undefined => {
    const mayDeclare = declarationOf(name, isGiven);
    for (const file of some) {
      const source = textAt(file);
      if (source === undefined || !mayDeclare(source.text)) continue;
      const read = isGiven ? givenVariables : variablesAndLocals;
      const lookup = lookups.get(source.file) ?? read(readPart(source.text), source);
      lookups.set(source.file, lookup);
      const found = lookup(name);
      if (found !== undefined || (!isGiven && name.startsWith("var."))) return found;
    }
    return undefined;
  };
  const texts = fileLookup((relative) => {
    const file = siblingPath(path, relative);
    const text = file === undefined ? undefined : siblings(file);
    return file === undefined || text === undefined ? undefined : { text, file };
  });
  const known = new Map<string, HclDefinition | undefined>();
  const once = (key: string, find: () => HclDefinition | undefined): HclDefinition | undefined => {
    if (!known.has(key)) known.set(key, find());
    return known.get(key);
  };
  return {
    given: (name) =>
      name.startsWith("var.")
        ? once(`given ${name}`, () => firstOf((names ??= namesOf()).given, name, true))
        : undefined,
    beside: (name) =>
      /^(?:var|local)\./.test(name) ? once(name, () => firstOf((names ??= namesOf()).parts, name, false)) : texts(name),
  };
}

/** Tells whether a text may declare a variable or a local, or give a variable its value, without reading it. */
function declarationOf(name: string, isGiven: boolean): (text: string) => boolean {
  const [kind, bare = ""] = name.split(".");
  if (!/^[\w-]+$/.test(bare)) return () => false;
  const assigned = new RegExp(`(?:^|\\{)[ \\t]*"?${bare}"?[ \\t]*=(?!=)`, "m");
  if (isGiven) return (text) => assigned.test(text);
  const declared = new RegExp(`^[ \\t]*${kind === "var" ? "variable" : "local"}[ \\t]+"?${bare}"?[ \\t]*\\{`, "m");
  const list = kind === "var" ? /^variables[ \t]*\{/m : /^locals[ \t]*\{/m;
  return (text) => text.includes(bare) && (declared.test(text) || (list.test(text) && assigned.test(text)));
}
