import type { Document } from "./document.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { expandTemplate, type TemplateScope, type TemplateSource } from "./template.ts";
import { delimited, noTemplate } from "./templateSyntax.ts";
import { itemsOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads a resource of a set. */
type ReadResource = (node: YamlNode | undefined, reading: ResourceReading) => void;

const expressions = delimited("<<", ">>");
/** An input, with functions that leave what it says as it is. */
const input = /^-?\s*inputs\.([\w.-]+?)\s*(?:\|\s*(?:quote|squote|toString|trim)\s*)*-?$/;
/** Actions that stand alone on their lines, which only steer. */
const steering = /^[ \t]*<<-?[^\n]*>>[ \t]*$/gm;
const literal: TemplateScope = { syntax: noTemplate, lookup: () => [] };

/**
 * Reads a ResourceSet of the Flux operator: its resources, and those of its template, once for each of its inputs
 * (`<< inputs.tag >>`).
 */
export function readResourceSet(spec: YamlNode | undefined, reading: ResourceReading, read: ReadResource): void {
  const inputs = itemsOf(valueAt(spec, "inputs"));
  const within = reading.within(inputScope(inputs));
  for (const resource of itemsOf(valueAt(spec, "resources"))) read(resource, within);
  const template = scalarOf(valueAt(spec, "resourcesTemplate"));
  if (template === undefined) return;
  const source = { text: reading.text, file: reading.path };
  const lines = template.text.replaceAll(steering, (line) => " ".repeat(line.length));
  const readRoot = (root: YamlNode | undefined, inner: string): Document["images"] => {
    const own = createResourceReading(inner, reading.path);
    read(root, own.within(inputScope(inputs, source)));
    return usesOf(own);
  };
  reading.inner.push(readEmbeddedYaml(template, reading.text, reading.path, readRoot, lines));
}

function inputScope(inputs: readonly YamlNode[], source?: TemplateSource): TemplateScope {
  return {
    syntax: (text) =>
      expressions(text).map(({ start, end, name = "" }) => {
        const [, path] = input.exec(name) ?? [];
        return path === undefined ? { start, end } : { start, end, name: path };
      }),
    lookup: (name) =>
      inputs.flatMap((one) => {
        const node = valueAt(one, ...name.split("."));
        return scalarOf(node) === undefined ? [] : [{ label: `input ${name}`, node, scope: literal, source }];
      }),
  };
}

/**
 * Adds a source in a registry where variables say a part of it: its address and its tag, once for each value that
 * they have together. Gives whether there are variables.
 */
export function addScopedSource(
  { url, tag }: { readonly url: YamlNode | undefined; readonly tag: YamlNode | undefined },
  wrapper: string,
  { text, images, scope }: ResourceReading,
): boolean {
  const [address, version] = [scalarOf(url), scalarOf(tag)];
  if (scope === undefined || address === undefined) return false;
  if (scope.syntax(address.text).length === 0 && scope.syntax(version?.text ?? "").length === 0) return false;
  const names = expandTemplate(text, address, scope, wrapper.length);
  const tags = version === undefined ? [] : expandTemplate(text, version, scope);
  for (let index = 0; index < Math.max(names.length, tags.length); index++) {
    const name = names[index] ?? names[0] ?? { parts: [{}], chain: [] };
    const last = tags[index] ?? tags[0];
    const suffix = last === undefined ? [] : [{ text: ":" }, ...last.parts];
    const value = { parts: [...name.parts, ...suffix], chain: [...name.chain, ...(last?.chain ?? [])] };
    images.add(url, "oci-repository", { value, wrapper, pin: "none" });
  }
  return true;
}
