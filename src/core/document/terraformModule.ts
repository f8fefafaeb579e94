import { keepingLast } from "../lastResults.ts";
import { readHcl } from "./hcl.ts";
import { readHclJson, readJsonValues } from "./hclJson.ts";
import { givenVariables, variablesAndLocals } from "./hclScope.ts";
import { fileLookup } from "./hclTexts.ts";
import type { HclDefinition, HclLookup, ModuleLookup } from "./hclValue.ts";
import { namesBeside, siblingPath, type Siblings } from "./siblings.ts";
import type { TemplateSource } from "./template.ts";

/** Files in which people keep the variables and locals of a module, and the values that the tool takes by itself. */
interface ModuleFiles {
  /** What the tool takes values from by itself: first these, then those of this form, in order; the last wins. */
  readonly first: readonly string[];
  readonly values: RegExp;
  readonly files: RegExp;
  /** Where the folder is not known: what they are usually called. */
  readonly usual: readonly string[];
  /** Where they are, in whatever folder. */
  readonly always?: readonly string[];
}

const terraform: ModuleFiles = {
  first: ["terraform.tfvars", "terraform.tfvars.json"],
  values: /\.auto\.tfvars(?:\.json)?$/,
  files: /\.(?:tf|tofu)(?:\.json)?$/,
  usual: ["variables.tf", "locals.tf", "main.tf", "vars.tf", "inputs.tf", "versions.tf", "variables.tofu"],
};
const packer: ModuleFiles = {
  first: [],
  values: /\.auto\.pkrvars\.hcl$/,
  files: /\.pkr\.hcl$/,
  usual: ["variables.pkr.hcl", "vars.pkr.hcl", "variable.pkr.hcl", "locals.pkr.hcl", "main.pkr.hcl"],
};
/** Templates of a pack lie in a folder of their own below its variables (Nomad Pack, "Writing packs"). */
const pack: ModuleFiles = {
  first: [],
  values: /^$/,
  files: /^$/,
  usual: [],
  always: ["../variables.hcl", "../../variables.hcl"],
};
/** Most files of a folder that are looked into. */
const maximumFiles = 60;

/** The files of a module that were read last: those beside them look into the same. */
export const readPart = keepingLast(maximumFiles, readHcl);
const readJsonPart = keepingLast(4, readHclJson);
const namesIn = keepingLast(2 * maximumFiles, namesThatMayBeSaid);

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

/** Looks variables up that the pack declares whose template is at `path`. */
export function packLookup(path: string, siblings: Siblings): ModuleLookup {
  return folderLookup(path, siblings, pack);
}

function folderLookup(
  path: string,
  siblings: Siblings,
  { first, values, files, usual, always = [] }: ModuleFiles,
): ModuleLookup {
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
      given: [...all.filter((name) => values.test(name)).toReversed(), ...first.toReversed()],
      parts: [
        ...always,
        ...all
          .filter((name) => files.test(name))
          .toSorted((one, other) => Number(usual.includes(other)) - Number(usual.includes(one)))
          .slice(0, maximumFiles),
      ],
    };
  };
  /** What the files say of a name; one that declares it without a value ends the search. */
  const firstOf = (some: readonly string[], name: string, isGiven: boolean): HclDefinition | undefined => {
    const bare = name.slice(name.indexOf(".") + 1);
    for (const file of some) {
      const source = textAt(file);
      if (source === undefined || !namesIn(source.text).has(bare)) continue;
      const isJson = file.endsWith(".json");
      const lookup = lookups.get(source.file) ?? lookupIn(source, isJson, isGiven);
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

/** What a file says of names. */
function lookupIn(source: TemplateSource, isJson: boolean, isGiven: boolean): HclLookup {
  if (!isGiven) return variablesAndLocals((isJson ? readJsonPart : readPart)(source.text), source);
  return givenVariables(isJson ? readJsonValues(source.text) : readPart(source.text), source);
}

/** The names that a text may declare or give a value, and others: most files of a folder need not be read for one. */
function namesThatMayBeSaid(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, declared, assigned] of text.matchAll(
    /(?:^|[\s{,])(?:(?:variable|local)[ \t]+"?([\w-]+)|"?([\w-]+)"?[ \t]*(?:=(?!=)|:))/g,
  ))
    names.add(declared ?? assigned ?? "");
  return names;
}
