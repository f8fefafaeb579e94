import { readYaml } from "./yaml.ts";
import { literalPart } from "./yamlImage.ts";
import type { YamlNode, YamlScalar } from "./yamlNode.ts";

const form = /^(\s*\$\{\{\s*fromJSON\(\s*')([^']*)'\s*\)\s*\}\}\s*$/is;
const maximumText = 1_000_000;

/** The nodes of JSON that an expression writes out, `${{ fromJSON('[...]') }}`, at their places in the document. */
export function writtenJson(text: string, scalar: YamlScalar): YamlNode | undefined {
  const [, before = "", json = ""] = form.exec(scalar.text) ?? [];
  const { span } = literalPart(text, scalar, before.length, before.length + json.length);
  if (json === "" || span === undefined || text.length > maximumText) return undefined;
  // JSON is YAML; what stands before it only keeps the places.
  const { documents, problems } = readYaml(`${" ".repeat(span.start)}${json}`);
  return problems.length > 0 ? undefined : documents[0]?.root;
}
