import { interpolate, type ComposeEnvironment } from "./composeInterpolation.ts";
import { dereference, entriesOf, isNull, scalarOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Tells whether a service of the same file builds the image that a scalar names. */
export type MadeHere = (image: YamlNode | undefined) => boolean;

const maximumOutputs = 1_000;
const maximumLength = 4096;

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
  const outputs = entriesOf(services)
    .slice(0, maximumOutputs)
    .flatMap(({ value }) => {
      const image = isPresent(valueAt(value, "build")) ? scalarOf(valueAt(value, "image")) : undefined;
      return image === undefined || image.text.length > maximumLength ? [] : [image];
    });
  const written = new Set(outputs.map((output) => output.text));
  const valueOf = (image: YamlScalar): string | undefined => {
    const { parts } = interpolate(text, image, environment);
    const isKnown = parts.every((part) => part.text !== undefined);
    return isKnown ? parts.map((part) => part.text ?? "").join("") : undefined;
  };
  let filled: ReadonlySet<string | undefined> | undefined;
  return (node) => {
    const image = outputs.length === 0 ? undefined : scalarOf(node);
    if (image === undefined || image.text.length > maximumLength) return false;
    if (written.has(image.text)) return true;
    const hasVariables = image.text.includes("$") || outputs.some((output) => output.text.includes("$"));
    if (!hasVariables || !outputs.some((output) => mayBeSame(output.text, image.text))) return false;
    filled ??= new Set(outputs.map(valueOf));
    const value = valueOf(image);
    return value !== undefined && filled.has(value);
  };
}

/** Whether two texts begin alike as far as neither holds a variable, so that others need not be looked up. */
function mayBeSame(one: string, other: string): boolean {
  const head = one.split("$", 1)[0] ?? "";
  const start = other.split("$", 1)[0] ?? "";
  return head.startsWith(start) || start.startsWith(head);
}
