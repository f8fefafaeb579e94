import type { Placeholder, TemplateSyntax } from "./template.ts";

const traversal = /^[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_*-]+|\[[^[\]]*\])*$/u;

/** Whether an expression only names a value. */
export function isTraversal(expression: string): boolean {
  return traversal.test(expression);
}

/** `${...}` in a text; `$${` stands for `${`. */
export const interpolations: TemplateSyntax = (source) => {
  const found: Placeholder[] = [];
  for (let at = source.indexOf("${"); at >= 0;) {
    if (source[at - 1] === "$") {
      found.push({ start: at - 1, end: at + 1, text: "$" });
      at = source.indexOf("${", at + 2);
      continue;
    }
    let depth = 0;
    let end = at + 1;
    for (; end < source.length; end++) {
      if (source[end] === "{") depth += 1;
      else if (source[end] === "}" && --depth === 0) break;
    }
    const name = source.slice(at + 2, end).trim();
    const label = isTraversal(name) ? {} : { label: "expression" };
    found.push({ start: at, end: Math.min(end + 1, source.length), name, ...label });
    at = source.indexOf("${", end);
  }
  return found;
};
