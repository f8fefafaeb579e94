import type { Document, ImageUse, ShellCommand, ShellWord, WordPart } from "../document/document.ts";
import { invocationOf } from "./invocation.ts";
import { imagesOfTool } from "./imageTools.ts";
import { createCommandUses, type PlacedMention } from "./imageCommandUse.ts";
import { createScript } from "./script.ts";
import { isShellProgram } from "./shellInterpreter.ts";
import { partsOfSlice, textOfSlice, valueOfWord, wholeSlice, writtenSpan, type WordSlice } from "./wordValue.ts";

/** Deepest nesting of `sh -c '...'` that is followed. */
const maximumDepth = 4;
/** Commands whose images are looked for in one document, with those inside strings. */
const maximumCommands = 50_000;

/** What a dialect knows of images of its commands beyond what their tools take. */
export interface GivenImages {
  readonly mentions: readonly PlacedMention[];
  /** Names given to what is built. */
  readonly outputs: readonly WordSlice[];
}

/**
 * The images that a document's commands name, in document order: `docker run`, `crane digest`, `kubectl set image` and
 * their kind, inside `sh -c '...'` too. Names that the same commands give to what they build are none.
 */
export function readImageCommands(
  document: Pick<Document, "text" | "commands" | "jobs">,
  given: GivenImages = { mentions: [], outputs: [] },
): readonly ImageUse[] {
  const commands: ShellCommand[] = [];
  const placed: PlacedMention[] = [...given.mentions];
  const outputs = new Set<string>(given.outputs.flatMap((slice) => namesOf(slice, document.text)));
  let left = maximumCommands;
  const visit = (command: ShellCommand, depth: number): void => {
    if (left-- <= 0) return;
    commands.push(command);
    const invocation = invocationOf(command) ?? engineByName(command);
    if (invocation === undefined) return;
    const { tool, rest } = invocation;
    const script = depth < maximumDepth ? scriptOf(tool, rest) : undefined;
    if (script !== undefined) {
      const value = valueOfWord(script, document.text);
      for (const inner of commandsOf(wholeSlice(value), command, document.text)) visit(inner, depth + 1);
      return;
    }
    const images = imagesOfTool(tool, () => rest.map((word) => valueOfWord(word, document.text)));
    for (const output of images.outputs) for (const name of namesOf(output, document.text)) outputs.add(name);
    for (const mention of images.mentions) placed.push({ ...mention, command });
  };
  for (const command of document.commands) visit(command, 0);
  if (placed.length === 0) return [];
  const wanted = placed.filter(
    ({ slice, mayBeLocal }) => mayBeLocal !== true || !namesOf(slice, document.text).some((name) => outputs.has(name)),
  );
  return createCommandUses(document, commands, wanted);
}

const engineName =
  /^(?:DOCKER|PODMAN|OCI_BIN|(?:DOCKER|PODMAN|CONTAINER|OCI)_?(?:BIN|CLI|CMD|COMMAND|ENGINE|RUNTIME|TOOL))$/i;

/** `$CONTAINER_ENGINE run ...`: which engine is only known when it runs, but all of them take the same words. */
function engineByName({ words }: ShellCommand): { tool: string; rest: readonly ShellWord[] } | undefined {
  const [program, ...rest] = words;
  const [name, ...others] = program?.expands ?? [];
  const isEngine = program?.text === undefined && name !== undefined && others.length === 0 && engineName.test(name);
  return isEngine && /^["']?\$[({]?\w+[)}]?["']?$/.test(program?.raw ?? "") ? { tool: "docker", rest } : undefined;
}

/** What a name reads as: its value, or the text that yields it. */
function namesOf(slice: WordSlice, document: string): readonly string[] {
  const span = writtenSpan(partsOfSlice(slice), document);
  const written = span === undefined ? [] : [document.slice(span.start, span.end).replaceAll(/["']/g, "")];
  return partsOfSlice(slice).every(({ text }) => text !== undefined) ? [textOfSlice(slice), ...written] : written;
}

/** The word that a shell is given as its script: `bash -ec '...'`, `eval '...'`, `su user -c '...'`. */
function scriptOf(tool: string, words: readonly ShellWord[]): ShellWord | undefined {
  if (tool === "eval" && words.length === 1) return words[0];
  if (tool !== "su" && !isShellProgram(tool)) return undefined;
  for (const [index, { text }] of words.entries()) {
    if (text !== undefined && /^-[a-z]*c$/.test(text)) return words[index + 1];
    // What comes before `-c` may be an option; anything else is a script file and its arguments.
    if (tool !== "su" && text?.startsWith("-") !== true && text !== "pipefail") return undefined;
  }
  return undefined;
}

/** The commands of a script that is a word of another command; what the outer shell expands keeps its place. */
function commandsOf(slice: WordSlice, around: ShellCommand, document: string): readonly ShellCommand[] {
  const script = createScript(document);
  for (const part of partsOfSlice(slice)) {
    const { text, literal, span } = part;
    if (text !== undefined && literal !== undefined && part.chain.length === 0) script.add(text, literal.start);
    else script.insert({ span, name: part.chain.length === 0 ? "" : nameOf(part), parts: [part] });
  }
  const { environment, job, step } = around;
  return script.read({
    environment,
    ...(job === undefined ? {} : { job }),
    ...(step === undefined ? {} : { step }),
  }).commands;
}

function nameOf({ chain }: WordPart): string {
  return /^variable (\w+)$/.exec(chain[0]?.label ?? "")?.[1] ?? "";
}
