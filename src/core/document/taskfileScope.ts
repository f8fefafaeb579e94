import { isCommandValue } from "./makefileCommand.ts";
import type { Definition, Placeholder, TemplateScope, TemplateSource, TemplateSyntax } from "./template.ts";
import { mappingOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Variables that one place of a Taskfile sets: a mapping, or texts. */
export interface TaskLevel {
  readonly node?: YamlNode | undefined;
  readonly texts?: ReadonlyMap<string, string>;
  /** Items of loops, by their name. */
  readonly items?: ReadonlyMap<string, YamlNode>;
  /** The file that the mapping stands in, if that is another one. */
  readonly source?: TemplateSource;
  /** What its values see, where they were written elsewhere: those of a call see what the caller does. */
  readonly scope?: TemplateScope;
}

/** An action of a template (Go, text/template), whose texts may hold braces. */
const action = /\{\{((?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|[^"`{}]|\{(?!\{)|\}(?!\}))*)\}\}/g;
const constant = /^(["`])([^"`\\]*)\1$/;
const variable = /^\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)$/;
const withDefault = /^\.([A-Za-z_]\w*)\s*\|\s*default\s+(["'`])((?:(?!\2).)*)\2$/;
const control = /^(?:if|range|with|end)\b|^\$\w+\s*:?=/;
const defaultFirst = /^default\s+(["'`])((?:(?!\1).)*)\1\s+\.([A-Za-z_]\w*)$/;

/** `{{.NAME}}`, `{{.NAME | default "x"}}` and `{{default "x" .NAME}}`. */
const taskTemplates: TemplateSyntax = (source) =>
  [...source.matchAll(action)].map(({ 0: whole, 1: expression = "", index: start }): Placeholder => {
    const end = start + whole.length;
    const inner = expression.replace(/^-\s+|\s+-$/g, "").trim();
    const said = constant.exec(inner)?.[2];
    if (said !== undefined) return { start, end, text: said };
    // What only says when the text around it counts is nothing itself.
    if (control.test(inner) && !lineAround(source, start).includes("{{else")) return { start, end, text: "" };
    const plain = variable.exec(inner)?.[1];
    if (plain !== undefined) return { start, end, name: plain };
    const [, after, , text] = withDefault.exec(inner) ?? [];
    const [, , first, before] = defaultFirst.exec(inner) ?? [];
    const name = after ?? before;
    const fallback = text ?? first;
    if (name === undefined || fallback === undefined) return { start, end };
    const from = source.indexOf(fallback, start + source.slice(start, end).search(/["'`]/));
    return { start, end, name, fallback: { start: from, end: from + fallback.length } };
  });

function lineAround(source: string, at: number): string {
  const end = source.indexOf("\n", at);
  return source.slice(source.lastIndexOf("\n", at) + 1, end < 0 ? undefined : end).replaceAll(/\{\{-?\s*/g, "{{");
}

/**
 * What `{{.NAME}}` is: of the last of the levels that says it. A variable that names itself means what the levels
 * before say.
 */
export function taskScope(
  levels: readonly TaskLevel[],
  evaluate: (node: YamlNode) => string | undefined,
  passed: ReadonlySet<YamlNode> = new Set(),
): TemplateScope {
  const scope: TemplateScope = {
    syntax: taskTemplates,
    lookup: (name): readonly Definition[] => {
      const label = `variable ${name}`;
      for (const level of levels.toReversed()) {
        const text = level.texts?.get(name);
        if (text !== undefined) return [{ label, text }];
        const node = level.items?.get(name) ?? valueAt(level.node, name);
        if (node === undefined || passed.has(node)) continue;
        const own = level.scope ?? taskScope(levels, evaluate, new Set([...passed, node]));
        // A whole command is read where it stands.
        if (isCommandValue(scalarOf(node)?.text ?? "")) return [];
        if (mappingOf(node) === undefined) return [{ label, node, scope: own, source: level.source }];
        const value = evaluate(node);
        return value === undefined ? [] : [{ label, text: value }];
      }
      return [];
    },
  };
  return scope;
}
