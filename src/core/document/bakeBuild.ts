import {
  inheritedText,
  readBakeTargets,
  targetAttribute,
  withInherited,
  type BakeFile,
  type BakeTarget,
} from "./bakeTargets.ts";
import { contextNames, targetEntries, targetLookups } from "./bakeValues.ts";
import type { SuppliedArgument, WorkspaceBuild } from "./workspaceBuild.ts";
import { asExpression, hclScope } from "./hclScope.ts";
import type { HclLookup } from "./hclValue.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { templateText } from "./template.ts";
import { scalarOf } from "./yamlNode.ts";

/** Those that bake reads by itself, and the one that is mostly named for it. */
const fileNames = ["docker-bake.hcl", "docker-bake.json", "bake.hcl"];
/** Bake files beside a Dockerfile, in the folders above, and in the one that holds what is for Docker. */
const folders = ["", "../", "../../", "docker/", "../docker/"];

/** Where bake files that build the Dockerfile at `path` may be. */
function bakeFilesBeside(path: string): readonly string[] {
  const places = folders.flatMap((folder) => fileNames.flatMap((name) => siblingPath(path, folder + name) ?? []));
  return [...new Set(places)];
}

/** The builds of the Dockerfile at `path` in the bake files beside and above it. */
export function bakeBuildsBeside(path: string, siblings: Siblings): readonly WorkspaceBuild[] {
  return bakeFilesBeside(path).flatMap((file) => {
    const text = siblings(file);
    if (text === undefined) return [];
    const read = readBakeTargets(text, file.endsWith(".json"));
    // Paths are those of where bake runs, which is beside the file or at a folder above it.
    for (const above of ["", "../", "../../", "../../../"]) {
      const found = read.targets.filter((target) => dockerfileOf(read, target, file, above) === path);
      if (found.length > 0) return found.flatMap((target) => buildsOf(read, target, file));
    }
    return [];
  });
}

/**
 * The builds of the inline Dockerfile of a target: its own, where names stand for what `lookup` says, and those of
 * targets that inherit it.
 */
export function inlineBuilds(file: BakeFile, target: BakeTarget, lookup: HclLookup): readonly WorkspaceBuild[] {
  return file.targets
    .filter((one) => {
      const from = withInherited(file, one).find((each) => targetAttribute(each, "dockerfile-inline") !== undefined);
      return from === target;
    })
    .flatMap((one) => (one === target ? [bakeBuild(file, one, "", lookup)] : buildsOf(file, one, "")));
}

/** A target of the bake file at `path` as builds of a Dockerfile, one for each combination of its matrix. */
function buildsOf(file: BakeFile, target: BakeTarget, path: string): readonly WorkspaceBuild[] {
  return targetLookups(file, target).map((lookup) => bakeBuild(file, target, path, lookup));
}

function bakeBuild(file: BakeFile, target: BakeTarget, path: string, lookup: HclLookup): WorkspaceBuild {
  const { text, variable } = file;
  return {
    contexts: contextNames(file, target, lookup),
    valuesOf(name): readonly (SuppliedArgument | undefined)[] {
      for (const one of withInherited(file, target)) {
        const given = targetEntries(file, one, "args", lookup).findLast(({ key }) => key === name);
        const scalar = scalarOf(asExpression(text, given?.node));
        if (given === undefined || scalar === undefined) continue;
        const value = templateText(text, scalar, hclScope(text, scalar, given.lookup, variable));
        const step = { span: scalar.span, file: path, label: `build argument ${name}`, text: scalar.text };
        return [value === undefined || value === "" ? undefined : { text: value, step }];
      }
      return [];
    },
  };
}

/** The Dockerfile that a target reads; undefined where it stands in the bake file, or outside of the workspace. */
function dockerfileOf(file: BakeFile, target: BakeTarget, path: string, above: string): string | undefined {
  const targets = withInherited(file, target);
  if (inheritedText(targets, "dockerfile-inline") !== undefined) return undefined;
  const context = inheritedText(targets, "context") ?? ".";
  const dockerfile = inheritedText(targets, "dockerfile") ?? "Dockerfile";
  return /^[a-z][a-z0-9+.-]*:/i.test(context) ? undefined : siblingPath(path, `${above}${context}/${dockerfile}`);
}
