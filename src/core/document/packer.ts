import type { Document } from "./document.ts";
import type { HclBlock, HclBody } from "./hcl.ts";
import { blocksIn } from "./hclBlocks.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { readPackerJson } from "./packerJson.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { textOfValue } from "./template.ts";
import { packerLookup } from "./terraformModule.ts";
import { textOf, type YamlNode } from "./yamlNode.ts";

/** Builders that start from an image. */
const containers: ReadonlySet<string> = new Set(["docker", "podman"]);

/** Reads a Packer template, HCL or JSON: the image that a docker source starts from, and the commands of shell provisioners. */
export function readPacker(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const beside = packerLookup(path, siblings);
  if (/\.json$/i.test(path)) return readPackerJson(source, path, beside);
  const file = createHclFile(source, path, "packer", beside);
  const made = repositoriesMade(file);
  const readSource = (seen: HclFile, body: HclBody): void => {
    if (!isMadeHere(seen, body, made)) seen.image(attributeOf(body, "image"), "source");
  };
  for (const { type, labels, body } of file.root.blocks) {
    if (type === "source" && containers.has(labels[0] ?? "")) readSource(file, body);
    if (type !== "build") continue;
    for (const { file: seen, block: inner } of blocksIn(file, body)) {
      const isShell = inner.labels[0] === "shell" || inner.labels[0] === "shell-local";
      if (inner.type === "provisioner" && isShell) readShellOf(seen, inner);
      readAfterwards(seen, inner);
      // A source may be completed where it is built.
      if (inner.type === "source" && containers.has(inner.labels[0]?.split(".")[0] ?? "")) readSource(seen, inner.body);
    }
  }
  return file.document();
}

/** The repositories that post-processors tag or import on this machine, as written and as they come out. */
function repositoriesMade(file: HclFile): ReadonlySet<string> {
  const made = new Set<string>();
  const visit = ({ type, labels, body }: HclBlock): void => {
    if (type === "post-processors") body.blocks.forEach(visit);
    if (type !== "post-processor" || !/^docker-(?:tag|import)$/.test(labels[0] ?? "")) return;
    for (const name of namesOf(file, attributeOf(body, "repository"))) made.add(name);
  };
  for (const { type, body } of file.root.blocks) if (type === "build") body.blocks.forEach(visit);
  return made;
}

/** Whether a source begins with an image that another build of the file leaves on this machine, and pulls none. */
function isMadeHere(file: HclFile, body: HclBody, made: ReadonlySet<string>): boolean {
  return (
    made.size > 0 &&
    textOf(attributeOf(body, "pull")) === "false" &&
    namesOf(file, attributeOf(body, "image")).some((name) => made.has(name) || made.has(name.replace(/:[^/:]*$/, "")))
  );
}

function namesOf(file: HclFile, node: YamlNode | undefined): readonly string[] {
  const value = file.expand(node);
  return [textOf(node), value === undefined ? undefined : textOfValue(value)].flatMap((name) => name ?? []);
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
