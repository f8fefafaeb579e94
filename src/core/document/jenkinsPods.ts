import type { Span } from "../image/span.ts";
import type { ImageUse } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import type { GroovyPiece, GroovyToken } from "./groovy.ts";
import { readKubernetes } from "./kubernetes.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** What a pod that is written in a string says of images. */
export interface PodImages {
  readonly images: readonly ImageUse[];
  /** Images that the script puts together within it, by what of the string they are. */
  readonly composed: readonly { readonly span: Span; readonly site: string; readonly pieces: readonly GroovyPiece[] }[];
}

const none: PodImages = { images: [], composed: [] };

/** What stands between the quotes of a string, as a scalar of which `text` holds every character. */
export function stringScalar(text: string, token: GroovyToken): YamlScalar | undefined {
  const [piece, ...others] = token.kind === "string" ? token.pieces : [];
  if (piece === undefined) return undefined;
  const start = piece.kind === "text" ? piece.start : piece.span.start;
  const last = others.at(-1) ?? piece;
  const end = last.kind === "text" ? last.start + last.text.length : last.span.end;
  const raw = text.slice(start, end);
  return { kind: "scalar", text: raw, span: { start, end }, style: "literal", exact: true, contentStart: start };
}

/** The images of a pod that is written in a string of `text`. */
export function readPod(text: string, token: GroovyToken | undefined, path: string): PodImages {
  const scalar = token === undefined ? undefined : stringScalar(text, token);
  if (token?.kind !== "string" || scalar === undefined) return none;
  const found = imagesOfPod({ ...scalar, text: withoutExpressions(scalar, token.pieces) }, text, path);
  const isComposed = ({ span }: ImageUse): boolean =>
    token.pieces.some((one) => one.kind === "expression" && one.span.start < span.end && one.span.end > span.start);
  return {
    images: found.filter((use) => !isComposed(use)),
    composed: found
      .filter(isComposed)
      .map(({ span, site }) => ({ span, site, pieces: piecesWithin(token.pieces, span) })),
  };
}

/**
 * A pod without what only Groovy reads. Lines that are nothing but an expression stand for lines of their own, and
 * whatever those are, what is written around them holds; within a line no sign of an expression is one of YAML.
 */
function withoutExpressions({ text, span }: YamlScalar, pieces: readonly GroovyPiece[]): string {
  const kept: string[] = [];
  let end = 0;
  for (const piece of pieces) {
    if (piece.kind === "text") continue;
    const from = piece.span.start - span.start;
    const to = piece.span.end - span.start;
    const isLine = isAlone(text, from, to) && !isOpenImage(text, from);
    if (!isLine && /^[\w.]*$/.test(piece.name)) continue;
    kept.push(text.slice(end, from), isLine ? " ".repeat(to - from) : `\${${"_".repeat(to - from - 3)}}`);
    end = to;
  }
  return withoutMargin(kept.length === 0 ? text : kept.join("") + text.slice(end));
}

/** What `stripMargin` leaves of lines that all have one. */
function withoutMargin(text: string): string {
  if (!/^\s*\|/.test(text)) return text;
  const isMargin = text.split("\n").every((line) => /^\s*(?:\||$)/.test(line));
  return isMargin ? text.replaceAll(/^([ \t]*)\|/gm, "$1 ") : text;
}

/** Whether nothing else stands in the lines of a stretch. */
function isAlone(text: string, from: number, to: number): boolean {
  const isBlank = (at: number): boolean => text[at] === " " || text[at] === "\t" || text[at] === "\r";
  let before = from - 1;
  while (isBlank(before)) before -= 1;
  let after = to;
  while (isBlank(after)) after += 1;
  return (before < 0 || text[before] === "\n") && (after >= text.length || text[after] === "\n");
}

/** `image:` with its value in the next line. */
function isOpenImage(text: string, to: number): boolean {
  return /\bimage["']?:[ \t]*[|>]?-?\s*$/.test(text.slice(Math.max(0, to - 100), to));
}

/** A list of containers reads as what has one. */
const listHolder = "apiVersion: a.b/v1\nkind: A\ncontainers:\n";

/** The images of a pod's manifest that a scalar of `text` holds: whole, its specification alone, or its containers. */
export function imagesOfPod(scalar: YamlScalar, text: string, path: string): readonly ImageUse[] {
  const raw = scalar.text;
  if (isContainerList(raw)) {
    const read = readKubernetes(listHolder + raw, path);
    return placeDocument(read, scalar, text, (offset) => offset - listHolder.length).images;
  }
  if (!/\bcontainers["']?\s*:/.test(raw)) return [];
  const indentation = /^[ \t]*(?=[^\s#])/m.exec(raw)?.[0] ?? "";
  const lacks = (key: string): boolean => !new RegExp(`^${indentation}${key}[ \\t]*:`, "m").test(raw);
  const said = [lacks("kind") ? "kind: Pod" : "", lacks("apiVersion") ? "apiVersion: v1" : ""];
  const added = said.flatMap((line) => (line === "" ? [] : [`${indentation}${line}\n`])).join("");
  const read = readKubernetes(added === "" ? raw : `${raw.trimEnd()}\n${added}`, path);
  const images = read.images.filter(({ span }) => span.end <= raw.length);
  return placeDocument({ ...read, images }, scalar, text).images;
}

/** Whether a text is nothing but containers of a pod: what a script puts together has them apart. */
function isContainerList(raw: string): boolean {
  return /^\s*-[ \t]+(?:name|image)[ \t]*:[^\n]*\n[ \t]+(?:name|image)[ \t]*:[ \t]*\S/.test(raw);
}

function piecesWithin(pieces: readonly GroovyPiece[], { start, end }: Span): readonly GroovyPiece[] {
  return pieces.flatMap((piece): readonly GroovyPiece[] => {
    if (piece.kind === "expression") return piece.span.start < end && piece.span.end > start ? [piece] : [];
    const from = Math.max(start, piece.start);
    const to = Math.min(end, piece.start + piece.text.length);
    return from < to ? [{ ...piece, text: piece.text.slice(from - piece.start, to - piece.start), start: from }] : [];
  });
}

/** Whether a string is a pod by itself, or containers of one, wherever the script keeps it. */
export function isPod(token: GroovyToken): boolean {
  if (token.kind !== "string" || token.span.end - token.span.start < 40) return false;
  const [first, ...others] = token.pieces;
  // Whatever an expression puts in, it is a part of a line.
  const rest = first?.kind === "text" && /^\s*-[ \t]/.test(first.text) ? others : [];
  const whole = rest.map((piece) => (piece.kind === "text" ? piece.text : "x")).join("");
  if (first?.kind === "text" && isContainerList(first.text + whole)) return true;
  const has = (form: RegExp): boolean => token.pieces.some((piece) => piece.kind === "text" && form.test(piece.text));
  if (!has(/^[ \t|-]*image[ \t]*:/m)) return false;
  if (has(/^[\s|]*kind:/m)) return has(/^[\s|]*kind:[ \t]*["']?Pod\b/m);
  // The plug-in asks for no type.
  const begins =
    first?.kind === "text" && /^[\s|]*(?:#[^\n]*\n\s*)*(?:metadata|spec)[ \t]*:[ \t]*\r?\n/.test(first.text);
  return begins && has(/^[ \t|]+containers[ \t]*:/m);
}
