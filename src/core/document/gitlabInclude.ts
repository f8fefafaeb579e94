import { maximumNames, siblingPath, type Siblings } from "./siblings.ts";
import type { TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** A file's configuration among those that it includes, and that include it. */
export interface GitlabConfiguration {
  readonly root: YamlNode | undefined;
  /** The inputs of each file by its path; those of the file itself under nothing. */
  readonly inputs: ReadonlyMap<string | undefined, GitlabInputs>;
  /** The other file in which a node stands; absent for nodes of the file itself. */
  readonly sources: ReadonlyMap<YamlNode, TemplateSource>;
}

/** What `spec:inputs` of a file offers, and what each `include` that brings it in gives. */
export interface GitlabInputs {
  readonly defaults: YamlNode | undefined;
  /** Where the defaults stand, if in another file. */
  readonly source: TemplateSource | undefined;
  readonly given: readonly { readonly inputs: YamlNode | undefined; readonly source: TemplateSource | undefined }[];
}

const maximumDepth = 5;
const maximumFiles = 40;
/** Characters of other files; more are not followed. */
const maximumText = 300_000;

interface Part {
  readonly root: YamlNode;
  readonly source: TemplateSource | undefined;
  readonly defaults: YamlNode | undefined;
}

/**
 * Joins a file with what it includes from its own repository (`include:local`). A file that is no configuration by
 * itself is joined with the nearest `.gitlab-ci.yml` above it that includes it.
 */
export function withIncludes(
  root: YamlNode | undefined,
  header: YamlNode | undefined,
  path: string,
  text: string,
  siblings: Siblings,
): GitlabConfiguration {
  const defaults = valueAt(header, "spec", "inputs");
  const alone = {
    root,
    sources: new Map<YamlNode, TemplateSource>(),
    inputs: new Map([[undefined, { defaults, source: undefined, given: [] }]]),
  };
  // A file that asks for nothing from elsewhere and offers nothing that others could fill in is read alone.
  if (root === undefined || !/\$|\bextends\b|!reference/.test(text)) return alone;
  const entry = { root, source: undefined, defaults };
  const name = path.slice(path.lastIndexOf("/") + 1);
  const from = (folder: string): GitlabConfiguration => {
    const state = { siblings, own: path, entry, given: new Map<Part, Given[]>(), left: maximumText };
    const parts = collect(entry, path, folder, state);
    return parts.length > 1 ? join(parts, state.given) : alone;
  };
  if (/^\.gitlab-ci\.ya?ml$/i.test(name)) return from(folderOf(path));
  for (let folder = folderOf(path); ; folder = folderOf(folder.slice(0, -1))) {
    const parent = `${folder}.gitlab-ci.yml`;
    const part = read(parent, siblings);
    if (part !== undefined) {
      const state = { siblings, own: path, entry, given: new Map<Part, Given[]>(), left: maximumText };
      const parts = collect(part, parent, folder, state);
      if (parts.includes(entry)) return join(parts, state.given);
    }
    // Another repository, or another configuration file, may be what includes it.
    if (folder === "") return from("");
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function read(path: string, siblings: Siblings): Part | undefined {
  const text = siblings(path);
  if (text === undefined || text.length > maximumText) return undefined;
  const roots = readYaml(text).documents.flatMap(({ root }) => root ?? []);
  const root = roots.find((one) => valueAt(one, "spec") === undefined) ?? roots[0];
  const defaults = roots.map((one) => valueAt(one, "spec", "inputs")).find((one) => one !== undefined);
  return root === undefined ? undefined : { root, source: { text, file: path }, defaults };
}

type Given = GitlabInputs["given"][number];

interface Collecting {
  readonly siblings: Siblings;
  readonly own: string;
  readonly entry: Part;
  readonly given: Map<Part, Given[]>;
  left: number;
}

/** The files of a configuration, those that others override first. */
function collect(start: Part, path: string, folder: string, state: Collecting): readonly Part[] {
  const parts: Part[] = [];
  const seen = new Map<string, Part | undefined>([[path, start]]);
  const partAt = (found: string, depth: number): Part | undefined => {
    if (seen.has(found) || seen.size > maximumFiles || state.left <= 0) return seen.get(found);
    const included = found === state.own ? state.entry : read(found, state.siblings);
    seen.set(found, included);
    state.left -= included?.source?.text.length ?? 0;
    if (included !== undefined) visit(included, depth + 1);
    return included;
  };
  const visit = (part: Part, depth: number): void => {
    if (depth < maximumDepth)
      for (const { paths, inputs } of localIncludes(part.root, patternsIn(folder, state)))
        for (const local of paths) {
          const found = siblingPath(`${folder}x`, local.replace(/^\/+/, ""));
          const included = found === undefined ? undefined : partAt(found, depth);
          if (included === undefined) continue;
          state.given.set(included, [...(state.given.get(included) ?? []), { inputs, source: part.source }]);
          break;
        }
    parts.push(part);
  };
  visit(start, 0);
  return parts;
}

/** A component of the project itself, which stands in its folder of templates. */
const ownComponent = /^\$\{?CI_SERVER_(?:FQDN|HOST)\}?\/\$\{?CI_PROJECT_PATH\}?\/([\w-]+)@/;

/** The files that a pattern of `include:local` names: `*` stands for a part of a name, `**` for folders too. */
function patternsIn(folder: string, { siblings, own }: Collecting): (pattern: string) => readonly string[] {
  return (pattern) => {
    const [, fixed = "", deep, last] = /^([^*]*\/)?(\*\*\/)?([^/]*)$/.exec(pattern) ?? [];
    if (last === undefined || fixed.includes("../")) return [];
    const isDeep = deep !== undefined || last.includes("**");
    // Of the folders below, only that of the file itself is looked into.
    const beside = isDeep && own.startsWith(`${folder}${fixed}`) ? folderOf(own).slice(folder.length) : fixed;
    const parts = last.split(/\*+/);
    return [...new Set([fixed, beside])].flatMap((one) =>
      (siblings(`${folder}${one}` || "./") ?? "")
        .split("\n", maximumNames)
        .filter((name) => /\.ya?ml$/i.test(name) && isMadeOf(name, parts))
        .map((name) => `${one}${name}`),
    );
  };
}

/** Whether a name has the parts in their order, the first at its start and the last at its end. */
function isMadeOf(name: string, parts: readonly string[]): boolean {
  const [first = "", ...others] = parts;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** The repository's own files that are included, by the paths where they may stand; expressions are not followed. */
function localIncludes(
  root: YamlNode,
  filesOf: (pattern: string) => readonly string[],
): readonly { readonly paths: readonly string[]; readonly inputs: YamlNode | undefined }[] {
  const include = valueAt(root, "include");
  const items = itemsOf(include).length > 0 ? itemsOf(include) : include === undefined ? [] : [include];
  return items.flatMap((item) => {
    const inputs = valueAt(item, "inputs");
    const component = ownComponent.exec(textOf(valueAt(item, "component")) ?? "")?.[1];
    if (component !== undefined)
      return [{ paths: [`templates/${component}.yml`, `templates/${component}/template.yml`], inputs }];
    const local = textOf(item) ?? textOf(valueAt(item, "local"));
    if (local === undefined || /\$|^https?:/.test(local) || !/\.ya?ml$/i.test(local)) return [];
    if (!local.includes("*")) return [{ paths: [local], inputs }];
    return filesOf(local.replace(/^\/+/, "")).map((path) => ({ paths: [path], inputs }));
  });
}

function join(parts: readonly Part[], given: ReadonlyMap<Part, readonly Given[]>): GitlabConfiguration {
  const sources = new Map<YamlNode, TemplateSource>();
  const inputs = new Map<string | undefined, GitlabInputs>();
  let merged: readonly YamlEntry[] = [];
  for (const part of parts) {
    const { root, source, defaults } = part;
    inputs.set(source?.file, { defaults, source, given: given.get(part) ?? [] });
    if (source !== undefined) {
      mark(root, source, sources, 0);
      if (defaults !== undefined) mark(defaults, source, sources, 0);
    }
    merged = mergeEntries(merged, entriesOf(root), sources, 0);
  }
  return { root: { kind: "mapping", span: { start: 0, end: 0 }, entries: merged }, sources, inputs };
}

/** What both say, mappings at any depth joined; else the upper one counts, as GitLab merges what it includes. */
function mergeEntries(
  lower: readonly YamlEntry[],
  upper: readonly YamlEntry[],
  sources: Map<YamlNode, TemplateSource>,
  depth: number,
): readonly YamlEntry[] {
  const merged = new Map(lower.map((entry) => [entry.key.text, entry]));
  for (const after of upper) {
    const before = merged.get(after.key.text);
    const [one, other] = [mappingOf(before?.value), mappingOf(after.value)];
    if (before === undefined || one === undefined || other === undefined || depth > maximumDepth) {
      merged.set(after.key.text, after);
      continue;
    }
    // What stands in this file, if only in part, is read with it.
    const source = sources.get(before.value);
    const [own, ownMapping] = source === undefined ? [before, one] : [after, other];
    const value = { ...ownMapping, entries: mergeEntries(entriesOf(one), entriesOf(other), sources, depth + 1) };
    if (source !== undefined && sources.has(after.value)) sources.set(value, source);
    merged.set(after.key.text, { key: own.key, value });
  }
  return [...merged.values()];
}

function mark(node: YamlNode, source: TemplateSource, sources: Map<YamlNode, TemplateSource>, depth: number): void {
  if (sources.has(node) || depth > 100) return;
  sources.set(node, source);
  if (node.kind === "sequence") for (const item of node.items) mark(item, source, sources, depth + 1);
  if (node.kind === "mapping")
    for (const { key, value } of node.entries) {
      sources.set(key, source);
      mark(value, source, sources, depth + 1);
    }
}
