import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** One import of any kind: static, type-only, re-export, side effect, dynamic, require. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface Source {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const STATEMENT = /(?:^|[\n;])[ \t]*(?:import|export)\b(?:[^;"'`]*?\bfrom)?\s*["']([^"'\n]+)["']/g;
const CALL = /\b(?:import|require)\(\s*["'`]([^"'`\n]+)["'`]/g;
const TYPE_QUERY = /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** Finds the imports in a TypeScript text, multi-line and type-only ones too; text in comments does not count. */
export function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|[^:"'`\\])\/\/[^\n]*/g, blank);
  const found = new Map<string, Import>();
  for (const pattern of [STATEMENT, CALL, TYPE_QUERY]) {
    for (const match of code.matchAll(pattern)) {
      const specifier = match[1] ?? "";
      const line = code.slice(0, match.index + match[0].length).split("\n").length;
      found.set(`${line}:${specifier}`, { specifier, line });
    }
  }
  return [...found.values()];
}

function blank(comment: string): string {
  return comment.replace(/[^\n]/g, " ");
}

/** Every TypeScript file below `folder`, with its imports. */
export function sourcesBelow(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join(posix.sep))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return { path, text, imports: importsOf(text) };
    });
}

/** Where a relative import leads, relative to the root; undefined for packages and built-ins. */
export function targetOf(source: Source, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.normalize(posix.join(posix.dirname(source.path), specifier));
}

/** The package that a bare specifier names, without its subpath; undefined for relative ones and Node's built-ins. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:") || specifier === "vscode") return undefined;
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
