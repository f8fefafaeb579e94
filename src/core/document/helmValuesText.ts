import type { Document } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { holdsJenkinsAgents, readJenkinsCasc } from "./jenkinsCasc.ts";
import { readResource } from "./kubernetesResource.ts";
import { readManifestText, type ManifestReading } from "./manifestText.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** Where a value of a chart stands: its key, and that of the mapping `around` it. */
interface PlaceOfValue {
  readonly key: string;
  readonly around: string | undefined;
  readonly text: string;
  readonly path: string;
  readonly evaluate?: ManifestReading["evaluate"];
}

/** Reads a value of a chart that is a text of containers, of whole resources, or of agents of Jenkins; undefined where it is none. */
export function readValueText(scalar: YamlScalar, { key, around = "", ...place }: PlaceOfValue): Document | undefined {
  const manifests = readManifestText(scalar, key, around, { ...place, readResource });
  if (manifests !== undefined) return manifests;
  const isBlock = scalar.style === "literal" || scalar.style === "folded";
  if (!isBlock || !/\bimage\b/.test(scalar.text) || !holdsJenkinsAgents(scalar.text)) return undefined;
  const agents = readJenkinsCasc(scalar.text, place.path);
  const images = agents.images.filter(({ reference }) => reference !== undefined);
  return placeDocument({ ...agents, images }, scalar, place.text);
}
