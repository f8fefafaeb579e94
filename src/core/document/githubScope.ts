import type { Span } from "../image/span.ts";
import { evaluateExpression, textCandidate, type Candidate, type ExpressionScope } from "./githubExpression.ts";
import { jsonNode, writtenJson } from "./githubJson.ts";
import type { MatrixCombination } from "./githubMatrix.ts";
import type { Value, ValuePart } from "./value.ts";
import { literalPart } from "./yamlImage.ts";
import {
  dereference,
  entriesOf,
  isNull,
  itemsOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";
import { printedNode, printedText } from "./yamlNumber.ts";

/** A text with its place, as the contract of a document has it. */
export interface PlacedText {
  readonly text: string;
  readonly span: Span;
  /** Another file, where it stands in one. */
  readonly file?: string;
  /** Whether the text does not stand there as it is. */
  readonly isMade?: boolean;
}

/** What expressions of one place of a workflow or action can see. */
export interface GithubScope {
  /** The document. */
  readonly text: string;
  readonly inputs: ReadonlyMap<string, readonly YamlNode[]>;
  /** Absent where the matrix is computed. */
  readonly matrix?: MatrixCombination | undefined;
  /** Where one of several combinations holds, all of them: what they agree in is known. */
  readonly matrices?: readonly MatrixCombination[] | undefined;
  /** Absent where GitHub offers no `env` (its documentation, "Context availability"). */
  readonly environment?: ReadonlyMap<string, PlacedText>;
  /** What an output of an earlier step comes to, where its script writes it. */
  readonly stepOutput?: (step: string, output: string) => PlacedText | undefined;
  /** What an output of a step comes to that uses an action of the same repository. */
  readonly actionOutput?: (step: YamlNode, output: string, scope: GithubScope) => PlacedText | undefined;
  /** What an output of another job comes to, where the workflow itself says it. */
  readonly jobOutput?: (job: string, output: string) => readonly Candidate[];
}

/** The defaults of inputs by name, from every `inputs` mapping given; an input without default is left out. */
export function inputDefaults(
  ...mappings: readonly (YamlNode | undefined)[]
): ReadonlyMap<string, readonly YamlNode[]> {
  const defaults = new Map<string, YamlNode[]>();
  for (const { key, value } of mappings.flatMap(entriesOf)) {
    const node = valueAt(value, "default");
    if (node === undefined) continue;
    const others = defaults.get(key.text) ?? [];
    if (!others.some((other) => textOf(other) === textOf(node))) defaults.set(key.text, [...others, node]);
  }
  return defaults;
}

/** Expressions with what stands in their braces; braces within their strings do not end them. */
const expressions = /\$\{\{((?:[^'}]|'[^']*'|\}(?!\}))*)\}\}/g;
/** Longer values hold no image reference. */
const maximumLength = 4096;
const maximumValues = 256;

/** What a scalar with expressions may come to: one value for each combination of its expressions' candidates. */
export function valuesOf(
  scalar: YamlScalar,
  scope: GithubScope,
  from = 0,
  to = scalar.text.length,
): readonly (Value | { readonly node: YamlNode })[] {
  const source = scalar.text;
  if (to - from > maximumLength) return [{ parts: [{}], chain: [] }];
  const isPlain = from < to && !source.includes("${{");
  if (isPlain && scalar.isMade === true) return [{ parts: [{ text: source.slice(from, to) }], chain: [] }];
  if (isPlain) return [{ parts: [literalPart(scope.text, scalar, from, to)], chain: [] }];
  let values: Value[] = [{ parts: [], chain: [] }];
  const append = (alternatives: readonly Value[]): void => {
    values = values
      .flatMap((value) =>
        alternatives.map((next) => ({
          parts: [...value.parts, ...next.parts],
          chain: [...value.chain, ...next.chain],
        })),
      )
      .slice(0, maximumValues);
  };
  let at = from;
  for (const found of source.slice(from, to).matchAll(expressions)) {
    const start = from + found.index;
    const end = start + found[0].length;
    if (start > at) append([{ parts: [literalPart(scope.text, scalar, at, start)], chain: [] }]);
    const candidates = evaluate(found[1] ?? "", scalar, start + 3, scope);
    const isWhole = start === from && end === to;
    if (isWhole && candidates.some(({ kind }) => kind === "node"))
      return candidates.flatMap((one) => (one.kind === "node" ? [{ node: one.node }] : []));
    const { span = scalar.span } = literalPart(scope.text, scalar, start, end);
    append(
      candidates.map((candidate) => ({
        parts: partsOf(candidate),
        chain: [{ span, label: "expression", text: found[0] }, ...(candidate.kind === "text" ? candidate.chain : [])],
      })),
    );
    at = end;
  }
  if (at < to) append([{ parts: [literalPart(scope.text, scalar, at, to)], chain: [] }]);
  return values;
}

/** The mappings and sequences that an expression alone in its scalar may come to; empty where none is known. */
export function nodesOf(scalar: YamlScalar, scope: GithubScope): readonly YamlNode[] {
  if (!scalar.text.includes("${{")) return [];
  const written = writtenJson(scope.text, scalar);
  if (written !== undefined) return [written];
  return valuesOf(scalar, scope).flatMap((value) => ("node" in value ? [value.node] : []));
}

/** The one text that an expression comes to; undefined where it cannot be known or is one of several. */
export function expressionText(expression: string, scope: GithubScope): string | undefined {
  if (expression.length > maximumLength) return undefined;
  const texts = evaluateExpression(
    expression,
    namesIn(scope, { start: 0, end: 0 }, (start, end) => ({ text: expression.slice(start, end) })),
  ).map((candidate) => textOfCandidate(candidate));
  const [first] = texts;
  return texts.every((text) => text === first) ? first : undefined;
}

/** The one text that a scalar with expressions comes to; undefined where it cannot be known or is one of several. */
export function scalarText(scalar: YamlScalar, scope: GithubScope): string | undefined {
  if (!scalar.text.includes("${{")) return printedText(scalar, "8");
  const texts = valuesOf(scalar, scope).map((value) =>
    "node" in value || value.parts.some((part) => part.text === undefined)
      ? undefined
      : value.parts.map((part) => part.text).join(""),
  );
  return texts.every((text) => text === texts[0]) ? texts[0] : undefined;
}

function textOfCandidate(candidate: Candidate): string | undefined {
  return textOfParts(partsOf(candidate));
}

function textOfParts(parts: readonly ValuePart[]): string | undefined {
  return parts.every((part) => part.text !== undefined) ? parts.map((part) => part.text).join("") : undefined;
}

function partsOf(candidate: Candidate): readonly ValuePart[] {
  switch (candidate.kind) {
    case "text":
      return candidate.parts;
    case "falsy":
      return [{ text: "" }];
    case "true":
      return [{ text: "true" }];
    case "node":
    case "unknown":
      return [{}];
  }
}

function evaluate(expression: string, scalar: YamlScalar, offset: number, scope: GithubScope): readonly Candidate[] {
  return evaluateExpression(
    expression,
    namesIn(scope, scalar.span, (start, end) => literalPart(scope.text, scalar, offset + start, offset + end)),
  );
}

/** What the names of an expression at `around` stand for. */
function namesIn(scope: GithubScope, around: Span, literal: ExpressionScope["literal"]): ExpressionScope {
  return {
    lookup: (path) => lookup(path, scope),
    literal,
    json(parts, chain) {
      const text = textOfParts(parts);
      if (text === undefined) return { kind: "unknown" };
      const span = parts.length === 1 ? parts[0]?.span : undefined;
      const isThere = span !== undefined && scope.text.slice(span.start, span.end) === text;
      const node = jsonNode(text, isThere ? span.start : undefined, chain.at(-1)?.span ?? around);
      return node === undefined ? { kind: "unknown" } : fromNode(node, "fromJSON", scope, true);
    },
    member: (node, key) => fromNode(memberOf(node, key), `item ${key}`, scope, true),
  };
}

function memberOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return /^\d+$/.test(key) ? (itemsOf(node)[Number(key)] ?? valueAt(node, key)) : valueAt(node, key);
}

function lookup(path: readonly string[], scope: GithubScope): readonly Candidate[] {
  const isEventInput = path[0] === "github" && path[1] === "event" && path[2] === "inputs";
  const [context, name = "", ...rest] = isEventInput ? path.slice(2) : path;
  switch (context) {
    case "matrix": {
      const combinations = scope.matrix === undefined ? scope.matrices : [scope.matrix];
      if (combinations === undefined) return [{ kind: "unknown" }];
      const tops = new Set(combinations.map((matrix) => matrix.get(name)));
      return [...tops].flatMap((top) => fromMatrix(top, rest, path.join("."), scope));
    }
    case "inputs": {
      const defaults = scope.inputs.get(name) ?? [];
      if (defaults.length === 0) return [{ kind: "unknown" }];
      return defaults.map((node) => fromNode(node, `default of input ${name}`, scope, true));
    }
    case "env":
      return [placedCandidate(scope.environment?.get(name), `env ${name}`)];
    case "steps": {
      const [section, output = ""] = rest;
      const value = section === "outputs" ? scope.stepOutput?.(name, output) : undefined;
      return [placedCandidate(value, `output ${output} of step ${name}`)];
    }
    // What a called workflow gives is said with its own jobs.
    case "jobs":
    case "needs": {
      const [section, output = ""] = rest;
      return section === "outputs" ? (scope.jobOutput?.(name, output) ?? [{ kind: "unknown" }]) : [{ kind: "unknown" }];
    }
    default:
      return [{ kind: "unknown" }];
  }
}

/** A value of a matrix, which may be an expression itself, or computed elsewhere. */
function fromMatrix(
  top: YamlNode | undefined,
  rest: readonly string[],
  label: string,
  scope: GithubScope,
): readonly Candidate[] {
  const scalar = scalarOf(top);
  if (scalar === undefined || !scalar.text.includes("${{"))
    return [fromNode(rest.reduce(memberOf, top), label, scope, true)];
  // Neither `matrix` nor `env` is available where a matrix is written.
  const { environment: _, ...around } = scope;
  return rest.length > 0
    ? [{ kind: "unknown" }]
    : outputCandidates(scalar, label, { ...around, matrix: undefined, matrices: undefined });
}

function placedCandidate(value: PlacedText | undefined, label: string): Candidate {
  if (value === undefined) return { kind: "unknown" };
  const { text, span, file, isMade = false } = value;
  const step = { span, label, text, ...(file === undefined ? {} : { file }) };
  const isHere = file === undefined && !isMade;
  return textCandidate(isHere ? { text, span, literal: span, shared: true } : { text }, [step]);
}

/** What an output of a job comes to; its literals hold for every job that asks for it. */
export function outputCandidates(node: YamlNode | undefined, label: string, scope: GithubScope): readonly Candidate[] {
  const scalar = scalarOf(node);
  if (scalar === undefined) return [{ kind: "unknown" }];
  const step = { span: scalar.span, label, text: scalar.text };
  return valuesOf(scalar, scope).map((value): Candidate => {
    if ("node" in value || value.parts.some((part) => part.text === undefined)) return { kind: "unknown" };
    if (value.parts.every((part) => part.text === "")) return { kind: "falsy" };
    const parts = value.parts.map((part) => ({ literal: part.span ?? scalar.span, ...part, shared: true }));
    return { kind: "text", parts, chain: [step, ...value.chain] };
  });
}

function fromNode(node: YamlNode | undefined, label: string, scope: GithubScope, shared: boolean): Candidate {
  const found = dereference(printedNode(node, "8"));
  if (found === undefined) return { kind: "falsy" };
  if (found.kind !== "scalar") return { kind: "node", node: found };
  if (isNull(found) || (found.style === "plain" && found.text === "false")) return { kind: "falsy" };
  if (found.text.includes("${{")) return { kind: "unknown" };
  if (found.isMade === true)
    return textCandidate({ text: found.text }, [{ span: found.span, label, text: found.text }]);
  const part = literalPart(scope.text, found);
  const span = part.span ?? found.span;
  return textCandidate({ ...part, literal: span, shared }, [{ span, label, text: found.text }]);
}
