import type { Document, ImageUse, ShellCommand, WordPart } from "../document/document.ts";
import { formatReference, parseReference } from "../image/reference.ts";
import { innerCommands } from "./innerCommand.ts";
import { imagesOfTool } from "./imageTools.ts";
import { createCommandUses, type PlacedMention } from "./imageCommandUse.ts";
import type { SplitMention } from "./mention.ts";
import { createScript } from "./script.ts";
import { partsOfSlice, textOfSlice, valueOfWord, wholeSlice, writtenSpan, type WordSlice } from "./wordValue.ts";

/** Deepest nesting of `sh -c '...'` that is followed. */
const maximumDepth = 4;
/** Commands whose images are looked for in one document, with those inside strings. */
const maximumCommands = 50_000;

/** A tool that takes images, or what stands for one: without any, no command names an image. */
const mayNameTool =
  /docker|podman|nerdctl|buildah|container|oci_|--rm|finch|kubectl|crane|oras|regctl|skopeo|cosign|notation|trivy|grype|syft|snyk|dive|dockle|helm|k3d|minikube|crictl|gcloud|gke-deploy|singularity|apptainer|enroot|buildctl|buildkit|gitlab-runner|distrobox|toolbox|dgoss|copa|slsa-verifier|attestation|\b(?:oc|kind|ctr|az|aws|kn|pack|act|fly(?:ctl)?)\b/i;

/** Whether a text may hold commands that name images. */
export function mayNameImages(text: string): boolean {
  return mayNameTool.test(text);
}

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
  document: Pick<Document, "text" | "commands" | "furtherCommands" | "built" | "jobs">,
  given: GivenImages = { mentions: [], outputs: [] },
): readonly ImageUse[] {
  const isGiven = given.mentions.length > 0 || (document.furtherCommands ?? []).length > 0;
  if (!isGiven && !mayNameImages(document.text)) return [];
  const commands: ShellCommand[] = [];
  const placed: PlacedMention[] = [...given.mentions];
  const outputs = new Set<string>();
  const aliases = new Set<string>();
  const addOutput = (name: string): void => {
    for (const one of spellings(name)) outputs.add(one);
  };
  for (const name of [...(document.built ?? []), ...given.outputs.flatMap((slice) => namesOf(slice, document.text))])
    addOutput(name);
  let left = maximumCommands;
  const visit = (command: ShellCommand, depth: number): void => {
    if (left-- <= 0) return;
    commands.push(command);
    for (const name of taggedNames(command)) addOutput(name);
    for (const inner of innerCommands(command)) {
      if (inner.kind === "script") {
        if (depth >= maximumDepth) continue;
        const value = valueOfWord(inner.word, document.text);
        for (const one of commandsOf(wholeSlice(value), command, document.text)) visit(one, depth + 1);
        continue;
      }
      const { tool, rest } = inner.invocation;
      const images = imagesOfTool(tool, () => rest.map((word) => valueOfWord(word, document.text)));
      for (const output of images.outputs) for (const name of namesOf(output, document.text)) addOutput(name);
      for (const alias of images.aliases ?? [])
        for (const one of namesOf(alias, document.text).flatMap(spellings)) aliases.add(one);
      for (const mention of images.mentions) placed.push({ ...mention, command, tool });
    }
  };
  for (const command of [...document.commands, ...(document.furtherCommands ?? [])]) visit(command, 0);
  if (placed.length === 0) return [];
  const wanted = placed.filter(({ slice, split, mayBeLocal, isPulled }) => {
    if (mayBeLocal !== true) return true;
    const names = (split === undefined ? namesOf(slice, document.text) : [joinedName(slice, split)]).flatMap(spellings);
    return !names.some((name) => outputs.has(name) || (isPulled !== true && aliases.has(name)));
  });
  return createCommandUses(document, commands, wanted);
}

/** The names after `-t` of whatever builds, where a variable says what that is. */
function taggedNames({ words }: ShellCommand): readonly string[] {
  // `run -t` has a terminal.
  if (words[0]?.text !== undefined || words.some(({ text }) => /^(?:run|exec|create)$/.test(text ?? ""))) return [];
  return words.flatMap(({ text = "" }, index) => {
    const own = /^--tag=(.+)$/s.exec(text)?.[1];
    const tag = own ?? (text === "-t" || text === "--tag" ? words[index + 1]?.text : undefined);
    return tag === undefined || !/[\w]/.test(tag) ? [] : [tag];
  });
}

/** A name, and how others may spell it: without a tag it is `latest`, and on this machine it may be called `localhost/...`. */
function spellings(name: string): readonly string[] {
  const { value } = parseReference(name.replace(/^localhost\//, ""));
  // What only running the script can tell stands before the last path component.
  if (value === undefined) return /\/[\w.-]+$/.test(name) ? [name, `${name}:latest`] : [name];
  return [
    name,
    formatReference(value.tag === undefined && value.digest === undefined ? { ...value, tag: "latest" } : value),
  ];
}

/** What a name reads as: its value, or the text that yields it. */
function namesOf(slice: WordSlice, document: string): readonly string[] {
  const span = writtenSpan(partsOfSlice(slice), document);
  const written = span === undefined ? [] : [document.slice(span.start, span.end).replaceAll(/["']/g, "")];
  return partsOfSlice(slice).every(({ text }) => text !== undefined) ? [textOfSlice(slice), ...written] : written;
}

/** The name whose parts stand apart. */
function joinedName(slice: WordSlice, { registry, tag }: SplitMention): string {
  const before = registry === undefined ? "" : `${textOfSlice(registry)}/`;
  return `${before}${textOfSlice(slice)}${tag === undefined ? "" : `:${textOfSlice(tag)}`}`;
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
