import type { Span } from "../image/span.ts";
import type { HclBlock } from "./hcl.ts";
import { evaluateNode } from "./hclEvaluate.ts";
import { isNameOfOther, jsonIn, type HclFile } from "./hclFile.ts";
import { imageValues } from "./hclImages.ts";
import { variablesAndLocals } from "./hclScope.ts";
import type { HclLookup, HclThunk } from "./hclValue.ts";
import { folderOf, namesIn, siblingPath, type Siblings } from "./siblings.ts";
import type { TemplateSource } from "./template.ts";
import { meta } from "./terraformGuess.ts";
import { moduleLookup, readPart } from "./terraformModule.ts";
import { createToldImages, type ToldImages } from "./terraformTold.ts";
import { scalarOf, type YamlNode } from "./yamlNode.ts";

/** Where modules that call each other are looked up. */
export interface ModulePlace {
  readonly path: string;
  readonly siblings: Siblings;
  /** What the calls of the file that is read told; absent in that file itself. */
  readonly told?: ToldImages;
  readonly depth: number;
}

/** Modules in modules that are followed. */
const maximumDepth = 3;
/** Most files of a module that are looked into. */
const maximumFiles = 40;
/** Files without one of these words run no container. */
const mayRun = /image|container|repository|\bmodule[ \t]+"/;

/**
 * Reads the module that a call names by a path as what it is given: an image that is told at the call stands there. Gives
 * where the file that is read tells one, and what it tells though the module never looks at it.
 */
export function readCall(
  caller: HclFile,
  { body }: Pick<HclBlock, "body">,
  source: YamlNode | undefined,
  place: ModulePlace,
  read: (file: HclFile, place: ModulePlace) => void,
): ToldImages["places"] {
  const inside = pathInModule(source, place);
  if (inside === undefined || place.depth >= maximumDepth) return [];
  const told = place.told ?? createToldImages(caller, { body });
  const given = new Map<string, HclThunk>();
  for (const { key, value } of body.attributes) {
    if (meta.has(key.text) || key.text === "source") continue;
    const label = `argument ${key.text}`;
    given.set(`var.${key.text}`, { kind: "written", node: value, environment: caller.environment(), label });
  }
  const names = namesIn(folderOf(inside), place.siblings)?.filter((one) => /\.(?:tf|tofu)(?:\.json)?$/.test(one)) ?? [];
  const texts: (string | undefined)[] = [];
  for (const name of names.slice(0, maximumFiles)) {
    const path = siblingPath(inside, name);
    const text = path === undefined ? undefined : place.siblings(path);
    texts.push(text);
    if (path === undefined || text === undefined || name.endsWith(".json") || !mayRun.test(text)) continue;
    told.enter(path);
    read(fileOfModule({ text, file: path }, given, place.siblings, told), {
      ...place,
      path,
      told,
      depth: place.depth + 1,
    });
  }
  return [...told.places, ...unusedArguments(body, names.length > maximumFiles ? [] : texts)];
}

/** The arguments of a call that no file of its module names, where all of them are known. */
function unusedArguments({ attributes }: HclBlock["body"], texts: readonly (string | undefined)[]): readonly Span[] {
  if (texts.length === 0 || texts.includes(undefined)) return [];
  const used = new Set(texts.flatMap((text = "") => Array.from(text.matchAll(/\bvar\.([\w-]+)/g), ([, name]) => name)));
  // One that hands on all of them looks at each.
  if (texts.some((text = "") => /\bvar\b(?!\.)/.test(text.replaceAll(/^[ \t]*(?:#|\/\/).*$/gm, "")))) return [];
  return attributes.flatMap(({ key, value }) => (used.has(key.text) ? [] : [value.span]));
}

/** Where a module's name may begin that Terragrunt runs (its built-in functions), as seen from the caller or from the top. */
const ownFolder = /^\$\{\s*get_(?:original_)?terragrunt_dir\(\)\s*\}\/+/;
const wholeRepository = /^\$\{\s*get_(?:path_to_)?repo_root\(\)\s*\}\/+/;

/** The path of a file in the module's folder, which may be the workspace's own. */
function pathInModule(source: YamlNode | undefined, { path, siblings }: ModulePlace): string | undefined {
  const scalar = scalarOf(source);
  if (scalar === undefined || scalar.tag !== undefined) return undefined;
  const named = scalar.text.replace(ownFolder, "./");
  const fromTop = named.replace(wholeRepository, "");
  if (fromTop === named && !/^\.\.?(?:\/|$)/.test(named)) return undefined;
  const inside = siblingPath(fromTop === named ? path : "", `./${fromTop}/main.tf`);
  return inside === undefined || siblings(folderOf(inside)) === undefined ? undefined : inside;
}

const nothing = (): void => undefined;

/** A file of a module as its caller sees it: what it runs is told to `told`, and its scripts are its own. */
function fileOfModule(
  source: TemplateSource,
  given: ReadonlyMap<string, HclThunk>,
  siblings: Siblings,
  told: ToldImages,
): HclFile {
  const { text } = source;
  const root = readPart(text);
  const own = variablesAndLocals(root, source);
  const { beside } = moduleLookup(source.file, siblings);
  const outer: HclLookup = (name) => {
    const thunk = given.get(name);
    return thunk === undefined ? (own(name) ?? beside(name)) : { label: name, nodes: [], thunks: [thunk] };
  };
  const view = (lookup: HclLookup): HclFile => {
    const file: HclFile = {
      root,
      text,
      lookup,
      within: view,
      environment: () => ({
        source,
        own: source,
        lookup,
        root: outer,
        isShared: true,
        budget: { left: maximumEvaluations, depth: 0 },
      }),
      evaluate: (node) => evaluateNode(node, file.environment()),
      expand(node) {
        const [value] = node === undefined ? [] : file.evaluate(node);
        return value?.kind === "text" ? value.value : undefined;
      },
      image(node, _site, { wrapper = "" } = {}) {
        if (node === undefined || isNameOfOther(node, lookup)) return;
        for (const value of file.evaluate(node)) if (value.kind === "text") told.add(value.value, wrapper);
      },
      add: (_node, _site, value, wrapper = "") => told.add(value, wrapper),
      imagesIn(node, keys, site, accepts = () => true) {
        for (const { value, at, seenAs } of imageValues(node, file.environment(), keys)) {
          if (seenAs !== undefined) told.node(at, seenAs, accepts);
          else if (value !== undefined && accepts(value)) told.add(value, "");
        }
        for (const document of jsonIn(text, node)) file.imagesIn(document, keys, site, accepts);
      },
      embedded: nothing,
      script: nothing,
      words: nothing,
      document: () => told.caller.document(),
    };
    return file;
  };
  return view(outer);
}

/** Evaluations for one value. */
const maximumEvaluations = 4000;
