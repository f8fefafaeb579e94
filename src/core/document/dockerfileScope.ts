import type { PiecedText } from "../shell/origin.ts";
import { documentSpan } from "../shell/origin.ts";
import { bindingOf, providedValue, unsetValue } from "./dockerfileExpand.ts";
import type { Binding, Expansion } from "./dockerfileExpand.ts";
import { splitKeepingQuotes } from "./dockerfileInstruction.ts";
import type { Instruction, Range } from "./dockerfileInstruction.ts";

/** The variables that hold at some place: those of a stage over those of the stage it builds on. */
export interface Scope {
  readonly own: Map<string, Binding>;
  readonly parent: Scope | undefined;
}

/** Arguments that BuildKit provides to every build (Dockerfile reference, "Automatic platform ARGs"), and its target stage. */
const provided = [
  "BUILDPLATFORM",
  "BUILDOS",
  "BUILDOSVERSION",
  "BUILDARCH",
  "BUILDVARIANT",
  "TARGETPLATFORM",
  "TARGETOS",
  "TARGETOSVERSION",
  "TARGETARCH",
  "TARGETVARIANT",
  "TARGETSTAGE",
];

/** Most variables that a command's environment lists. */
const maximumEnvironment = 100;

/** The global scope before any ARG: only what BuildKit provides. */
export function createGlobalScope(): Scope {
  const own = new Map<string, Binding>();
  for (const name of provided) {
    own.set(name, {
      name,
      label: `${name}, which the build provides`,
      kind: "provided",
      value: providedValue,
      span: { start: 0, end: 0 },
      text: "",
    });
  }
  return { own, parent: undefined };
}

/** Looks a variable up, from the innermost scope outwards. */
export function lookUp(scope: Scope, name: string): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const binding = at.own.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

/** An ARG instruction: each `NAME` or `NAME=value`, given to `declare` in order. */
export function readArguments(
  instruction: Instruction,
  expansion: Expansion,
  declare: (binding: Binding) => void,
): void {
  const { line } = instruction;
  for (const word of splitKeepingQuotes(
    line.text,
    instruction.argumentsStart,
    instruction.argumentsEnd,
    expansion.escape,
  )) {
    const equals = line.text.indexOf("=", word.start);
    if (equals < 0 || equals >= word.end) {
      const name = line.text.slice(word.start, word.end);
      const span = documentSpan(line.toDocumentOffset, word.start, word.end);
      declare({ name, label: `ARG ${name}, without a default`, kind: "declared", value: unsetValue, span, text: name });
      continue;
    }
    declare(valueBinding("ARG", line, word, equals, expansion));
  }
}

/** An ENV instruction: `NAME=value ...`, or in the old form `NAME value with spaces`. All values see the scope before it. */
export function readEnvironment(instruction: Instruction, expansion: Expansion): readonly Binding[] {
  const { line, argumentsStart, argumentsEnd } = instruction;
  const words = splitKeepingQuotes(line.text, argumentsStart, argumentsEnd, expansion.escape);
  const [first] = words;
  if (first === undefined) return [];
  const isPair = (word: Range): boolean => line.text.slice(word.start, word.end).includes("=");
  if (!isPair(first)) {
    const name = line.text.slice(first.start, first.end);
    const second = words[1];
    return second === undefined
      ? []
      : [bindingOf(name, `ENV ${name}`, line, { start: second.start, end: argumentsEnd }, expansion)];
  }
  return words
    .filter(isPair)
    .map((word) => valueBinding("ENV", line, word, line.text.indexOf("=", word.start), expansion));
}

/** The values that a command run in this scope finds in its environment, as far as they are known. */
export function environmentOf(scope: Scope): Readonly<Record<string, string>> {
  const found = new Map<string, string | undefined>();
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    for (const [name, { value, kind }] of at.own) {
      if (found.has(name)) continue;
      if (found.size >= maximumEnvironment) return fromKnown(found);
      const known =
        kind === "value" &&
        !value.limited &&
        value.refusal === undefined &&
        value.pieces.every((piece) => piece.kind === "text");
      found.set(name, known ? value.text : undefined);
    }
  }
  return fromKnown(found);
}

function fromKnown(found: ReadonlyMap<string, string | undefined>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...found].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function valueBinding(keyword: string, line: PiecedText, word: Range, equals: number, expansion: Expansion): Binding {
  const name = line.text.slice(word.start, equals);
  return bindingOf(name, `${keyword} ${name}`, line, { start: equals + 1, end: word.end }, expansion);
}
