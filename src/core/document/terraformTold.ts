import type { Span } from "../image/span.ts";
import type { ValueStep } from "./document.ts";
import type { HclBlock } from "./hcl.ts";
import { force } from "./hclEvaluate.ts";
import { expressionTag } from "./hclExpression.ts";
import type { HclFile } from "./hclFile.ts";
import { scalar } from "./hclLexer.ts";
import { expressionScalar } from "./hclSyntax.ts";
import { knownText, type HclLookup, type HclValue } from "./hclValue.ts";
import { isPossibleImage } from "./imageShape.ts";
import { textOfValue } from "./template.ts";
import { buildImages, ofTemplate } from "./terraformGuess.ts";
import { withoutStart, type Value, type ValuePart } from "./value.ts";
import type { YamlNode } from "./yamlNode.ts";

/** The images of modules that a call in the file that is read tells. */
export interface ToldImages {
  /** The file that is read, as the call sees it. */
  readonly caller: HclFile;
  /** Where it tells them. */
  readonly places: readonly Span[];
  /** Begins a file of a module: what it says itself is not told at the call. */
  enter(path: string): void;
  /** Adds what a module runs, where the call tells its name. */
  add(value: Value, wrapper: string): void;
  /** Adds what the file that is read writes, where names stand for `seenAs`. */
  node(at: YamlNode, seenAs: HclLookup, accepts: (said: Value | undefined) => boolean): void;
}

const maximumDepth = 10;
const maximumTexts = 500;

/** Collects what a call tells the modules that it leads to. */
export function createToldImages(caller: HclFile, { body }: Pick<HclBlock, "body">): ToldImages {
  const modules = new Set<string>();
  const places: Span[] = [];
  const addAt = (node: YamlNode, value: Value | undefined, seen: HclFile, wrapper = ""): void => {
    const all = seen.expand(node);
    const own = all && withoutStart(all, wrapper);
    const said = value ?? own;
    const text = said && textOfValue(said);
    const isImage =
      text === undefined
        ? node.kind === "scalar" && ofTemplate.test(node.text)
        : isPossibleImage(text) && !text.startsWith(buildImages);
    if (!isImage) return;
    places.push(node.span);
    if (value === undefined || (own !== undefined && textOfValue(own) === text))
      seen.image(node, "module", { optionalWrapper: wrapper });
    else seen.add(node, "module", value, wrapper);
  };
  const leaves = new Map<YamlNode, ReadonlySet<string>>();
  /** The argument, or what stands in one, that comes to a text which loops and functions have taken from its place. */
  const sayingNode = (value: Value): YamlNode | undefined => {
    const texts = [textOfValue(value), namePart(value.parts)?.text].filter((text) => text !== undefined && text !== "");
    const holds = (node: YamlNode): boolean => {
      const found = leaves.get(node) ?? textsIn(caller.evaluate(node));
      leaves.set(node, found);
      return texts.some((text) => text !== undefined && found.has(text));
    };
    return texts.length === 0 ? undefined : body.attributes.flatMap((entry) => expressionsIn(entry.value)).find(holds);
  };
  return {
    caller,
    places,
    enter: (path) => modules.add(path),
    node(at, seenAs, accepts) {
      const seen = caller.within(seenAs);
      if (accepts(seen.expand(at))) addAt(at, undefined, seen);
    },
    add(value, wrapper) {
      const image = withoutStart(value, wrapper);
      const span = tellingSpan(image, modules);
      const found =
        span === undefined
          ? sayingNode(image)
          : body.attributes.flatMap((entry) => scalarAt(entry.value, span) ?? [])[0];
      const node = found ?? (span && written(caller.text, span));
      if (node !== undefined) addAt(node, image, caller, wrapper);
    },
  };
}

/** What the file writes at a span: a text in quotes or an expression. */
function written(text: string, span: Span): YamlNode {
  const raw = text.slice(span.start, span.end);
  return text[span.start - 1] === '"' ? scalar(raw, span, "double-quoted") : expressionScalar(text, span);
}

function scalarAt(node: YamlNode, span: Span): YamlNode | undefined {
  if (node.span.start > span.start || node.span.end < span.end) return undefined;
  if (node.kind === "scalar") return node.span.start === span.start ? node : undefined;
  const inner =
    node.kind === "mapping" ? node.entries.map(({ value }) => value) : node.kind === "sequence" ? node.items : [];
  return inner.flatMap((one) => scalarAt(one, span) ?? [])[0];
}

/** Where the file that is read tells the name of an image; undefined where a module does. */
function tellingSpan(value: Value, modules: ReadonlySet<string>): Span | undefined {
  const part = namePart(value.parts);
  const runs = runsOf(value.chain, modules);
  const isKnown = part?.text !== undefined;
  const own = isKnown ? (part.literal ?? part.span) : value.parts.find((one) => one.span !== undefined)?.literal;
  if (own !== undefined) {
    const run = runs.find((steps) => steps.some(({ file, span }) => file === undefined && contains(span, own)));
    return firstOwn(run) ?? own;
  }
  const text = part?.text ?? "";
  const saying = text === "" ? undefined : runs.find((steps) => steps.some((step) => step.text.includes(text)));
  const [only, ...others] = runs;
  return firstOwn(saying ?? (others.length === 0 && value.parts.length === 1 ? only : undefined));
}

/** The expressions in a node. */
function expressionsIn(node: YamlNode): readonly YamlNode[] {
  if (node.kind === "mapping") return node.entries.flatMap(({ value }) => expressionsIn(value));
  if (node.kind === "sequence" && node.tag === undefined) return node.items.flatMap(expressionsIn);
  return node.kind === "scalar" && (node.tag === expressionTag || node.text.includes("${")) ? [node] : [];
}

/** The texts that values hold. */
function textsIn(values: readonly HclValue[]): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (value: HclValue, depth: number): void => {
    if (depth > maximumDepth || found.size > maximumTexts) return;
    const text = knownText(value);
    if (text !== undefined) found.add(text);
    const inner = value.kind === "list" ? value.items : value.kind === "object" ? value.entries.values() : [];
    for (const thunk of inner) for (const one of force(thunk)) walk(one, depth + 1);
  };
  for (const value of values) walk(value, 0);
  return found;
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && outer.end >= inner.end;
}

function firstOwn(run: readonly ValueStep[] | undefined): Span | undefined {
  return run?.find(({ file }) => file === undefined)?.span;
}

/** The steps of a chain that no module makes, as far as they follow each other. */
function runsOf(chain: readonly ValueStep[], modules: ReadonlySet<string>): readonly (readonly ValueStep[])[] {
  const runs: ValueStep[][] = [[]];
  for (const step of chain) {
    if (step.file !== undefined && modules.has(step.file)) runs.push([]);
    else runs.at(-1)?.push(step);
  }
  return runs.filter((run) => firstOwn(run) !== undefined);
}

/** The part in which the name of an image ends, before its tag and digest. */
function namePart(parts: readonly ValuePart[]): ValuePart | undefined {
  const text = parts.map((part) => part.text ?? "?").join("");
  const last = text.lastIndexOf("/") + 1;
  const sign = text.slice(last).search(/[:@]/);
  const end = sign < 0 ? text.length : last + sign;
  let at = 0;
  return parts.find((part) => (at += (part.text ?? "?").length) >= end);
}
