import { readShape } from "./customShape.ts";
import type { Document } from "./document.ts";
import { placeDocument, readEmbeddedYaml } from "./embedded.ts";
import { holdsJenkinsAgents, readJenkinsCasc } from "./jenkinsCasc.ts";
import { readResource } from "./kubernetesResource.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import { maskTemplate } from "./templateMask.ts";
import { itemsOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Keys whose texts charts put into their manifests as they are. */
const manifestKey = /(?:[cC]ontainers|[sS]idecars|^extra(?:Deploy|Objects|Manifests|Resources))$/;

/** Keys under which charts for whatever resources take those, as mappings or as texts (`raw`), in a list or each by a name. */
const resourcesKey = /(?:^|[a-z_-])(?:[tT]emplates|[rR]esources|[mM]anifests|[oO]bjects)$/;

/**
 * The key that makes a value of a chart a text of containers, of whole resources, or of agents of Jenkins: its own, or
 * that of the mapping `around` it; none where it is no such text.
 */
export function keyOfManifests(key: string, { style, text }: YamlScalar, around = ""): string | undefined {
  if ((style !== "literal" && style !== "folded") || !/\bimage\b/.test(text)) return undefined;
  if (/^apiVersion:/m.test(text) && /^kind:/m.test(text))
    for (const one of [key, around]) if (resourcesKey.test(one) || manifestKey.test(one)) return one;
  return manifestKey.test(key) || holdsJenkinsAgents(text) ? key : undefined;
}

/** Reads such a text; what a template in it only yields later is left out. */
export function readManifestText(scalar: YamlScalar, key: string, text: string, path: string): Document {
  if (!manifestKey.test(key) && !resourcesKey.test(key)) {
    const agents = readJenkinsCasc(scalar.text, path);
    const images = agents.images.filter(({ reference }) => reference !== undefined);
    return placeDocument({ ...agents, images }, scalar, text);
  }
  const read = (root: YamlNode | undefined, inner: string) => {
    const within = createResourceReading(inner, path);
    const nested = (node: YamlNode | undefined): void => readResource(node, within);
    const isResource = (node: YamlNode | undefined): boolean => textOf(valueAt(node, "kind")) !== undefined;
    if (isResource(root)) nested(root);
    else if (itemsOf(root).some(isResource)) itemsOf(root).forEach(nested);
    else readShape(root, within, nested, /[sS]idecars$/.test(key) ? "sidecars" : "containers");
    return usesOf(within).filter(({ reference }) => reference !== undefined);
  };
  return readEmbeddedYaml(scalar, text, path, read, maskTemplate(scalar.text).text);
}
