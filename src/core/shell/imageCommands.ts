import type { Dialect, Document, ImageUse, ShellCommand, WordPart } from "../document/document.ts";
import { createBuiltImages, joinedName, namesOf, repositoryOf, type BuiltImages } from "./builtImages.ts";
import { heldScripts } from "./heldChoices.ts";
import { noImages } from "./commandVerbs.ts";
import { innerCommands } from "./innerCommand.ts";
import { listedScripts } from "./listedScripts.ts";
import { runsElsewhere } from "./shellInterpreter.ts";
import { inDocumentOrder } from "../document/yamlImage.ts";
import { imagesOfTool } from "./imageTools.ts";
import { chosen, createCommandUses, type PlacedMention } from "./imageCommandUse.ts";
import { afterName, type CommandImages } from "./mention.ts";
import { pushingTools, pushTargets } from "./pushTargets.ts";
import { createScript } from "./script.ts";
import { textOfStretches } from "./stretch.ts";
import { partsOfSlice, valueOfWord, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** Deepest nesting of `sh -c '...'` that is followed. */
const maximumDepth = 4;
/** Commands whose images are looked for in one document, with those inside strings. */
const maximumCommands = 50_000;

/** A tool that takes images or signs, or what stands for one: without any, no command names an image. */
const mayNameTool =
  /docker|podman|nerdctl|buildah|container|oci_|--rm|finch|kubectl|crane|oras|regctl|skopeo|cosign|notation|trivy|grype|syft|snyk|dive|dockle|helm|k3d|minikube|crictl|gcloud|gke-deploy|singularity|apptainer|enroot|buildctl|buildkit|executor|faas-cli|gitlab-runner|distrobox|toolbox|dgoss|copa|slsa-verifier|attestation|bootc|ostree|gitsign|countersign|policy-tester|\b(?:oc|kind|ctr|az|aws|kn|pack|act|fly(?:ctl)?)\b/i;

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

/** What holds commands, with what is said there of what it builds. */
type CommandHolder = Pick<Document, "text" | "commands" | "furtherCommands" | "built" | "openVariables" | "jobs"> &
  Partial<Pick<Document, "dialect">>;

/**
 * The images that a document's commands name, in document order: `docker run`, `crane digest`, `kubectl set image` and
 * their kind, inside `sh -c '...'` too. Names that the same commands give to what they build are none.
 */
export function readImageCommands(
  document: CommandHolder,
  given: GivenImages = { mentions: [], outputs: [] },
): readonly ImageUse[] {
  return readCommands(document, given).images;
}

/** Where an image stands that something runs or pulls, other than in a command. */
const runSites: ReadonlySet<string> = new Set([
  "agents",
  "container",
  "docker",
  "docker_container",
  "image",
  "name",
  "pipe",
  "plugins",
  "podman_container",
  "resources",
  "services",
  "task",
  "uses",
  "with",
]);

/** Pipelines whose jobs begin on machines of their own, which have nothing yet of what an earlier job has built. */
const hosted: ReadonlySet<Dialect> = new Set<Dialect>([
  "azure-pipelines",
  "bitbucket-pipelines",
  "circleci",
  "cirrus",
  "github-workflow",
  "gitlab-ci",
  "semaphore",
]);

/** Where one of their steps runs what an earlier step has built. */
const stepSites: ReadonlySet<string> = new Set(["with", "task"]);

/**
 * All images of a document, without those that it has built or tagged before it runs them where they may still be, by
 * commands or otherwise. What is asked of a registry is an image, whoever built it.
 */
export function imagesOf(document: Document, mentions: readonly PlacedMention[] = []): readonly ImageUse[] {
  const { images, built } = readCommands(document, { mentions, outputs: [] });
  if (built === undefined) return document.images;
  const sites = hosted.has(document.dialect) ? stepSites : runSites;
  const own = document.images.filter((use) => !sites.has(use.site) || !built.precedes(use));
  const known = new Set(document.images.map(({ span }) => span.start));
  return inDocumentOrder([...own, ...images.filter(({ span }) => !known.has(span.start))]);
}

/** `built` is absent where nothing names a tool that could build. */
function readCommands(
  document: CommandHolder,
  given: GivenImages,
): { readonly images: readonly ImageUse[]; readonly built?: BuiltImages } {
  const isGiven =
    given.mentions.length > 0 || [document.furtherCommands, document.built].some((list) => (list ?? []).length > 0);
  if (!isGiven && (document.commands.length === 0 || !mayNameImages(document.text))) return { images: [] };
  const commands: ShellCommand[] = [];
  const placed: PlacedMention[] = [...given.mentions];
  const isInRules = document.dialect === "makefile" || document.dialect === "justfile";
  // Which rule comes first is not said by where it stands.
  const built = createBuiltImages(
    document.openVariables,
    (at, later) => isInRules && /\n[^\s#]/.test(document.text.slice(at, later)),
  );
  for (const { name, at, isPushed, isAnyTag } of document.built ?? []) {
    if (isAnyTag === true) built.addRepository(name, at);
    else built.add(name, at);
    if (isPushed === true) built.addPush(name, at);
  }
  for (const slice of given.outputs)
    for (const name of namesOf(slice, document.text)) built.add(name, slice.value.word.span.start);
  /** What is built on other machines. */
  const there = createBuiltImages(document.openVariables);
  // Looked at only where something is deployed, or run elsewhere.
  const pushes: (() => readonly WordSlice[])[] = [];
  let left = maximumCommands;
  const visit = (command: ShellCommand, depth: number): void => {
    if (left-- <= 0) return;
    commands.push(command);
    const at = command.span.start;
    for (const name of taggedNames(command)) built.add(name, at);
    for (const inner of innerCommands(command)) {
      if (inner.kind === "script") {
        if (depth >= maximumDepth) continue;
        const whole = wholeSlice(valueOfWord(inner.word, document.text));
        const script = inner.isNamed === true ? (afterName(whole, /^[\w.-]+=/) ?? whole) : whole;
        const around = isRunElsewhere(command) ? { ...command, isRemote: true } : command;
        for (const held of inner.isList === true ? listedScripts(script) : [script])
          for (const one of commandsOf(held, around, document.text)) visit(one, depth + 1);
        continue;
      }
      const { tool, rest } = inner.invocation;
      const words = (): readonly WordValue[] => rest.map((word) => valueOfWord(word, document.text));
      const images = imagesOfTool(tool, words);
      if (pushingTools.has(tool)) pushes.push(() => pushTargets(tool, words));
      if (images === noImages) continue;
      const isRemote = isRunElsewhere(command);
      for (const commit of images.commits ?? [])
        for (const name of namesOf(commit, document.text)) built.addLater(name, at);
      const made = images.outputs.flatMap((output) => namesOf(output, document.text));
      for (const name of [...made, ...furtherNames(images, document.text)]) {
        built.add(name, at);
        if (isRemote) there.add(name, at);
      }
      for (const mention of images.mentions) placed.push({ ...mention, command, tool, isRemote });
    }
  };
  for (const command of [...document.commands, ...(document.furtherCommands ?? [])]) visit(command, 0);
  const namesIn = ({ slice, split }: PlacedMention): readonly string[] =>
    split === undefined ? namesOf(slice, document.text) : [joinedName(slice, split)];
  const isPushed = (mention: PlacedMention): boolean => {
    for (const targets of pushes.splice(0))
      for (const push of targets())
        for (const name of namesOf(push, document.text)) built.addPush(name, push.value.word.span.start);
    return built.isPushed(namesIn(mention), mention.command.span.start);
  };
  const isFetched = (mention: PlacedMention): boolean =>
    mention.isDeployed === true ||
    (mention.isRemote === true && !there.has(() => namesIn(mention), mention.command.span.start));
  const isBuilt = (mention: PlacedMention): boolean =>
    mention.mayBeLocal === true &&
    built.has(() => namesIn(mention), mention.command.span.start) &&
    !(isFetched(mention) && isPushed(mention));
  // Of the images that one place yields, some may be built and others not.
  const wanted = placed.flatMap((mention) =>
    isBuilt(mention) ? waysOf(mention).filter((way) => !isBuilt(way)) : [mention],
  );
  const known = withoutUnknownOnes(wanted, namesIn);
  return { images: known.length === 0 ? [] : createCommandUses(document, commands, known), built };
}

/** Whether another machine runs a command, or what it holds. */
function isRunElsewhere({ words, environment, isRemote }: ShellCommand): boolean {
  return (
    isRemote === true ||
    runsElsewhere(words.map(({ text }) => text)) ||
    /^(?:ssh|tcp):/.test(environment["DOCKER_HOST"] ?? "")
  );
}

/** The images that a mention may be, where it may be several. */
function waysOf(mention: PlacedMention): readonly PlacedMention[] {
  const { slice, split } = mention;
  const parts = partsOfSlice(slice);
  if (split !== undefined || parts.every(({ choices }) => choices === undefined)) return [];
  return chosen(parts).map((way) => ({
    ...mention,
    slice: wholeSlice({ word: slice.value.word, parts: way, text: textOfStretches(way) }),
  }));
}

/** The mentions without those of what this machine has already, unless another one says that it is a registry's. */
function withoutUnknownOnes(
  mentions: readonly PlacedMention[],
  namesIn: (mention: PlacedMention) => readonly string[],
): readonly PlacedMention[] {
  if (!mentions.some(({ isThere }) => isThere === true)) return mentions;
  const fetched = createBuiltImages();
  // Fetched by a digest alone, an image may have had any tag.
  const untagged = createBuiltImages();
  const bareNames = (mention: PlacedMention): readonly string[] =>
    namesIn(mention).map((name) => name.replace(/@.*$/s, ""));
  const repositories = (names: readonly string[]): readonly string[] => names.map(repositoryOf);
  for (const mention of mentions) {
    if (mention.isThere === true) continue;
    const at = mention.command.span.start;
    for (const name of bareNames(mention)) fetched.add(name, at);
    for (const name of repositories(namesIn(mention).filter((one) => /^(?:[^@]*\/)?[^/:@]+@/.test(one))))
      untagged.add(name, at);
  }
  return mentions.filter(
    (mention) =>
      mention.isThere !== true ||
      fetched.has(() => bareNames(mention), 0) ||
      untagged.has(() => repositories(namesIn(mention)), 0),
  );
}

/** What a command calls the image that it is given, other than what that is called already. */
function furtherNames({ aliases = [], mentions }: CommandImages, document: string): readonly string[] {
  if (aliases.length === 0) return [];
  const own = new Set(mentions.flatMap(({ slice }) => namesOf(slice, document)));
  return aliases
    .map((alias) => namesOf(alias, document))
    .filter((names) => !names.some((name) => own.has(name)))
    .flat();
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

/** The commands of a script that is a word of another command; what the outer shell expands keeps its place. */
function commandsOf(slice: WordSlice, around: ShellCommand, document: string): readonly ShellCommand[] {
  return heldScripts(partsOfSlice(slice)).flatMap((parts) => commandsOfScript(parts, around, document));
}

function commandsOfScript(parts: readonly WordPart[], around: ShellCommand, document: string): readonly ShellCommand[] {
  const script = createScript(document);
  script.addParts(parts);
  const { environment, job, step, isRemote } = around;
  const { commands, forwarded = [] } = script.read({
    environment,
    ...(job === undefined ? {} : { job }),
    ...(step === undefined ? {} : { step }),
    isRemote,
  });
  return [...commands, ...forwarded];
}
