import type { Certificate } from "./certificate.ts";
import { childrenOf, readElement, type DerElement } from "./der.ts";
import { alternativeNamesOf, extensionIds, readGeneralName, type GeneralName } from "./extensions.ts";

interface Constraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/**
 * Whether an authority's name constraints (RFC 5280, 4.2.1.10) allow every name of a certificate below it.
 * Kinds that are not compared here are refused wherever a constraint speaks of them.
 */
export function allowsNames(authority: Certificate, certificate: Certificate): boolean {
  const extension = authority.extensions.get(extensionIds.nameConstraints);
  if (extension === undefined) return true;
  const constraints = readConstraints(extension.value);
  const names = namesOf(certificate);
  if (constraints === undefined || names === undefined) return false;
  return names.every((name) => {
    const permitted = constraints.permitted.filter(({ kind }) => kind === name.kind);
    const excluded = constraints.excluded.filter(({ kind }) => kind === name.kind);
    if (name.kind === "other" || name.kind === "otherName") return permitted.length + excluded.length === 0;
    return (
      (permitted.length === 0 || permitted.some((limit) => isWithin(name, limit, false))) &&
      !excluded.some((limit) => isWithin(name, limit, true))
    );
  });
}

/** The subject, where it is not empty, counts as a directory name. */
function namesOf(certificate: Certificate): readonly GeneralName[] | undefined {
  const names = alternativeNamesOf(certificate);
  const subject: GeneralName = { kind: "directory", value: "", der: certificate.subject };
  const empty = readElement(certificate.subject)?.content.length === 0;
  return names === undefined || empty ? names : [...names, subject];
}

function readConstraints(der: Uint8Array): Constraints | undefined {
  const parts = childrenOf(readElement(der));
  if (parts === undefined || parts.some(({ tag }) => tag !== 0xa0 && tag !== 0xa1)) return undefined;
  const permitted = readSubtrees(parts, 0xa0);
  const excluded = readSubtrees(parts, 0xa1);
  return permitted === undefined || excluded === undefined ? undefined : { permitted, excluded };
}

function readSubtrees(parts: readonly DerElement[], tag: number): readonly GeneralName[] | undefined {
  const element = parts.find((part) => part.tag === tag);
  if (element === undefined) return [];
  const bases: GeneralName[] = [];
  for (const subtree of childrenOf(element, tag) ?? []) {
    // minimum and maximum (RFC 5280) must be absent; a subtree with them is not understood.
    const [base, ...more] = childrenOf(subtree) ?? [];
    const name = base === undefined || more.length > 0 ? undefined : readGeneralName(base);
    if (name === undefined) return undefined;
    bases.push(name);
  }
  return bases;
}

/** `strict` is for exclusion: what cannot be compared counts as within. */
function isWithin(name: GeneralName, limit: GeneralName, strict: boolean): boolean {
  switch (name.kind) {
    case "dns":
      return isHostWithin(name.value, limit.value, true);
    case "email": {
      const host = name.value.slice(name.value.lastIndexOf("@") + 1);
      if (limit.value.includes("@")) return sameMailbox(name.value, limit.value);
      return isHostWithin(host, limit.value, false);
    }
    case "uri": {
      const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([a-z0-9.-]+)(?::\d*)?(?:[/?#]|$)/i.exec(name.value)?.[1];
      return host === undefined ? strict : isHostWithin(host, limit.value, false);
    }
    case "directory":
      return isDirectoryWithin(name.der, limit.der);
    default:
      return strict;
  }
}

/** A leading dot means subdomains only; without it DNS names include them, hosts of URIs and mail do not. */
function isHostWithin(host: string, limit: string, withSubdomains: boolean): boolean {
  const [name, base] = [host.toLowerCase(), limit.toLowerCase()];
  if (base.startsWith(".")) return name.endsWith(base) && name.length > base.length;
  return name === base || (withSubdomains && name.endsWith(`.${base}`));
}

function sameMailbox(one: string, other: string): boolean {
  const at = one.lastIndexOf("@");
  return one.slice(0, at) === other.slice(0, at) && one.slice(at).toLowerCase() === other.slice(at).toLowerCase();
}

/** A directory name is within another that is its beginning, compared by DER. */
function isDirectoryWithin(name: Uint8Array | undefined, limit: Uint8Array | undefined): boolean {
  const parts = childrenOf(name === undefined ? undefined : readElement(name));
  const base = childrenOf(limit === undefined ? undefined : readElement(limit));
  if (parts === undefined || base === undefined || base.length > parts.length) return false;
  return base.every((part, i) => Buffer.compare(part.whole, parts[i]?.whole ?? Buffer.alloc(0)) === 0);
}
