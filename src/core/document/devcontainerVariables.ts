import type { Placeholder, TemplateScope } from "./template.ts";

const variable = /\$\{(localEnv|env|containerEnv):(\w+)(?::([^}]*))?\}|\$\{\w+\}/g;

/** Variables of a dev container (`${localEnv:NAME:default}`, `${localWorkspaceFolder}`): only a default is known. */
export const devcontainerScope: TemplateScope = { syntax: placeholders, lookup: () => [] };

function placeholders(source: string): readonly Placeholder[] {
  return [...source.matchAll(variable)].map((match): Placeholder => {
    const end = match.index + match[0].length;
    const fallback = match[3];
    return {
      start: match.index,
      end,
      ...(match[2] === undefined ? {} : { name: match[2] }),
      ...(fallback === undefined ? {} : { fallback: { start: end - 1 - fallback.length, end: end - 1 } }),
    };
  });
}
