import type { ShellReading } from "../shell/readShell.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { NixBinding } from "./nixBindings.ts";
import { endOfExpression, type NixToken } from "./nixTokens.ts";
import type { NixValues } from "./nixValues.ts";
import { readScriptLines } from "./pipelineScript.ts";
import type { Placeholder, TemplateScope } from "./template.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** Attributes of services, shells and derivations that a shell runs. */
const scripts =
  /^(?:script|(?:pre|post)(?:Start|Stop|Build|Install|Check)|reload|shellHook|(?:build|check|install)Phase|buildCommand|Exec(?:Start|Stop)(?:Pre|Post)?|ExecReload)$/;
/** Functions that write their last argument to a script. */
const writers = /(?:^|\.)(?:write(?:Shell)?Script(?:Bin)?|writeShellScriptBin|runCommand(?:Local|CC)?)$/;
const application = /(?:^|\.)writeShellApplication$/;
const maximumScripts = 500;

/** Reads the scripts that a Nix expression gives to shells. */
export function nixScripts(
  text: string,
  tokens: readonly NixToken[],
  bindings: readonly NixBinding[],
  values: NixValues,
): readonly ShellReading[] {
  if (!mayNameImages(text)) return [];
  const found = new Set<number>();
  for (const { path, value, set } of bindings) {
    const key = path.at(-1) ?? "";
    const isText = key === "text" && (path.includes("activationScripts") || isCallOf(tokens[set - 2], application));
    if (value === undefined || !(isText || scripts.test(key))) continue;
    const first = tokens[value.from];
    const isList = first?.kind === "sign" && first.text === "[";
    if (isList || value.to - value.from === 1)
      for (let at = value.from; at < value.to; at++) if (tokens[at]?.kind === "string") found.add(at);
  }
  for (const [at, token] of tokens.entries())
    if (
      token.kind === "string" &&
      [2, 3, 4].some((back) => isCallOf(tokens[at - back], writers)) &&
      text.startsWith("''", token.outer.start)
    )
      found.add(at);
  return [...found].slice(0, maximumScripts).flatMap((at) => {
    const token = tokens[at];
    // Escapes in quotes would be the shell's own.
    if (token?.kind !== "string" || (token.pieces === undefined && text.charAt(token.outer.start) === '"')) return [];
    return mayNameImages(token.text) ? [readScriptLines(text, [scalarOf(token)], { scope: scopeAt(at, values) })] : [];
  });
}

function isCallOf(token: NixToken | undefined, form: RegExp): boolean {
  return token?.kind === "name" && form.test(token.text);
}

function scalarOf({ text, span }: NixToken): YamlScalar {
  return { kind: "scalar", text, span, style: "plain", exact: true, contentStart: span.start };
}

/** What Nix fills in before a shell sees a script: names, and programs of packages. */
function scopeAt(at: number, values: NixValues): TemplateScope {
  return {
    syntax: interpolations,
    lookup(name) {
      const program = /^(?:lib\.)?getExe'?\s+\(?\s*pkgs\.([\w-]+)/.exec(name)?.[1];
      if (program !== undefined) return [{ label: name, text: `/nix/store/bin/${program}` }];
      const package_ = /^(?:pkgs|config)\.([\w.-]+)$/.exec(name)?.[1];
      if (package_ !== undefined) return [{ label: name, text: `/nix/store/${package_}` }];
      if (!/^[A-Za-z_][\w'.-]*$/.test(name)) return [];
      return [{ label: name, values: [values.named(name, at, { start: 0, end: 0 })] }];
    },
  };
}

/** `${name}`, but neither `''${name}` nor `$${name}`, which the shell sees. */
function interpolations(source: string): readonly Placeholder[] {
  const found: Placeholder[] = [];
  const form = /''\$\{|''\\|\$\$|\$\{/g;
  for (let match = form.exec(source); match !== null; match = form.exec(source)) {
    const start = match.index;
    if (match[0] === "''${") found.push({ start, end: start + 4, text: "${" });
    if (match[0] !== "${") continue;
    const end = endOfExpression(source, start + 2, 1);
    found.push({ start, end, name: source.slice(start + 2, end - 1).trim() });
    form.lastIndex = end;
  }
  return found;
}
