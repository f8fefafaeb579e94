/** Hex digits that each algorithm of the OCI image specification's digest grammar must have. */
const hexLength = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** Whether `text` is a digest of a supported algorithm: `sha256:` and 64 lower-case hex digits, or sha384, sha512. */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(":");
  const hex = text.slice(colon + 1);
  return hex.length === hexLength.get(text.slice(0, Math.max(colon, 0))) && /^[0-9a-f]+$/.test(hex);
}

/** A digest shortened for people: `sha256:1f3a5b6c7d8e...`. Never compare shortened digests. */
export function shortDigest(digest: string): string {
  const kept = digest.indexOf(":") + 1 + 12;
  return digest.length <= kept ? digest : `${digest.slice(0, kept)}...`;
}
