import type { Document, ImageUse, ShellCommand, ValueStep, WordPart } from "../document/document.ts";
import { useOfValue, withDigestForTag } from "../document/imageUse.ts";
import type { ValuePart } from "../document/value.ts";
import type { PinPlace } from "../document/yamlImage.ts";
import { formatReference, parseReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import { asHeld, isSameStep } from "./heldCommand.ts";
import type { Mention } from "./mention.ts";
import { fedLabel } from "./shellRead.ts";
import { partsOfSlice, pieceSpan, writtenSpan } from "./wordValue.ts";

/** An image that a command names. */
export interface PlacedMention extends Mention {
  /** The place as the dialect calls it, where it is not simply a command. */
  readonly site?: string;
  /** Whether the word ends with a name outside any text, so that nothing can be written after it. */
  readonly endsWithName?: boolean;
  readonly command: ShellCommand;
  /** The tool that the command runs. */
  readonly tool?: string;
  /** Whether another machine runs it, which asks a registry for what was pushed from here. */
  readonly isRemote?: boolean;
}

/** One value of a mention: its parts, and the places of the document that they rest on. */
interface Candidate {
  readonly mention: PlacedMention;
  readonly span: Span;
  readonly parts: readonly WordPart[];
  readonly isOfLoop: boolean;
}

/** Items of loops that are followed for one word. */
const maximumChoices = 256;
/** Images of commands that are listed for one document. */
const maximumUses = 10_000;
/** No reference, with all its expressions, is longer. */
const maximumLength = 4096;
/** Commands that only print what they are given. */
const printers = new Set(["echo", "printf", ":"]);
/** Tools that refuse a reference with both a tag and a digest (containers/image). */
const takesOne: ReadonlySet<string> = new Set(["apptainer", "singularity", "skopeo"]);

/** The uses of the images that commands name, in document order. `commands` are all commands, to see who else uses a value. */
export function createCommandUses(
  document: Pick<Document, "text" | "jobs">,
  commands: readonly ShellCommand[],
  mentions: readonly PlacedMention[],
): readonly ImageUse[] {
  const candidates: Candidate[] = [];
  for (const mention of mentions) {
    if (candidates.length >= maximumUses) break;
    candidates.push(...candidatesOf(mention, document.text));
  }
  const isShared = sharedNames(commands, candidates);
  const uses = new Map<string, ImageUse>();
  for (const candidate of candidates) {
    const use = toUse(document, candidate, isShared);
    if (use === undefined) continue;
    // Of what nobody knows, one place holds one: that of which most is known.
    const reference = use.reference === undefined ? "" : formatReference(use.reference);
    const identity = `${use.span.start}-${use.span.end} ${reference}`;
    const same = uses.get(identity);
    if (same === undefined || (same.resolution === "unresolved" && use.resolution === "partial"))
      uses.set(identity, use);
  }
  return [...uses.values()].toSorted((one, other) => one.span.start - other.span.start);
}

function candidatesOf(mention: PlacedMention, text: string): readonly Candidate[] {
  const parts = asHeld(partsOfSlice(mention.slice), mention.command, mention.tool);
  const span = pieceSpan(parts, text) ?? writtenSpan(parts, text);
  if (span === undefined || span.start >= span.end || span.end - span.start > maximumLength) return [];
  const { split } = mention;
  const joined =
    split === undefined
      ? parts
      : [
          ...(split.registry === undefined ? [] : [...partsOfSlice(split.registry), separator("/", span)]),
          ...parts,
          ...(split.tag === undefined ? [] : [separator(":", span), ...partsOfSlice(split.tag)]),
          ...(split.digest === undefined ? [] : [separator("@", span), ...partsOfSlice(split.digest)]),
        ];
  return chosen(joined)
    .slice(0, maximumChoices)
    .map((one) => ({
      mention,
      span,
      parts: one,
      isOfLoop: joined.some(({ choices }) => choices !== undefined),
    }));
}

function separator(text: string, span: Span): WordPart {
  return { text, span, chain: [] };
}

/** The parts once for each choice that they leave open; parts of one group take the same one. */
export function chosen(parts: readonly WordPart[]): readonly (readonly WordPart[])[] {
  const open = parts.find(({ choices }) => choices !== undefined);
  if (open?.choices === undefined) return [parts];
  const group = open.group ?? open.choices;
  return open.choices.slice(0, maximumChoices).flatMap((_, index) => {
    const filled = parts.flatMap((part) => {
      const { choices, group: own, ...rest } = part;
      if (choices === undefined || (own ?? choices) !== group) return [part];
      const choice = choices[index];
      if (choice === undefined) return [rest];
      return choice.map((item) => ({ ...item, span: part.span, chain: [...part.chain, ...itemChain(item)] }));
    });
    return chosen(filled).slice(0, maximumChoices);
  });
}

function itemChain(item: WordPart): readonly ValueStep[] {
  const { literal, text = "" } = item;
  return item.chain.length > 0 || literal === undefined
    ? item.chain
    : [{ span: literal, label: "one of its values", text }];
}

/**
 * Tells whether a variable takes part in anything but the images that its value is the whole of, so that a digest in
 * its value would change something else.
 */
function sharedNames(commands: readonly ShellCommand[], candidates: readonly Candidate[]): (name: string) => boolean {
  const whole = new Map<string, Set<object>>();
  for (const { mention, parts } of candidates) {
    const { word } = mention.slice.value;
    const isWhole = mention.slice.value.parts.length > 0 && mention.split === undefined;
    if (!isWhole || new Set(parts.map(({ span }) => span.start)).size > 1) continue;
    // What stands before the end of a value has no place for a digest.
    const last = parts.findLast(({ text }) => text !== "");
    for (const name of namesIn(last === undefined ? [] : [last]))
      whole.set(name, (whole.get(name) ?? new Set<object>()).add(word));
  }
  const usersOf = (): ReadonlySet<string> => {
    const users = new Set<string>();
    for (const command of commands) {
      if (printers.has(command.words[0]?.text ?? "")) continue;
      for (const word of command.words) {
        // Most words are plain text.
        if (word.expands.length === 0 && word.parts === undefined) continue;
        const use = (name: string): void => {
          if (whole.get(name)?.has(word) !== true) users.add(name);
        };
        for (const name of word.expands) use(name);
        for (const { chain } of word.parts ?? []) if (chain.length > 0) for (const name of namesOf(chain)) use(name);
      }
    }
    return users;
  };
  // Asked only for images that come from variables.
  let users: ReadonlySet<string> | undefined;
  return (name) => (users ??= usersOf()).has(name);
}

const variableLabel = /^variable (\w+)$/;

function namesIn(parts: readonly WordPart[]): readonly string[] {
  return parts.flatMap(({ chain }) => namesOf(chain));
}

function namesOf(chain: readonly ValueStep[]): readonly string[] {
  const names: string[] = [];
  for (const { label } of chain) {
    const name = label.startsWith("variable ") ? variableLabel.exec(label)?.[1] : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}

function toUse(
  { text, jobs }: Pick<Document, "text" | "jobs">,
  { mention, span, parts, isOfLoop }: Candidate,
  isShared: (name: string) => boolean,
): ImageUse | undefined {
  const known = parts.map((part) => part.text ?? "").join("");
  if (parts.every((part) => part.text !== undefined)) {
    if (parseReference(known).value === undefined) return undefined;
  } else if (!/^[\w./:@-]*$/.test(known) || parts[0]?.text?.startsWith("-") === true || isOnlySubstitution(parts))
    return undefined;
  // One digest after an expression would be that of every item of a loop, or of all that a command is fed.
  const mayFollow = !isOfLoop && mention.endsWithName !== true && !parts.some(isFed) && !goesOn(mention, parts.at(-1));
  const ways = parts.flatMap((part) => {
    const given = givenBy(part, mention, jobs);
    return given === undefined
      ? part.chain
      : [...part.chain, { span: given.span, label: `env ${given.name}`, text: given.text }];
  });
  const chain = dedupe(ways).map((step) =>
    step.file === undefined ? withText(step, text.slice(step.span.start, step.span.end)) : step,
  );
  const use = useOfValue(text, {
    span,
    site: mention.site ?? "command",
    parts: parts.map((part) => toValuePart(part, text, mention, jobs)),
    chain,
    hasVariables: true,
    platform: mention.platform,
    pin: mention.split === undefined ? pinPlace(parts, text, isShared, mayFollow) : "none",
  });
  if ("code" in use) return undefined;
  const placed = takesOne.has(mention.tool ?? "") ? withDigestForTag(use, text) : use;
  // Which element of an array stands there, and whether any does, nobody can tell.
  return use.reference === undefined && /\[[@*]\]|^\$\{?[@*]/.test(use.text) ? undefined : placed;
}

function withText(step: ValueStep, text: string): ValueStep {
  return step.text === text ? step : { ...step, text };
}

/** Whether the expansion that the word ends with makes further words, so that what follows it follows the last of them. */
function goesOn({ slice, command: { words } }: PlacedMention, last: WordPart | undefined): boolean {
  const step = last?.chain[0];
  if (step === undefined) return false;
  // What one expansion makes stands together.
  const next = words[words.indexOf(slice.value.word) + 1];
  return next?.parts?.some(({ chain: [first] }) => first !== undefined && isSameStep(first, step)) === true;
}

/** Whether a part is what `xargs` is given, whose place is that of all of it: a file's name, or the mark for an item. */
function isFed({ chain }: WordPart): boolean {
  return chain[0]?.file !== undefined || chain.some(({ label }) => label === fedLabel);
}

/** What only a command's output tells says nothing at all about an image. */
function isOnlySubstitution(parts: readonly WordPart[]): boolean {
  return parts.every((part) => part.text === undefined && part.chain.length === 0);
}

function toValuePart(part: WordPart, text: string, mention: PlacedMention, jobs: Document["jobs"]): ValuePart {
  const value = part.text === undefined ? {} : { text: part.text };
  const span = literalOf(part, text);
  if (span !== undefined) return part.chain.length === 0 ? { ...value, span } : { ...value, span, literal: span };
  const given = givenBy(part, mention, jobs);
  return given === undefined ? value : { ...value, literal: given.span };
}

/** What the environment of the job says, where the dialect tells where. */
function givenBy(
  part: WordPart,
  { command }: PlacedMention,
  jobs: Document["jobs"],
): { readonly name: string; readonly text: string; readonly span: Span } | undefined {
  if (command.job === undefined || part.literal !== undefined || part.chain.length === 0) return undefined;
  const name = namesIn([part])[0];
  const environment = name === undefined ? undefined : jobs.find(({ id }) => id === command.job)?.environment;
  if (name === undefined || environment === undefined || !Object.hasOwn(environment, name)) return undefined;
  const given = environment[name];
  return given !== undefined && given.text === part.text ? { name, ...given } : undefined;
}

function literalOf({ literal, text: value }: WordPart, text: string): Span | undefined {
  return literal !== undefined && text.slice(literal.start, literal.end) === value ? literal : undefined;
}

/** Where a digest goes: into the literal that decides the image alone, else after the expression. */
function pinPlace(
  parts: readonly WordPart[],
  text: string,
  isShared: (name: string) => boolean,
  mayFollow: boolean,
): PinPlace | "none" {
  const said = parts.filter((part) => part.text !== "");
  const last = said.at(-1);
  const end = parts.at(-1)?.span.end;
  if (last?.text === undefined || end === undefined) return "none";
  const literal = literalOf(last, text);
  const digest = said.findIndex((part) => part.text?.includes("@") === true);
  const mayEdit = (part: WordPart): boolean => {
    if (part.chain.length === 0) return true;
    const names = namesIn([part]);
    // A default that stands elsewhere may be that of others, too.
    const isOwn =
      part.literal !== undefined && part.span.start <= part.literal.start && part.literal.end <= part.span.end;
    const isDefault = isOwn && part.chain.at(-1)?.label.startsWith("default of ") === true && names.length <= 1;
    const isWhole = said.every((other) => {
      const others = namesIn([other]);
      return other.span.start === part.span.start && names.every((name) => others.includes(name));
    });
    return isDefault || (isWhole && !names.some(isShared));
  };
  if (digest < 0) {
    if (literal !== undefined && mayEdit(last)) return { at: { start: literal.end, end: literal.end }, before: "@" };
    return mayFollow ? { at: { start: end, end }, before: "@" } : "none";
  }
  const holder = said[digest];
  const held = holder === undefined ? undefined : literalOf(holder, text);
  if (holder?.text === undefined || held === undefined) return "none";
  const start = held.start + holder.text.indexOf("@");
  if (holder.chain.length === 0) return mayFollow ? { at: { start, end }, before: "@" } : "none";
  return digest === said.length - 1 && mayEdit(holder) ? { at: { start, end: held.end }, before: "@" } : "none";
}

function dedupe(steps: readonly ValueStep[]): readonly ValueStep[] {
  if (steps.length < 2) return steps;
  const seen = new Map<string, ValueStep>();
  for (const step of steps) seen.set(`${step.file ?? ""} ${step.span.start}-${step.span.end} ${step.label}`, step);
  return [...seen.values()];
}
