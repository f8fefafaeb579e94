import type { Document } from "./document.ts";
import type { HclBody } from "./hcl.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";

const maximumDepth = 10;

/**
 * Reads a configuration of Waypoint: images that are deployed as they are, builders of buildpacks, and those that run
 * the steps of pipelines. What a registry is given is built.
 */
export function readWaypoint(source: string, path: string): Document {
  const file = createHclFile(source, path, "waypoint");
  walk(file, file.root, 0);
  return file.document();
}

function walk(file: HclFile, body: HclBody, depth: number): void {
  if (depth > maximumDepth) return;
  for (const { type, labels, body: inner } of body.blocks) {
    const [label] = labels;
    if (type === "use" && label === "docker-pull") addPulled(file, inner);
    if (type === "use" && label === "pack") file.image(attributeOf(inner, "builder"), "builder");
    if (type === "step") file.image(attributeOf(inner, "image_url"), "step");
    walk(file, inner, depth + 1);
  }
}

/** An image with its tag beside it. */
function addPulled(file: HclFile, body: HclBody): void {
  const [image, tag] = [attributeOf(body, "image"), attributeOf(body, "tag")];
  const [name, said] = [file.expand(image), file.expand(tag)];
  if (name === undefined || tag === undefined || said === undefined) {
    file.image(image, "pull");
    return;
  }
  const step = { span: tag.span, label: "tag", text: said.parts.map(({ text }) => text ?? "").join("") };
  file.add(image, "pull", {
    parts: [...name.parts, { text: ":" }, ...said.parts],
    chain: [step, ...said.chain, ...name.chain],
  });
}
