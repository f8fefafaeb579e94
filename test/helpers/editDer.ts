import { childrenOf, readElement, type DerElement } from "../../src/core/x509/der.ts";
import { element } from "../../src/trial/x509/der.ts";

/** The elements inside one, an OCTET STRING with elements in it too. */
function inside(outer: DerElement): readonly DerElement[] {
  if (outer.tag !== 0x04) return childrenOf(outer, outer.tag) ?? [];
  const inner = readElement(outer.content);
  return inner === undefined ? [] : [inner];
}

/** Rewrites the element at a path of indexes, and every length on the way to it; what it becomes may be nothing or several. */
export function editDer(
  der: Uint8Array,
  path: readonly number[],
  change: (found: DerElement) => readonly Uint8Array[],
): Buffer {
  const outer = readElement(der);
  if (outer === undefined) throw new Error("there is no element to edit");
  const [index, ...rest] = path;
  if (index === undefined) return Buffer.concat(change(outer));
  const children = inside(outer);
  const child = children[index];
  if (child === undefined) throw new Error(`there is no element ${index} of ${children.length}`);
  const edited = editDer(child.whole, rest, change);
  return element(outer.tag, ...children.map((each, i) => (i === index ? edited : each.whole)));
}

/** The element with another tag. */
export function retagged(tag: number): (found: DerElement) => readonly Uint8Array[] {
  return ({ content }) => [element(tag, content)];
}

/** The element with something after its content. */
export function extended(...more: readonly Uint8Array[]): (found: DerElement) => readonly Uint8Array[] {
  return ({ tag, content }) => [element(tag, content, ...more)];
}

/** The element twice. */
export function repeated(found: DerElement): readonly Uint8Array[] {
  return [found.whole, found.whole];
}

/** Nothing in its place. */
export function dropped(): readonly Uint8Array[] {
  return [];
}
