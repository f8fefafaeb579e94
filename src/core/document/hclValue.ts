import type { Span } from "../image/span.ts";
import type { ValueStep } from "./document.ts";
import { textOfValue, type TemplateSource } from "./template.ts";
import type { Value, ValuePart } from "./value.ts";
import { literalPart } from "./yamlImage.ts";
import type { YamlNode, YamlScalar } from "./yamlNode.ts";

/** Gives the value that a name's first part stands for, in a file's dialect; undefined where none is known. */
export type HclLookup = (name: string) => HclDefinition | undefined;

/** What stands around a file of HCL. */
export interface ModuleLookup {
  /** Values that win over what the file itself says of its variables. */
  readonly given: HclLookup;
  readonly beside: HclLookup;
}

/** What a name stands for; a function of the file's own under its name and `(`. */
export interface HclDefinition {
  readonly label: string;
  readonly nodes: readonly YamlNode[];
  /** Where the nodes stand, if in another file. */
  readonly source?: TemplateSource;
  /** What it stands for beside its nodes: the items that a loop goes over. */
  readonly thunks?: readonly HclThunk[];
  /** The type of a variable, which may say what is left out of its value. */
  readonly type?: YamlNode | undefined;
  /** The parameters of a function, whose result the node is; the rest of the arguments under the last, where `isVariadic`. */
  readonly parameters?: readonly string[];
  readonly isVariadic?: boolean;
  /** Whether it has more than is written: what a resource is, only the provider tells whole. */
  readonly isOpen?: boolean;
}

/** The text that expressions stand in. */
export interface HclSource {
  readonly text: string;
  /** Absent for the file that is read. */
  readonly file?: string;
  /** Where all of it stands, where offsets in it are not those of the file. */
  readonly at?: Span;
}

/** Where and with which names an expression is evaluated. */
export interface HclEnvironment {
  readonly source: HclSource;
  readonly lookup: HclLookup;
  /** The file that is read and its names, without those of loops and functions. */
  readonly own: HclSource;
  readonly root: HclLookup;
  /** Whether others may take the value too, since it stands under a name. */
  readonly isShared: boolean;
  /** Whether texts are no templates: those of JSON and YAML. */
  readonly isPlain?: boolean;
  readonly budget: { left: number; depth: number };
}

/** A value that is evaluated where it is needed. */
export type HclThunk =
  | {
      readonly kind: "written";
      readonly node: YamlNode;
      readonly environment: HclEnvironment;
      /** What the node is to whoever takes its value. */
      readonly label?: string;
    }
  | { readonly kind: "known"; readonly values: readonly HclValue[] };

/** What an expression comes to; what it holds is evaluated where it is needed. */
export type HclValue =
  /** Numbers and truth values are texts, too. */
  | { readonly kind: "text"; readonly value: Value }
  | { readonly kind: "null"; readonly chain: Value["chain"] }
  | { readonly kind: "list"; readonly items: readonly HclThunk[]; readonly chain: Value["chain"] }
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, HclThunk>; readonly chain: Value["chain"] }
  /** Only running the tool can tell. */
  | { readonly kind: "unknown" }
  /** The tool refuses the expression. */
  | { readonly kind: "missing" };

/** What is not known, as the only alternative. */
export const unknownValues: readonly HclValue[] = [{ kind: "unknown" }];

/** Alternatives of one expression that are followed. */
export const maximumAlternatives = 64;
/** Items of a list or an object that are followed. */
export const maximumItems = 256;

/** A text that stands nowhere as it is. */
export function madeText(text: string, chain: Value["chain"] = []): HclValue {
  return { kind: "text", value: { parts: [{ text }], chain } };
}

/** A list of what is known. */
export function listOf(items: readonly HclThunk[], chain: Value["chain"] = []): HclValue {
  return { kind: "list", items: items.slice(0, maximumItems), chain };
}

/** An object of what is known. */
export function objectOf(entries: Iterable<readonly [string, HclThunk]>, chain: Value["chain"] = []): HclValue {
  return { kind: "object", entries: new Map([...entries].slice(0, maximumItems)), chain };
}

/** What a value says in a text; one that is no text says nothing that is known. */
export function valueInText(value: HclValue): Value {
  switch (value.kind) {
    case "text":
      return value.value;
    case "null":
      return { parts: [{ text: "" }], chain: value.chain };
    case "list":
    case "object":
    case "unknown":
    case "missing":
      return { parts: [{}], chain: [] };
  }
}

/** The text of a value where all of it is known. */
export function knownText(value: HclValue | undefined): string | undefined {
  return value?.kind === "text" ? textOfValue(value.value) : undefined;
}

/** The value after further steps that led to it. */
export function withSteps(value: HclValue, steps: readonly ValueStep[]): HclValue {
  if (steps.length === 0 || value.kind === "unknown" || value.kind === "missing") return value;
  if (value.kind === "text")
    return { kind: "text", value: { parts: value.value.parts, chain: [...steps, ...value.value.chain] } };
  return { ...value, chain: [...steps, ...value.chain] };
}

/** A stretch of a text as a part: with its place where the file that is read holds it. */
export function literalOf(
  { source, isShared }: HclEnvironment,
  scalar: YamlScalar,
  from = 0,
  to = scalar.text.length,
): ValuePart {
  const part = literalPart(source.text, scalar, from, to);
  if (source.file !== undefined || source.at !== undefined || part.span === undefined)
    return part.text === undefined ? {} : { text: part.text };
  return { ...part, literal: scalar.span, ...(isShared ? { shared: true } : {}) };
}

/** A step of a value's chain. */
export function stepOf({ source }: HclEnvironment, span: Span, label: string, text: string): ValueStep {
  const step = { span: source.at ?? span, label, text };
  return source.file === undefined ? step : { ...step, file: source.file };
}
