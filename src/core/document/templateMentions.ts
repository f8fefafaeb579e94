import { keepingLast } from "../lastResults.ts";
import { isMasked, maskTemplate } from "./templateMask.ts";
import { readTemplateYaml } from "./yaml.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Actions of a template that may come to an image. */
export interface TemplateMention {
  readonly source: string;
  readonly start: number;
  /** Whether they count only where they come to a reference with its tag or digest. */
  readonly isWhole?: boolean;
}

const option = /^--?[\w.-]+=/;
const maximumDepth = 60;
const maximumMentions = 200;

/**
 * Where a template tells images to what it runs: in variables of the environment that are called after an image
 * (`RELATED_IMAGE_A`), and in arguments.
 */
export const templateMentions = keepingLast(24, (text) => {
  const found: TemplateMention[] = [];
  const add = (node: YamlNode | undefined, name: string): void => {
    const scalar = scalarOf(node);
    if (scalar === undefined || !scalar.exact || !isMasked(scalar.text) || found.length >= maximumMentions) return;
    const from = option.exec(scalar.text)?.[0].length ?? 0;
    const start = scalar.span.start + from;
    const source = text.slice(start, scalar.span.end);
    if (/image/i.test(name + text.slice(scalar.span.start, scalar.span.end)))
      found.push({ source, start, isWhole: true });
  };
  const visit = (node: YamlNode | undefined, depth: number): void => {
    if (depth > maximumDepth) return;
    for (const item of itemsOf(node)) visit(item, depth + 1);
    for (const { key, value } of entriesOf(node)) {
      if (key.text === "args" || key.text === "command") for (const item of itemsOf(value)) add(item, "");
      else if (key.text === "value") add(value, textOf(valueAt(node, "name")) ?? "");
      else visit(value, depth + 1);
    }
  };
  if (/^[ \t]*(?:-[ \t]*)?(?:args|command|env):/m.test(text))
    for (const { root } of readTemplateYaml(maskTemplate(text).text).documents) visit(root, 0);
  return found;
});
