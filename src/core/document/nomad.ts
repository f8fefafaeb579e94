import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import type { HclBlock } from "./hcl.ts";
import { blocksIn } from "./hclBlocks.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { knownText } from "./hclValue.ts";
import { withDigestForTag } from "./imageUse.ts";
import { readJsonc } from "./jsonc.ts";
import { withoutActions } from "./nomadPack.ts";
import { createPipeline } from "./pipeline.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { packLookup } from "./terraformModule.ts";
import { itemsOf, textOf, valueAt } from "./yamlNode.ts";

const drivers = new Set(["docker", "podman", "containerd-driver", "nerdctl"]);
/** Podman's driver takes its transport before an image. */
const wrapped = { optionalWrapper: "docker://" };
const maximumDepth = 20;

/** Archives and folders that Podman runs. */
const localImage = /^(?:(?:docker|oci)-archive|oci|dir|containers-storage):/;

/** Reads a Nomad job, HCL or JSON: the image of every task whose driver runs containers. */
export function readNomad(source: string, path: string, siblings: Siblings = noSiblings): Document {
  if (/\.json$/i.test(path)) return readNomadJson(source, path);
  const text = withoutByteOrderMark(source);
  if (!text.includes("[[")) return pinned(readJob(createHclFile(text, path, "nomad")));
  const { text: filled, values } = withoutActions(text);
  const document = readJob(createHclFile(filled, path, "nomad", packLookup(path, siblings)));
  const images = document.images.map((use) => {
    const { start, end } = use.span;
    const span = values.has(start - 1) ? { start: start - 1, end: end + 1 } : use.span;
    const { pinAt: _, pinBefore: __, ...rest } = use;
    const isWritten = filled.slice(start, end) === text.slice(start, end);
    return isWritten ? use : { ...rest, span, text: text.slice(span.start, span.end) };
  });
  return pinned({ ...document, text, images });
}

function readJob(file: HclFile): Document {
  for (const block of file.root.blocks) walk(file, block, 0);
  return file.document();
}

/** Docker's driver finds no image by a tag and a digest, and Podman's takes one of them. */
function pinned(document: Document): Document {
  return { ...document, images: document.images.map((use) => withDigestForTag(use, document.text)) };
}

function walk(file: HclFile, { type, body }: HclBlock, depth: number): void {
  if (depth > maximumDepth) return;
  if (type === "task" || type === "sidecar_task") {
    const given = attributeOf(body, "driver");
    const driver = given === undefined ? undefined : knownText(file.evaluate(given)[0]);
    if (driver === undefined || drivers.has(driver)) {
      const configs = body.blocks.filter((inner) => inner.type === "config");
      for (const image of [
        valueAt(attributeOf(body, "config"), "image"),
        // A template may write it once for each case.
        ...configs.flatMap((inner) =>
          inner.body.attributes.flatMap(({ key, value }) => (key.text === "image" ? [value] : [])),
        ),
      ])
        if (!localImage.test(textOf(image) ?? "")) file.image(image, "task", wrapped);
    } else
      for (const { body: config } of body.blocks.filter((inner) => inner.type === "config"))
        file.words(attributeOf(config, "command"), attributeOf(config, "args"));
  }
  for (const { file: seen, block } of blocksIn(file, body)) walk(seen, block, depth + 1);
}

/** A job as Nomad's API has it. */
function readNomadJson(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "nomad", readJsonc);
  for (const root of pipeline.roots)
    for (const group of itemsOf(valueAt(valueAt(root, "Job") ?? root, "TaskGroups")))
      for (const task of itemsOf(valueAt(group, "Tasks"))) {
        const image = valueAt(task, "Config", "image");
        const isLocal = localImage.test(textOf(image) ?? "");
        const command = valueAt(task, "Config", "command");
        if (drivers.has(textOf(valueAt(task, "Driver")) ?? "")) {
          if (!isLocal) pipeline.image(image, "task", { wrapper: wrapped.optionalWrapper });
        } else if (command !== undefined) pipeline.words([command, ...itemsOf(valueAt(task, "Config", "args"))]);
      }
  return pinned(pipeline.document());
}
