import type { Document } from "./document.ts";
import type { HclBlock } from "./hcl.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { textOf, valueAt } from "./yamlNode.ts";

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
    const driver = textOf(attributeOf(body, "driver"));
    if (driver === undefined || drivers.has(driver)) {
      file.image(valueAt(attributeOf(body, "config"), "image"), "task", wrapped);
      for (const inner of body.blocks)
        if (inner.type === "config") file.image(attributeOf(inner.body, "image"), "task", wrapped);
    }
  }
  for (const inner of body.blocks) walk(file, inner, depth + 1);
}
