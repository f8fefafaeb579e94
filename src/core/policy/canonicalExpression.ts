/** What the canonical expression of an ImageValidatingPolicy asks for: so many of these attestors, for a signature or an attestation. */
export interface CanonicalExpression {
  readonly attestors: readonly string[];
  readonly attestation?: string;
  readonly count: number;
}

const maximumLength = 4000;

const form =
  /^images\.\w+\.map\((\w+),verify(?:ImageSignatures\(\1|AttestationSignatures\(\1,attestations\.(\w+)),\[([\w.,]*)\]\)\)\.all\((\w+),\4(>|>=|==)(\d{1,3})\)$/;

/**
 * Reads `images.X.map(image, verifyImageSignatures(image, [attestors.a, attestors.b])).all(e, e > 0)` and its sibling
 * `verifyAttestationSignatures(image, attestations.c, [...])`; undefined for every other expression (CEL). The functions
 * give how many of the attestors have signed.
 */
export function readCanonicalExpression(text: string): CanonicalExpression | undefined {
  if (text.length > maximumLength) return undefined;
  const [, , attestation, list = "", , comparison, number] = form.exec(text.replace(/\s+/g, "")) ?? [];
  if (comparison === undefined) return undefined;
  const attestors: string[] = [];
  for (const item of list.split(",")) {
    const name = /^attestors\.(\w+)$/.exec(item)?.[1];
    if (name === undefined) return undefined;
    attestors.push(name);
  }
  const count = Number(number) + (comparison === ">" ? 1 : 0);
  // What no attestor can fail or satisfy is no demand for signatures.
  if (count < 1 || count > attestors.length || (comparison === "==" && count !== attestors.length)) return undefined;
  return { attestors, count, ...(attestation === undefined ? {} : { attestation }) };
}
