import type { Document, Job, JobStep, ShellCommand, WordPart } from "../document/document.ts";
import { parseReference, type ImageReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import { innerCommands } from "../shell/innerCommand.ts";
import { mayPushImages, pushTargets } from "../shell/pushTargets.ts";
import { partsOfSlice, valueOfWord } from "../shell/wordValue.ts";
import { metadataImages, metadataStep } from "./imagePushes.ts";

/** What a command or a step puts into a registry. */
export interface PushedImage {
  /** The lines that say so: the command, or what the step says of it. */
  readonly spans: readonly [Span, ...Span[]];
  /** The name as it is written. */
  readonly text: string;
  /** Where it is known whole. */
  readonly reference?: ImageReference;
  /** What is known from its beginning on. */
  readonly known: string;
  /** What only the run tells, as it is written. */
  readonly missing: readonly string[];
}

/** Pushes that are listed of one document, at most. */
const maximumPushes = 1000;

/** Every image that the document's commands and steps push, each place once: by its first name that is known whole. */
export function pushedImages(document: Document): readonly PushedImage[] {
  const { text, commands, furtherCommands = [], jobs } = document;
  if (!mayPushImages(text)) return [];
  const pushed = [
    ...[...commands, ...furtherCommands].flatMap((command) => pushedByCommand(document, command)),
    ...jobs.flatMap((job) => job.steps.flatMap((step) => pushedByStep(document, job, step))),
  ];
  return pushed.slice(0, maximumPushes).toSorted((a, b) => a.spans[0].start - b.spans[0].start);
}

/** Whether a command pushes anything to a registry. */
export function isPushing(command: ShellCommand, document: string): boolean {
  return targetsOf(command, document).length > 0;
}

function targetsOf(command: ShellCommand, document: string): readonly (readonly WordPart[])[] {
  return innerCommands(command).flatMap((inner) => {
    if (inner.kind === "script") return [];
    const { tool, rest } = inner.invocation;
    return pushTargets(tool, () => rest.map((word) => valueOfWord(word, document))).map(partsOfSlice);
  });
}

function pushedByCommand({ text }: Document, command: ShellCommand): readonly PushedImage[] {
  const names = targetsOf(command, text).map((parts) => nameOf(parts.map((part) => toPart(part, text))));
  return best(names, [command.span]);
}

interface NamePart {
  /** Absent where only the run tells. */
  readonly text: string | undefined;
  /** As it is written. */
  readonly written: string;
}

function toPart({ text, span, chain }: WordPart, document: string): NamePart {
  return { text, written: chain[0]?.text ?? document.slice(span.start, span.end) };
}

type PushedName = Omit<PushedImage, "spans">;

function nameOf(parts: readonly NamePart[]): PushedName {
  const unknown = parts.findIndex(({ text }) => text === undefined);
  const known = parts
    .slice(0, unknown < 0 ? parts.length : unknown)
    .map(({ text = "" }) => text)
    .join("");
  const { value } = unknown < 0 ? parseReference(known) : { value: undefined };
  return {
    text: parts.map(({ written }) => written).join(""),
    ...(value === undefined ? {} : { reference: value }),
    known,
    missing: [...new Set(parts.flatMap(({ text, written }) => (text === undefined ? [written] : [])))],
  };
}

/** All names of one push stand for one digest: the first that is known whole says it, else the one that is known furthest. */
function best(names: readonly PushedName[], spans: PushedImage["spans"]): readonly PushedImage[] {
  const [furthest] = names.toSorted((a, b) => b.known.length - a.known.length);
  const name = names.find(({ reference }) => reference !== undefined) ?? furthest;
  return name === undefined ? [] : [{ ...name, spans }];
}

function pushedByStep(document: Document, job: Job, step: JobStep): readonly PushedImage[] {
  const { uses = "", with: inputs = {} } = step;
  if (!uses.startsWith("docker/build-push-action@")) return [];
  const input = (name: string): string => (Object.hasOwn(inputs, name) ? (inputs[name]?.text ?? "") : "");
  const outputs = input("outputs");
  const never = input("push") === "" || /^\s*false\s*$/i.test(input("push"));
  if (never && !/\bpush=true\b|\btype=registry\b/.test(outputs)) return [];
  const meta = metadataStep(input("tags"));
  // What docker/metadata-action makes of a name, only the run tells.
  const tail = meta === undefined ? [] : [{ text: undefined, written: `\${{ steps.${meta}.outputs.tags }}` }];
  const written = meta === undefined ? input("tags") : (metadataImages(document, job.id, meta) ?? "");
  const named = /(?:^|,)"?name=([^,"\s]+)/.exec(outputs)?.[1] ?? "";
  const lines = [...listOf(written), ...(written === "" ? listOf(named) : [])];
  const names = lines.map((line) => {
    const parts = partsOfExpressions(line, job);
    return nameOf(tail.length === 0 ? parts : [...parts, { text: ":", written: ":" }, ...tail]);
  });
  const at = document.text.indexOf(uses, step.span.start);
  const spans = ["push", "tags", "outputs"].flatMap((name) =>
    Object.hasOwn(inputs, name) ? (inputs[name]?.span ?? []) : [],
  );
  return best(names.length > 0 ? names : [nameOf(tail)], [{ start: at, end: at + uses.length }, ...spans]);
}

/** The lines and fields of a list, without its comments. */
function listOf(text: string): readonly string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The parts of a text with expressions, of which the environment of the job is known. */
function partsOfExpressions(line: string, { environment }: Job): readonly NamePart[] {
  return line.split(/(\$\{\{.*?\}\})/).flatMap((written): readonly NamePart[] => {
    if (written === "") return [];
    if (!written.startsWith("${{")) return [{ text: written, written }];
    const name = /^\$\{\{\s*env\.(\w+)\s*\}\}$/.exec(written)?.[1] ?? "";
    const value = Object.hasOwn(environment, name) ? environment[name]?.text : undefined;
    return [{ text: value === undefined || value.includes("${{") ? undefined : value, written }];
  });
}
