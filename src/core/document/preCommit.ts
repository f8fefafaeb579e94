import { readImageCommands } from "../shell/imageCommands.ts";
import type { Document, ImageUse, ShellCommand, ShellWord } from "./document.ts";
import { createPipeline } from "./pipeline.ts";
import { readScriptLines } from "./pipelineScript.ts";
import { scalarOf, textOf, valueAt } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

const maximumHooks = 2000;

/**
 * Reads pre-commit's configuration, and the list of hooks that a repository offers: the entry of a hook in
 * `docker_image` is what stands after `docker run`, its options included, and one of `system` is a command.
 */
export function readPreCommit(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "pre-commit");
  const { text } = pipeline;
  const hooks = pipeline.roots.flatMap((root) => [
    ...placesOf(root, ["repos", "*", "hooks", "*"]),
    ...(root.kind === "sequence" ? root.items : []),
  ]);
  const uses = hooks.slice(0, maximumHooks).flatMap((hook): readonly ImageUse[] => {
    const entry = scalarOf(valueAt(hook, "entry"));
    const language = textOf(valueAt(hook, "language")) ?? "";
    if (entry !== undefined && /^(?:system|unsupported)$/.test(language)) pipeline.script([entry]);
    if (entry === undefined || language !== "docker_image") return [];
    const [command] = readScriptLines(text, [entry]).commands;
    if (command === undefined) return [];
    const run: ShellCommand = { ...command, words: [...wordsAt(entry.span.start), ...command.words] };
    return readImageCommands({ text, commands: [run], jobs: [] }).map((use) => ({ ...use, site: "entry" }));
  });
  return pipeline.document(uses);
}

/** `docker run`, which the document does not say. */
function wordsAt(at: number): readonly ShellWord[] {
  return ["docker", "run"].map((word) => ({ span: { start: at, end: at }, raw: word, text: word, expands: [] }));
}
