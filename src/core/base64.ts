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
  const blocks = decodePemBlocks(text, label, 1);
  return blocks?.[0];
}

/** Decodes a sequence of PEM blocks of one label, `limit` at most; undefined where anything else is in the text. */
export function decodePemBlocks(text: string, label: string, limit: number): readonly Buffer[] | undefined {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Buffer[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const close = rest.indexOf(end);
    if (!rest.startsWith(begin) || close < 0 || blocks.length === limit) return undefined;
    const der = decodeBase64(rest.slice(begin.length, close).replace(/\s+/g, ""));
    if (der === undefined || der.length === 0) return undefined;
    blocks.push(der);
    rest = rest.slice(close + end.length).trim();
  }
  return blocks.length === 0 ? undefined : blocks;
}
