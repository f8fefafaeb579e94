import type { Document } from "./document.ts";
import type { HclBlock } from "./hcl.ts";
import { blocksIn } from "./hclBlocks.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { knownText } from "./hclValue.ts";
import { valueAt } from "./yamlNode.ts";

const drivers = new Set(["docker", "podman", "containerd-driver", "nerdctl"]);
/** Podman's driver takes its transport before an image. */
const wrapped = { optionalWrapper: "docker://" };
const maximumDepth = 20;

/** Reads a Nomad job: the image of every task whose driver runs containers. */
export function readNomad(source: string, path: string): Document {
  const file = createHclFile(source, path, "nomad");
  for (const block of file.root.blocks) walk(file, block, 0);
  return file.document();
}

function walk(file: HclFile, { type, body }: HclBlock, depth: number): void {
  if (depth > maximumDepth) return;
  if (type === "task" || type === "sidecar_task") {
    const given = attributeOf(body, "driver");
    const driver = given === undefined ? undefined : knownText(file.evaluate(given)[0]);
    if (driver === undefined || drivers.has(driver)) {
      file.image(valueAt(attributeOf(body, "config"), "image"), "task", wrapped);
      for (const inner of body.blocks)
        if (inner.type === "config") file.image(attributeOf(inner.body, "image"), "task", wrapped);
    }
  }
  for (const { file: seen, block } of blocksIn(file, body)) walk(seen, block, depth + 1);
}
