import { createHash } from "node:crypto";

/** JSON with sorted names and nothing between the tokens (RFC 8785, for texts and whole numbers). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

/** RFC 6962, 2.1: the hash of an entry. */
export function leafHash(entry: Uint8Array): Buffer {
  return hash(0, entry);
}

/** RFC 6962, 2.1: the hash of a list of leaf hashes. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (leaves.length <= 1) return only ?? createHash("sha256").digest();
  const split = splitOf(leaves.length);
  return hash(1, treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** The hashes that prove a leaf to be in the tree (RFC 6962, 2.1.1). */
export function auditPath(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...auditPath(index, left), treeHash(right)]
    : [...auditPath(index - split, right), treeHash(left)];
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function hash(prefix: number, ...parts: readonly Uint8Array[]): Buffer {
  return createHash("sha256")
    .update(Buffer.concat([Buffer.from([prefix]), ...parts]))
    .digest();
}
