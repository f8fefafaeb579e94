import type { Document } from "./document.ts";
import type { HclBlock } from "./hcl.ts";
import { blocksIn } from "./hclBlocks.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { readPackerJson } from "./packerJson.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { packerLookup } from "./terraformModule.ts";

/** Builders that start from an image. */
const containers: ReadonlySet<string> = new Set(["docker", "podman"]);

/** Reads a Packer template, HCL or JSON: the image that a docker source starts from, and the commands of shell provisioners. */
export function readPacker(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const beside = packerLookup(path, siblings);
  if (/\.json$/i.test(path)) return readPackerJson(source, path, beside);
  const file = createHclFile(source, path, "packer", beside);
  for (const { type, labels, body } of file.root.blocks) {
    if (type === "source" && containers.has(labels[0] ?? "")) file.image(attributeOf(body, "image"), "source");
    if (type !== "build") continue;
    for (const { file: seen, block: inner } of blocksIn(file, body)) {
      const isShell = inner.labels[0] === "shell" || inner.labels[0] === "shell-local";
      if (inner.type === "provisioner" && isShell) readShellOf(seen, inner);
      readAfterwards(seen, inner);
      // A source may be completed where it is built.
      if (inner.type === "source" && containers.has(inner.labels[0]?.split(".")[0] ?? ""))
        seen.image(attributeOf(inner.body, "image"), "source");
    }
  }
  return file.document();
}

/** The commands of post-processors, alone or one after the other. */
function readAfterwards(file: HclFile, block: HclBlock): void {
  const { type, labels, body } = block;
  if (type === "post-processor" && labels[0] === "shell-local") readShellOf(file, block);
  if (type === "post-processors") for (const inner of body.blocks) readAfterwards(file, inner);
}

/** What a shell runs: lines, or the one `command` that `shell-local` takes. */
function readShellOf(file: HclFile, { labels, body }: HclBlock): void {
  file.script(attributeOf(body, "inline"));
  if (labels[0] === "shell-local") file.script(attributeOf(body, "command"));
}
