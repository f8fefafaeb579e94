/** The tag under which cosign's first format keeps the signatures of a digest. */
export function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}

/** The tag under which cosign's first format keeps signed statements about a digest. */
export function attestationTag(digest: string): string {
  return `${digest.replace(":", "-")}.att`;
}

/** The tag under which cosign keeps SBOMs of a digest, which nobody signed. */
export function sbomTag(digest: string): string {
  return `${digest.replace(":", "-")}.sbom`;
}

/** The tag that stands in for the referrers of a digest (distribution specification, Referrers Tag Schema). */
export function referrersTag(digest: string): string {
  const colon = digest.indexOf(":");
  const clean = (text: string, most: number): string => text.slice(0, most).replaceAll(/[^A-Za-z0-9_.-]/gu, "-");
  return `${clean(digest.slice(0, colon), 32)}-${clean(digest.slice(colon + 1), 64)}`;
}
