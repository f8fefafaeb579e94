import { parseReference } from "../image/reference.ts";
import type { ImageReference } from "../image/reference.ts";
import type { Problem } from "../problem.ts";
import { documentSpan } from "../shell/origin.ts";
import type { BuildSettings } from "./workspaceBuild.ts";
import type { ImageUse, Resolution } from "./document.ts";
import { expandWord, withoutQuotes } from "./dockerfileExpand.ts";
import type { Binding, Expansion, Piece, Value } from "./dockerfileExpand.ts";
import { splitAtSpaces } from "./dockerfileInstruction.ts";
import type { Instruction } from "./dockerfileInstruction.ts";
import type { ExpandedUse } from "./dockerfilePin.ts";
import { stageName } from "./dockerfileStages.ts";
import type { Stages } from "./dockerfileStages.ts";

/** A FROM that names an image; where to pin it is decided once all are known. */
export interface FromUse extends ExpandedUse {
  readonly use: ImageUse;
}

/** What one FROM gives: the image it names if it is not a stage, and the variables that its platform takes. */
export interface FromReading {
  readonly use: FromUse | undefined;
  /** The expanded base, also where it is a stage. */
  readonly value: Value | undefined;
  readonly platformVariables: readonly Binding[];
  readonly base: number | undefined;
  readonly name: string | undefined;
  readonly problems: readonly Problem[];
}

/** Reads `FROM [--platform=P] BASE [AS NAME]`. Only global ARGs are visible to it. */
export function readFrom(
  instruction: Instruction,
  expansion: Expansion,
  stages: Stages,
  settings: BuildSettings,
): FromReading {
  const { line } = instruction;
  const spanOf = (start: number, end: number) => documentSpan(line.toDocumentOffset, start, end);
  const words = withWholeTemplates(
    line.text,
    splitAtSpaces(line.text, instruction.argumentsStart, instruction.argumentsEnd),
  );
  const problems: Problem[] = [];
  const [word, as, nameWord] = words;
  const name =
    as === undefined || nameWord === undefined
      ? undefined
      : line.text.slice(nameWord.start, nameWord.end).toLowerCase();
  const hasName = words.length === 3 && as !== undefined && line.text.slice(as.start, as.end).toLowerCase() === "as";
  if (words.length !== 1 && !hasName) {
    const message =
      "FROM takes an image, or an image followed by 'AS' and a stage name; BuildKit refuses anything else.";
    problems.push({
      code: "from-arguments",
      message,
      span: spanOf(instruction.keywordStart, instruction.argumentsEnd),
    });
  } else if (hasName && name !== undefined && nameWord !== undefined && !stageName.test(name)) {
    const message = `'${name}' cannot be the name of a stage: it must start with a letter, and hold only letters, digits, '-', '_' and '.'.`;
    problems.push({ code: "stage-name-invalid", message, span: spanOf(nameWord.start, nameWord.end) });
  }
  const platform = readPlatform(instruction, expansion);
  const registered = hasName && name !== undefined && stageName.test(name) ? name : undefined;
  const reading = { platformVariables: platform.variables, name: registered, problems };
  if (word === undefined) return { ...reading, use: undefined, value: undefined, base: undefined };

  const value = expandWord(line, word.start, word.end, expansion);
  const inner = withoutQuotes(line.text, word.start, word.end);
  const span = spanOf(inner.start, inner.end);
  const base = baseStage(value, stages, expansion.budget);
  const isSupplied = value.steps.some(({ file }) => file !== undefined);
  const isNone = (name: string) => name === "scratch" || settings.hasContext(name, isSupplied);
  if (base !== undefined || (isComplete(value) && isNone(value.text)))
    return { ...reading, use: undefined, value, base };

  const written = line.text.slice(inner.start, inner.end).slice(0, 4096);
  const { reference, resolution, problem } = resolve(value, written);
  if (problem !== undefined) problems.push({ ...problem, span });
  // BuildKit refuses it, but whoever wrote it means a stage, and no image can have the name.
  const isMeantStage = stages.anyCase(value.text) !== undefined || value.text.toLowerCase() === "scratch";
  if (reference === undefined && isComplete(value) && isMeantStage)
    return { ...reading, use: undefined, value, base: undefined };
  const use: ImageUse = {
    span,
    text: written,
    site: "from",
    ...(reference === undefined ? {} : { reference }),
    resolution,
    chain: value.hasVariables ? [{ span, label: "expression", text: written }, ...value.steps] : [],
    ...(platform.literal === undefined ? {} : { platform: platform.literal }),
  };
  return { ...reading, use: { use, value, end: span.end, reference }, value, base: undefined };
}

function readPlatform(
  instruction: Instruction,
  expansion: Expansion,
): { literal?: string; variables: readonly Binding[] } {
  const flag = instruction.flags.find(({ name }) => name === "platform");
  if (flag === undefined) return { variables: [] };
  if (/^[a-z0-9]+(?:\/[A-Za-z0-9_.-]+){0,3}$/.test(flag.value)) return { literal: flag.value, variables: [] };
  const text = { text: flag.value, toDocumentOffset: () => 0 };
  return { variables: [...expandWord(text, 0, flag.value.length, expansion).touched.keys()] };
}

/** An earlier stage that the base names: exactly, or as far as it is known (`FROM base-${TARGETARCH}`). */
function baseStage(value: Value, stages: Stages, budget: Expansion["budget"]): number | undefined {
  if (value.refusal !== undefined || value.limited) return undefined;
  const exact = value.pieces.some((piece) => piece.kind === "gap" && !piece.empty)
    ? undefined
    : stages.exact(value.text);
  return exact ?? (isComplete(value) ? undefined : stages.matching(value.pieces, budget));
}

function isComplete(value: Value): boolean {
  return value.refusal === undefined && !value.limited && value.pieces.every((piece) => piece.kind === "text");
}

function resolve(
  value: Value,
  written: string,
): { reference?: ImageReference; resolution: Resolution; problem?: Problem } {
  if (templated.test(written))
    return {
      resolution: isRepositoryKnown([{ kind: "text", text: written.slice(0, written.search(templated)) }])
        ? "partial"
        : "unresolved",
    };
  if (value.refusal !== undefined) {
    const message = `'${written.slice(0, 200)}' cannot be read: ${value.refusal}. BuildKit refuses this file.`;
    return { resolution: "unresolved", problem: { code: "expansion-invalid", message } };
  }
  if (value.limited) {
    const message = "Its variables expand further than is followed, so the image is not known.";
    return { resolution: "unresolved", problem: { code: "limit-reached", message } };
  }
  // A variable without a default is empty unless a build sets it; what that gives counts if it is an image.
  const buildable = value.pieces.every((piece) => piece.kind === "text" || piece.empty) && !isDangling(value.pieces);
  const parsed = buildable && value.text !== "scratch" ? parseReference(value.text) : undefined;
  if (parsed?.value !== undefined)
    return { reference: parsed.value, resolution: value.hasVariables ? "resolved" : "literal" };
  if (!isComplete(value)) return { resolution: isRepositoryKnown(value.pieces) ? "partial" : "unresolved" };
  const [problem] = parsed?.problems ?? [];
  if (value.text !== "" || problem === undefined)
    return { resolution: "unresolved", ...(problem === undefined ? {} : { problem }) };
  return {
    resolution: "unresolved",
    problem: {
      code: "reference-invalid",
      message: `'${written.slice(0, 200)}' expands to nothing; BuildKit refuses this file.`,
    },
  };
}

/** What another tool fills in before there is a Dockerfile: `{{ image }}`, `<%= image %>`, `%%VERSION%%`, `@VERSION@`, `__VERSION__`. */
const templated =
  /(?<!\$)\{\{[^{}]*\}\}|\{%[^%\n]*%\}|<%[^%\n]*%>|%%\w[\w-]*%%|@\w[\w-]*@|(?<![A-Za-z0-9])__[A-Z][A-Z0-9_]*__/;
const templateSigns = [
  ["{{", "}}"],
  ["{%", "%}"],
  ["<%", "%>"],
] as const;

/** Joins the words that the signs of a template hold together. */
function withWholeTemplates(text: string, words: ReturnType<typeof splitAtSpaces>): ReturnType<typeof splitAtSpaces> {
  if (!/\{[{%]|<%/.test(text)) return words;
  const joined: { start: number; end: number }[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    const open = last === undefined ? "" : text.slice(last.start, last.end);
    if (last !== undefined && templateSigns.some(([from, to]) => open.lastIndexOf(from) > open.lastIndexOf(to)))
      last.end = word.end;
    else joined.push({ ...word });
  }
  return joined;
}

/** Whether a separator is left over where a variable is empty (`base:1-${ARCH}`, `base:v${VERSION}`): what is meant is not without it. */
function isDangling(pieces: readonly Piece[]): boolean {
  return pieces.some((piece, index) => {
    if (piece.kind !== "gap") return false;
    return (
      /[-_.]$|:v$/i.test(textOf(pieces.slice(0, index))) && /^(?:$|[-_.:@/])/.test(textOf(pieces.slice(index + 1)))
    );
  });
}

/** Whether the text before the first gap holds the whole repository, so that only its tag or digest is open. */
function isRepositoryKnown(pieces: readonly Piece[]): boolean {
  const found = pieces.findIndex((piece) => piece.kind === "gap");
  const gap = found < 0 ? pieces.length : found;
  const before = textOf(pieces.slice(0, gap));
  const sign = /[:@]/.exec(before.slice(before.lastIndexOf("/") + 1));
  if (sign === null || textOf(pieces.slice(gap)).includes("/")) return false;
  return parseReference(before.slice(0, before.lastIndexOf("/") + 1 + sign.index)).value !== undefined;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === "text" ? piece.text : "")).join("");
}
