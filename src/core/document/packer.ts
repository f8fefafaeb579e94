import type { Document } from "./document.ts";
import { blocksIn } from "./hclBlocks.ts";
import { createHclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { readPackerJson } from "./packerJson.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { packerLookup } from "./terraformModule.ts";

/** Reads a Packer template, HCL or JSON: the image that a docker source starts from, and the commands of shell provisioners. */
export function readPacker(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const beside = packerLookup(path, siblings);
  if (/\.json$/i.test(path)) return readPackerJson(source, path, beside);
  const file = createHclFile(source, path, "packer", beside);
  for (const { type, labels, body } of file.root.blocks) {
    if (type === "source" && labels[0] === "docker") file.image(attributeOf(body, "image"), "source");
    if (type !== "build") continue;
    for (const { file: seen, block: inner } of blocksIn(file, body)) {
      const isShell = inner.labels[0] === "shell" || inner.labels[0] === "shell-local";
      if (inner.type === "provisioner" && isShell) seen.script(attributeOf(inner.body, "inline"));
      // A source may be completed where it is built.
      if (inner.type === "source" && inner.labels[0]?.startsWith("docker.") === true)
        seen.image(attributeOf(inner.body, "image"), "source");
    }
  }
  return file.document();
}
