import { mayNameImages } from "../shell/imageCommands.ts";
import type { ShellCommand } from "./document.ts";
import { readScriptLines, readWords } from "./pipelineScript.ts";
import { itemsOf, scalarOf, type YamlNode } from "./yamlNode.ts";

/** What a container runs in place of what its image says: a program and what it is given, each a list of words or a text. */
export interface ContainerCommand {
  readonly program: YamlNode | undefined;
  readonly given: YamlNode | undefined;
}

/** The commands of a container, where they may name images; `variable` is what is known of its environment. */
export function readContainerCommand(
  text: string,
  { program, given }: ContainerCommand,
  variable: (name: string) => string | undefined,
): readonly ShellCommand[] {
  const written = [program, given].flatMap((node) => node ?? []);
  const source = written.map(({ span }) => text.slice(span.start, span.end)).join("\n");
  if (!mayNameImages(source)) return [];
  const environment: Record<string, string> = {};
  for (const [, name = ""] of source.matchAll(/\$[({]?([A-Za-z_]\w*)/g)) {
    const value = variable(name);
    if (value !== undefined) environment[name] = value;
  }
  // A text alone is a command line; after a list it is one more word.
  const [first] = written;
  const line = scalarOf(first);
  if (line !== undefined) return readScriptLines(text, [line], { environment }).commands;
  const words = written.flatMap((node) => scalarOf(node) ?? itemsOf(node));
  return readWords(text, words, { environment }).commands;
}
