import { parseReference } from "../image/reference.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt, openingAt } from "./groovyBrackets.ts";
import type { GroovyValues } from "./groovyValues.ts";

/** Arguments that say by their names which image a library's step runs. */
const imageKey = /(?:docker|container)_?image$/i;
/** Steps that by their names run something within a container of an image. */
const runsWithin = /(?:^|\.)(?:with|in|inside|runIn|runInside|runWith|use)Docker(?:Container|Image)?$/i;
/** What such steps make, move or tell of is not what they run. */
const makes = /build|push|publish|tag|deploy|release|promote|sign|scan|delete|remove|clean|notif|slack|stage|parallel/i;
/** What only a container of a pod has beside its name and image. */
const containerKeys = [
  "command",
  "tty",
  "ttyEnabled",
  "imagePullPolicy",
  "alwaysPullImage",
  "volumeMounts",
  "resources",
  "securityContext",
  "workingDir",
];
/** Tokens before an argument that are looked through for its call. */
const maximumBack = 500;

/**
 * The token at which the image begins that a library's step is given, where the call tells that without the library:
 * `step(image: 'x') { ... }`, `withDocker('x') { ... }`, `step(dockerImage: 'x:1')`.
 */
export function stepImageAt(
  text: string,
  tokens: readonly GroovyToken[],
  at: number,
  values: GroovyValues,
): number | undefined {
  const name = nameAt(tokens, at);
  if (!/(?:ocker|mage)/i.test(name)) return undefined;
  const isNamed = signAt(tokens, at + 1) === ":";
  if (isNamed && name === "image")
    return (isRun(tokens, at) || isOfContainer(tokens, at)) && isTold(values, at + 2) ? at + 2 : undefined;
  if (isNamed && imageKey.test(name)) {
    const value = tokens[at + 2];
    const [piece, ...others] = value?.kind === "string" ? value.pieces : [];
    const isExplicitly = piece?.kind === "text" && others.length === 0 && isExplicit(piece.text);
    // What the script itself reads by that name is said where it is used.
    return (isExplicitly || (isRun(tokens, at) && isTold(values, at + 2))) &&
      !new RegExp(`\\b${name}\\b(?!\\s*:)`).test(text) &&
      !makes.test(nameAt(tokens, (openingAt(tokens, at) ?? 0) - 1))
      ? at + 2
      : undefined;
  }
  if (signAt(tokens, at + 1) !== "(") return undefined;
  // A pod of the Kubernetes Pipeline plug-in, which is put together by methods.
  if (name === "withImage" && signAt(tokens, at - 1) === "." && text.includes("kubernetes.pod"))
    return isTold(values, at + 2) ? at + 2 : undefined;
  if (!runsWithin.test(name)) return undefined;
  return hasBlock(tokens, at + 1) && signAt(tokens, at + 3) !== ":" && isTold(values, at + 2) ? at + 2 : undefined;
}

/** Whether the call around a named argument runs a block. */
function isRun(tokens: readonly GroovyToken[], at: number): boolean {
  const open = openingAt(tokens, at);
  if (open === undefined || signAt(tokens, open) !== "(") return false;
  const step = nameAt(tokens, open - 1);
  return step !== "" && !makes.test(step) && hasBlock(tokens, open);
}

/** `[name: 'x', image: 'y', tty: true]`, wherever the script keeps it. */
function isOfContainer(tokens: readonly GroovyToken[], at: number): boolean {
  const open = openingAt(tokens, at);
  if (open === undefined || signAt(tokens, open) !== "[") return false;
  const keys = new Set<string>();
  let depth = 0;
  for (let index = open; index < open + maximumBack; index++) {
    const sign = signAt(tokens, index);
    if (sign === "(" || sign === "[" || sign === "{") depth += 1;
    else if ((sign === ")" || sign === "]" || sign === "}") && --depth === 0) break;
    else if (depth === 1 && sign === ":") keys.add(nameAt(tokens, index - 1));
  }
  return keys.has("name") && containerKeys.some((key) => keys.has(key));
}

/** A block after the call's parentheses, or as its last argument. */
function hasBlock(tokens: readonly GroovyToken[], open: number): boolean {
  const close = closingAt(tokens, open);
  return close !== undefined && (signAt(tokens, close + 1) === "{" || signAt(tokens, close - 1) === "}");
}

/** Whether the script says anything of the value that begins at a token. */
export function isTold(values: GroovyValues, at: number): boolean {
  return values.valueAt(at)?.parts.some(({ text, choices }) => text !== undefined || choices !== undefined) === true;
}

/** A reference that says more than a name: a tag, a digest, or the host of a registry. */
function isExplicit(text: string): boolean {
  return parseReference(text).value !== undefined && /[:@]|^[^/]*\.[^/]*\//.test(text);
}
