import { isCertainImage, isPossibleImage } from "./imageShape.ts";
import { entriesOf, itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * The images that stand by themselves under a key `images`: a list of them, or each under a name of its own, also below
 * `tags` (the charts of OpenStack). Whatever else stands there is left to others.
 */
export function imagesByName(node: YamlNode | undefined): readonly YamlNode[] {
  // One image in parts, or what all begin with, rather than one of that name.
  const isSplit = ["tag", "digest", "prefix"].some((part) => valueAt(node, part) !== undefined);
  const named = [...entriesOf(node), ...entriesOf(valueAt(node, "tags"))]
    .filter(({ key }) => !isSplit || !/^(?:registry|repository|tag|digest)$/.test(key.text))
    .map(({ value }) => value);
  return [...itemsOf(node), ...named].filter(
    (value) => value.kind === "scalar" && (isCertainImage(textOf(value) ?? "") || isVersioned(textOf(value) ?? "")),
  );
}

/** A tag that is a version, and no port. */
const version = /:(?:latest|(?!\d{4,5}$)(?=[\w.-]*\d)[\w.-]+)$/;

/** Whether a text is a name with a version, which is an image where images stand. */
function isVersioned(text: string): boolean {
  return /^[a-z]/.test(text) && version.test(text) && isPossibleImage(text);
}
