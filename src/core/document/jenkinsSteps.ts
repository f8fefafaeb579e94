import { parseReference } from "../image/reference.ts";
import { textOfStretches } from "../shell/stretch.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt, elementsBetween, openingAt } from "./groovyBrackets.ts";
import { saysAny } from "./groovyValue.ts";
import type { GroovyValues } from "./groovyValues.ts";

/** What an argument's name says of an image that is not what a step runs. */
const others =
  /^(?:ami|avatar|background|banner|boot|built|cover|dest|destination|disk|final|icon|iso|logo|machine|new|os|output|preview|publish|push|release|result|target|vm)$/;
/** Steps that by their names run something within a container of an image. */
const runsWithin = /(?:^|\.)(?:with|in|inside|runIn|runInside|runWith|use)Docker(?:Container|Image)?$/i;
/** Steps that by their names have to do with running an image, which tells where they are given one for certain. */
const runs = new RegExp(
  [
    String.raw`(?:^|\.)(?:exec|execute|run)(?:[A-Z]\w*)?(?:Container|Docker|Image|Podman)$`,
    String.raw`(?:^|\.)(?:container|docker|podman)(?:Agent|Exec|Inside|Node|Pull|Run)$`,
    String.raw`(?:^|\.)pull(?:Container|Docker)?Image$`,
  ].join("|"),
);
/** Steps of such names that do so only for a block. */
const wraps = /(?:^|\.)(?:in|inside|on|use|using|with|within)(?:[A-Z]\w*)?(?:Container|Docker|Image|Podman)$/;
/** What such steps make or move is not what they run. */
const makes = /build|push|publish|tag|deploy|release|promote|sign|scan|delete|remove|clean/i;
/** Steps that build images, where others build within one. */
const builds =
  /^(?:\w+\.)*build$|build.*(?:container|docker|image|oci)|(?:container|docker|image|oci).*build|buildah|kaniko/i;
/** Steps of plug-ins that look at an image, and what they call it. */
const scanners = new Set(["aquaMicroscanner", "prismaCloudScanImage", "twistlockScan"]);
const scanned = /^image(?:Name)?$/;
/** Calls that only tell of something, or keep it. */
const tells = /notif|slack|stage|parallel|echo|print|log|write|\.(?:add|append|put)$/i;
/** Blocks that say nothing to a library, and steps of which other places are read. */
const own = new Set(["environment", "node", "pipeline", "podTemplate", "properties", "stage", "timestamps"]);
/** Files of images of another kind. */
const picture = /\.(?:bmp|dmg|gif|gz|ico|img|iso|jpe?g|ova|png|qcow2?|raw|svg|tar|tgz|vhdx?|vmdk|webp|zip)$/i;
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
/** Tokens of a map that are looked through for its keys. */
const maximumBack = 500;
/** Tokens before an argument that are looked through for a step without parentheses. */
const maximumArguments = 60;

/**
 * The token at which the image begins that a library's step is given, where the call tells that without the library:
 * `step(image: 'x') { ... }`, `withDocker('x') { ... }`, `step(builderImage: 'x:1')`, `step { image = 'x:1' }`. `block`
 * is what the only block around the place belongs to.
 */
export function stepImageAt(
  text: string,
  tokens: readonly GroovyToken[],
  at: number,
  values: GroovyValues,
  block: string | undefined,
): number | undefined {
  const name = nameAt(tokens, at);
  if (!/(?:ocker|mage|ontainer|odman)/i.test(name)) return undefined;
  const sign = signAt(tokens, at + 1);
  if (sign === ":") return namedImageAt(text, tokens, at, values);
  if (sign === "=") {
    const isOfStep = block !== undefined && /^[A-Za-z]/.test(block) && !own.has(block) && !values.defines(block);
    const isTold = isOfStep && mayRun(block, name) && isImageName(name) && !isDeclared(text, tokens, at);
    return isTold && !isUsed(text, name) && isExplicit(values, at + 2) ? at + 2 : undefined;
  }
  const first = sign === "(" ? at + 2 : at + 1;
  // A pod of the Kubernetes Pipeline plug-in, which is put together by methods.
  if (name === "withImage" && signAt(tokens, at - 1) === "." && text.includes("kubernetes.pod"))
    return isTold(values, first) ? first : undefined;
  if (sign === "" && tokens[first]?.kind !== "string") return undefined;
  if (sign !== "" && sign !== "(") return undefined;
  if (sign === "(" && runsWithin.test(name) && hasBlock(tokens, at + 1) && signAt(tokens, at + 3) !== ":")
    return isTold(values, first) ? first : undefined;
  const isStep = runs.test(name) || (wraps.test(name) && (sign === "" || hasBlock(tokens, at + 1)));
  if (!isStep || !mayRun(name, "image") || values.defines(name)) return undefined;
  return signAt(tokens, first + 1) !== ":" && isExplicit(values, first) ? first : undefined;
}

/** The tokens at which images begin of which a library's function makes a pod: `yaml pod('name', 'x:1')`. */
export function podImagesAt(tokens: readonly GroovyToken[], at: number, values: GroovyValues): readonly number[] {
  if (nameAt(tokens, at) === "" || values.defines(nameAt(tokens, at))) return [];
  const found: number[] = [];
  // What is made of its result, too: `libraryResource('pod.yaml').replace('IMAGE', 'x:1')`.
  for (let open = at + 1; signAt(tokens, open) === "(";) {
    const close = closingAt(tokens, open);
    if (close === undefined || close - at > maximumArguments) break;
    for (const [first] of elementsBetween(tokens, open + 1, close))
      if (signAt(tokens, first + 1) !== ":" && isExplicit(values, first)) found.push(first);
    open = signAt(tokens, close + 1) === "." ? close + 3 : tokens.length;
  }
  return found;
}

/** The value of a named argument that is an image. */
function namedImageAt(
  text: string,
  tokens: readonly GroovyToken[],
  at: number,
  values: GroovyValues,
): number | undefined {
  const name = nameAt(tokens, at);
  if (scanned.test(name) && scanners.has(stepAround(tokens, at) ?? ""))
    return isTold(values, at + 2) ? at + 2 : undefined;
  if (!isImageName(name)) return undefined;
  const isPlain = name.toLowerCase() === "image";
  if (isPlain && isOfContainer(tokens, at)) return isTold(values, at + 2) ? at + 2 : undefined;
  // What the script itself reads by that name is said where it is used.
  const step = stepAround(tokens, at);
  if (step !== undefined && (own.has(step) || !mayRun(step, name) || values.defines(step))) return undefined;
  if (step === undefined && (isPlain || tokens[at + 2]?.kind !== "string" || isUsed(text, name))) return undefined;
  if (isNamesake(tokens, at, values)) return undefined;
  return isExplicit(values, at + 2) || (isRun(tokens, at) && isTold(values, at + 2)) ? at + 2 : undefined;
}

/** Whether a step of this name may run the image that it is told by an argument of that name. */
function mayRun(step: string, argument: string): boolean {
  if (tells.test(step)) return false;
  // `builderImage` is never what is built; `dockerImage` is, or what something is built in.
  if (!/^(?:(?:docker|container)_?)?image$/i.test(argument) || !makes.test(step)) return true;
  const rest = step.replaceAll(/build(?:er|ing|s)?/gi, "");
  return argument.toLowerCase() !== "image" && !builds.test(step) && !makes.test(rest);
}

/** Whether an image is called as another argument says, which is what the step makes: `step(app: 'a', image: 'r.io/a')`. */
function isNamesake(tokens: readonly GroovyToken[], at: number, values: GroovyValues): boolean {
  const parts = values.valueAt(at + 2)?.parts ?? [];
  const path = /([\w.-]+)(?::[\w.-]*)?$/.exec(textOfStretches(parts))?.[1];
  const open = openingAt(tokens, at);
  const close = open === undefined ? undefined : closingAt(tokens, open);
  if (path === undefined || open === undefined || close === undefined || close - open > maximumBack) return false;
  return tokens.slice(open, close).some((token, index) => {
    const [piece, ...rest] = token.kind === "string" ? token.pieces : [];
    const isNamed = signAt(tokens, open + index - 1) === ":" && open + index !== at + 2;
    const isOfMaking = /app|project|repo|service/i.test(nameAt(tokens, open + index - 2));
    return isNamed && isOfMaking && piece?.kind === "text" && rest.length === 0 && piece.text === path;
  });
}

/** Whether a name is that of an image to be run: `image`, `nodeImage`, `DOCKER_IMAGE`. */
function isImageName(name: string): boolean {
  if (!/^\w*image$/i.test(name)) return false;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split("_");
  return !words.some((word) => others.test(word));
}

/** Whether a script reads a name, rather than to say it only. */
function isUsed(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b(?!\\s*[:=](?!=))`).test(text);
}

/** Whether a word stands before a name in its line: `def image`, `String image`. */
function isDeclared(text: string, tokens: readonly GroovyToken[], at: number): boolean {
  const [before, token] = [tokens[at - 1], tokens[at]];
  return (
    before?.kind === "name" && token !== undefined && !text.slice(before.span.end, token.span.start).includes("\n")
  );
}

/** The name of the step that is given an argument, by itself or in maps and lists. */
function stepAround(tokens: readonly GroovyToken[], at: number): string | undefined {
  let open = openingAt(tokens, at);
  while (open !== undefined && signAt(tokens, open) === "[" && "([:,".includes(signAt(tokens, open - 1) || "?"))
    open = openingAt(tokens, open);
  if (open !== undefined && signAt(tokens, open) === "(") return nameAt(tokens, open - 1) || undefined;
  if (open !== undefined && signAt(tokens, open) !== "{") return undefined;
  // `step name: 'x', image: 'y'`
  for (let index = at - 1; index > at - maximumArguments && index > (open ?? -1); index--) {
    const sign = signAt(tokens, index);
    if (sign === ")" || sign === "]" || sign === "}") index = openingAt(tokens, index) ?? -1;
    else if (nameAt(tokens, index) !== "" && sign === "" && isArgument(tokens, index + 1)) return nameAt(tokens, index);
    else if (sign !== "" && sign !== ":" && sign !== ",") return undefined;
  }
  return undefined;
}

/** Whether a named argument begins at a token. */
function isArgument(tokens: readonly GroovyToken[], at: number): boolean {
  return nameAt(tokens, at) !== "" && signAt(tokens, at + 1) === ":";
}

/** Whether the call around a named argument runs a block. */
function isRun(tokens: readonly GroovyToken[], at: number): boolean {
  const open = openingAt(tokens, at);
  if (open === undefined || signAt(tokens, open) !== "(") return false;
  const step = nameAt(tokens, open - 1);
  return step !== "" && mayRun(step, "image") && hasBlock(tokens, open);
}

/** `[name: 'x', image: 'y', tty: true]`, wherever the script keeps it, and what is listed with such. */
function isOfContainer(tokens: readonly GroovyToken[], at: number): boolean {
  const open = openingAt(tokens, at);
  if (open === undefined || signAt(tokens, open) !== "[") return false;
  const keys = keysOf(tokens, open);
  return keys.has("name") && (hasContainerKey(keys) || isListed(tokens, open));
}

/** Whether a map stands in a list that is called one of containers, or that has a container elsewhere. */
function isListed(tokens: readonly GroovyToken[], map: number): boolean {
  const list = openingAt(tokens, map);
  if (list === undefined || signAt(tokens, list) !== "[") return false;
  if (":=".includes(signAt(tokens, list - 1) || "?") && /containers$/i.test(nameAt(tokens, list - 2))) return true;
  const close = closingAt(tokens, list);
  if (close === undefined || close - list > maximumBack) return false;
  return elementsBetween(tokens, list + 1, close).some(
    ([first]) => signAt(tokens, first) === "[" && hasContainerKey(keysOf(tokens, first)),
  );
}

function hasContainerKey(keys: ReadonlySet<string>): boolean {
  return containerKeys.some((key) => keys.has(key));
}

/** The keys of the map that opens at a token. */
function keysOf(tokens: readonly GroovyToken[], open: number): ReadonlySet<string> {
  const keys = new Set<string>();
  let depth = 0;
  for (let index = open; index < open + maximumBack; index++) {
    const sign = signAt(tokens, index);
    if (sign === "(" || sign === "[" || sign === "{") depth += 1;
    else if ((sign === ")" || sign === "]" || sign === "}") && --depth === 0) break;
    else if (depth === 1 && sign === ":") keys.add(nameAt(tokens, index - 1));
  }
  return keys;
}

/** A block after the call's parentheses, or as its last argument. */
function hasBlock(tokens: readonly GroovyToken[], open: number): boolean {
  const close = closingAt(tokens, open);
  return close !== undefined && (signAt(tokens, close + 1) === "{" || signAt(tokens, close - 1) === "}");
}

/** Whether the script says anything of the value that begins at a token. */
export function isTold(values: GroovyValues, at: number): boolean {
  return saysAny(values.valueAt(at)?.parts ?? []);
}

/** Whether what begins at a token is known, and says more than a name: a tag, a digest, or the host of a registry. */
function isExplicit(values: GroovyValues, at: number): boolean {
  const parts = values.valueAt(at)?.parts ?? [];
  const [only, ...rest] = parts;
  const choices = rest.length === 0 && only?.choices !== undefined ? only.choices : [parts];
  return choices.some((choice) => {
    if (choice.length === 0 || choice.some((part) => part.text === undefined)) return false;
    const text = textOfStretches(choice);
    return /[:@]|^[^/]*\.[^/]*\//.test(text) && !picture.test(text) && parseReference(text).value !== undefined;
  });
}
