import { interpolate, type ComposeEnvironment } from "./composeInterpolation.ts";
import { dereference, entriesOf, isNull, scalarOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Tells whether a service of the same file builds the image that a scalar names. */
export type MadeHere = (image: YamlNode | undefined) => boolean;

const maximumOutputs = 1_000;
const maximumLength = 4096;
/** Beginnings that are compared with one image each. */
const maximumHeads = 50;

/** Whether something stands at a key, where nothing is as good as no key. */
export function isPresent(node: YamlNode | undefined): boolean {
  const found = dereference(node);
  return found !== undefined && (found.kind !== "scalar" || !isNull(found));
}

/**
 * The images that the services of a file build. Compose pulls none of those, whichever service runs them
 * (docker/compose, `isServiceImageToBuild`): it compares them as they are when their variables are filled in.
 */
export function imagesMade(services: YamlNode | undefined, text: string, environment: ComposeEnvironment): MadeHere {
  // Most files build nothing.
  const outputs = (text.includes("build") ? entriesOf(services) : []).slice(0, maximumOutputs).flatMap(({ value }) => {
    const image = isPresent(valueAt(value, "build")) ? scalarOf(valueAt(value, "image")) : undefined;
    return image === undefined || image.text.length > maximumLength ? [] : [image];
  });
  if (outputs.length === 0) return () => false;
  const written = new Set(outputs.map((output) => output.text));
  const valueOf = (image: YamlScalar): string | undefined => {
    const { parts } = interpolate(text, image, environment);
    const isKnown = parts.every((part) => part.text !== undefined);
    return isKnown ? parts.map((part) => part.text ?? "").join("") : undefined;
  };
  const mayBeSame = beginningAlike(outputs.map((output) => output.text));
  let filled: ReadonlySet<string | undefined> | undefined;
  return (node) => {
    const image = scalarOf(node);
    if (image === undefined || image.text.length > maximumLength) return false;
    if (written.has(image.text)) return true;
    if (!mayBeSame(image.text)) return false;
    filled ??= new Set(outputs.map(valueOf));
    const value = valueOf(image);
    return value !== undefined && filled.has(value);
  };
}

/**
 * Tells whether one of some texts may be the same as another when the variables of both are filled in, so that others
 * need not be looked up: as far as neither holds a variable, they begin alike.
 */
function beginningAlike(texts: readonly string[]): (text: string) => boolean {
  const hasVariables = texts.some((text) => text.includes("$"));
  const heads = [...new Set(texts.map(head))];
  return (text) => {
    if (!hasVariables && !text.includes("$")) return false;
    const own = head(text);
    return heads.length > maximumHeads || heads.some((one) => one.startsWith(own) || own.startsWith(one));
  };
}

function head(text: string): string {
  const at = text.indexOf("$");
  return at < 0 ? text : text.slice(0, at);
}
