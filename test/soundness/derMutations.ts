import type { Random } from "./random.ts";

/** An element of DER as a tree; primitive ones have no children. */
interface Node {
  readonly tag: number;
  readonly content: Buffer;
  readonly children: readonly Node[] | undefined;
}

/** Changes one element of a DER tree: its octets, its tag, its length's encoding, its place, or for the other tree's. */
export function mutateDer(bytes: Buffer, other: Buffer | undefined, random: Random): Buffer {
  const tree = parse(bytes);
  const second = other === undefined ? undefined : parse(other)?.[0];
  const [root] = tree ?? [];
  if (root === undefined || tree?.length !== 1) return changedOctets(bytes, random);
  return write(changed(root, second, random));
}

/** An element, or octets that stand in for one. */
type Written = Node | Buffer;

function changed(node: Node, other: Node | undefined, random: Random): Written {
  const { children } = node;
  if (children !== undefined && children.length > 0 && random.below(5) > 0) {
    const i = random.below(children.length);
    const child = children[i];
    const second = other?.children?.[i];
    if (child === undefined) return node;
    if (random.below(5) > 0) return rebuilt(node, children.with(i, asNode(changed(child, second, random))));
    const j = random.below(children.length);
    return random.pick<() => Written>([
      () => rebuilt(node, children.toSpliced(i, 1)),
      () => rebuilt(node, children.toSpliced(i, 0, child)),
      () => rebuilt(node, children.with(i, children[j] ?? child).with(j, child)),
      () => rebuilt(node, second === undefined ? children.toReversed() : children.with(i, second)),
      () => rebuilt(node, [...children, asNode(Buffer.from([0x05, 0x00]))]),
    ])();
  }
  const content = contentOf(node);
  return random.pick<() => Written>([
    () => ({ ...node, children: undefined, content: changedOctets(content, random) }),
    () => ({ ...node, children: undefined, content: changedOctets(content, random) }),
    () => ({
      ...node,
      tag: random.pick([0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x80, 0xa0]),
    }),
    () => inLongForm(node.tag, content),
    () => indefinite(node.tag, content),
    () => ({ ...node, children: undefined, content: Buffer.alloc(0) }),
    () => ({ ...node, children: undefined, content: Buffer.concat([Buffer.from([0]), content]) }),
    () => other ?? node,
    () => ({ ...node, children: undefined, content: content.subarray(0, random.below(content.length + 1)) }),
  ])();
}

function rebuilt(node: Node, children: readonly Node[]): Node {
  return { ...node, children };
}

/** Octets that are no element of their own are carried by one that is written as they are. */
function asNode(written: Written): Node {
  return Buffer.isBuffer(written) ? { tag: raw, content: written, children: undefined } : written;
}

const raw = -1;

/** The same length in more octets than needed: BER, not DER. */
function inLongForm(tag: number, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
}

function indefinite(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x80]), content, Buffer.from([0, 0])]);
}

function changedOctets(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return Buffer.from([random.below(256)]);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
}

function contentOf({ content, children }: Node): Buffer {
  return children === undefined ? content : Buffer.concat(children.map(write));
}

function write(written: Written): Buffer {
  if (Buffer.isBuffer(written)) return written;
  const content = contentOf(written);
  if (written.tag === raw) return content;
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const head = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from([written.tag, ...head]), content]);
}

/** Reads a sequence of elements; octet strings and bit strings are opened where they hold elements. */
function parse(bytes: Buffer, depth = 0): readonly Node[] | undefined {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag, first] = [bytes[at], bytes[at + 1]];
    if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || depth > 40) return undefined;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    if (octets > 3 || (first >= 0x80 && octets === 0)) return undefined;
    const length = first < 0x80 ? first : bytes.readUIntBE(Math.min(at + 2, bytes.length - octets), octets);
    const start = at + 2 + octets;
    if (start + length > bytes.length) return undefined;
    const content = bytes.subarray(start, start + length);
    const constructed = (tag & 0x20) !== 0 || tag === 0x04;
    nodes.push({ tag, content, children: constructed && length > 1 ? parse(content, depth + 1) : undefined });
    at = start + length;
  }
  return nodes;
}
