import { dereference, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** How a tool prints a float that is a whole number: `8.0` as `8` (Go, .NET) or as `8.0` (Ruby, Python). */
type WholeFloat = "8" | "8.0";

/** A float as YAML's core schema has it (10.3.2), short enough that no tool prints it with an exponent. */
const float = /^[-+]?\d{1,9}\.\d{1,6}$/;

/**
 * A value as a tool prints it that has read it as YAML types it: a float loses the zeros at its end, so that
 * `version: 3.10` becomes `3.1`. Anything else is given back as it is.
 */
export function printedNode<Node extends YamlNode | undefined>(node: Node, whole: WholeFloat): Node | YamlScalar {
  const found = dereference(node);
  return found?.kind === "scalar" ? (printedOf(found, whole) ?? node) : node;
}

/** The text of a scalar, as `printedNode` has it. */
export function printedText(scalar: YamlScalar, whole: WholeFloat): string {
  return (printedOf(scalar, whole) ?? scalar).text;
}

/** A number as a tool prints it that computes with floats. */
export function printedFloat(text: string, whole: WholeFloat): string {
  if (!float.test(text)) return text;
  const shortest = String(Number(text));
  return whole === "8.0" && !shortest.includes(".") ? `${shortest}.0` : shortest;
}

function printedOf(scalar: YamlScalar, whole: WholeFloat): YamlScalar | undefined {
  if (scalar.style !== "plain") return undefined;
  const text = printedFloat(scalar.text, whole);
  return text === scalar.text ? undefined : { ...scalar, text, exact: false };
}
