/**
 * Decodes Base64 (RFC 4648, section 4) strictly: the standard alphabet, full padding, no stray bits. Undefined where the
 * text is anything else; `Buffer.from` would skip what it does not know, and two texts would then be one signature.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** Decodes one PEM block (RFC 7468) with exactly this label and nothing but white space around it; else undefined. */
export function decodePem(text: string, label: string): Buffer | undefined {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const block = text.trim();
  if (!block.startsWith(begin) || !block.endsWith(end) || block.length < begin.length + end.length) return undefined;
  const der = decodeBase64(block.slice(begin.length, -end.length).replace(/\s+/g, ""));
  return der === undefined || der.length === 0 ? undefined : der;
}

/** Decodes Base64url without padding (RFC 4648, section 5) as strictly; undefined where the text is anything else. */
export function decodeBase64Url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
