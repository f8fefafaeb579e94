/** The target of the `rel="next"` link of a Link header (RFC 8288), resolved against `base`; undefined without one or where it cannot be read. */
export function nextLink(header: string | null, base: URL): URL | undefined {
  if (header === null || header.length > 8192) return undefined;
  for (const [, target, parameters] of header.matchAll(
    /<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^",;<>\s]+))*)/gu,
  )) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;<>\s]+))/iu.exec(parameters ?? "");
    const relations = (relation?.[1] ?? relation?.[2] ?? "").toLowerCase().split(/\s+/u);
    if (relations.includes("next") && URL.canParse(target ?? "", base.href)) return new URL(target ?? "", base);
  }
  return undefined;
}
