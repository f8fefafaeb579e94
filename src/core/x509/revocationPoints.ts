import type { Certificate } from "./certificate.ts";
import { childrenOf, objectIdentifierOf, readElement, type DerElement } from "./der.ts";

/** Where a certificate says that its revocation can be asked for. */
export interface RevocationPoints {
  /** OCSP responders (RFC 5280, 4.2.2.1). */
  readonly ocsp: readonly string[];
  /** Certificate revocation lists (RFC 5280, 4.2.1.13). */
  readonly lists: readonly string[];
  /** The certificate names a place that cannot be read, or that nothing is asked at. */
  readonly unreadable: boolean;
}

const identifiers = {
  authorityInformation: "1.3.6.1.5.5.7.1.1",
  ocsp: "1.3.6.1.5.5.7.48.1",
  distributionPoints: "2.5.29.31",
} as const;

/** Where the revocation of a certificate can be asked for; empty where it names no place, so that it cannot be revoked. */
export function revocationPointsOf({ extensions }: Certificate): RevocationPoints {
  const information = extensions.get(identifiers.authorityInformation);
  const distribution = extensions.get(identifiers.distributionPoints);
  const responders = information === undefined ? [] : respondersIn(information.value);
  const lists = distribution === undefined ? [] : listsIn(distribution.value);
  const ocsp = (responders ?? []).flatMap(webAddress);
  const crl = (lists ?? []).flatMap(webAddress);
  const readable = responders !== undefined && lists !== undefined;
  const asked = ocsp.length === (responders ?? []).length && crl.length === (lists ?? []).length;
  return { ocsp, lists: crl, unreadable: !readable || !asked };
}

/** The places that an extension of distribution points names (RFC 5280, 4.2.1.13 and 5.2.6), as far as they are asked; undefined where it cannot be read. */
export function placesIn(value: Uint8Array): readonly string[] | undefined {
  return listsIn(value)?.flatMap(webAddress);
}

function respondersIn(value: Uint8Array): readonly DerElement[] | undefined {
  const descriptions = childrenOf(readElement(value));
  if (descriptions === undefined) return undefined;
  const pairs = descriptions.map((description) => childrenOf(description));
  if (pairs.some((pair) => pair?.length !== 2)) return undefined;
  return pairs.flatMap((pair) => {
    const [method, place] = pair ?? [];
    return objectIdentifierOf(method) === identifiers.ocsp && place !== undefined ? [place] : [];
  });
}

/** DistributionPoint: [0] distributionPoint { [0] fullName }. Points for some reasons only, or by another issuer, are not read. */
function listsIn(value: Uint8Array): readonly DerElement[] | undefined {
  const points = childrenOf(readElement(value));
  if (points === undefined) return undefined;
  const names: DerElement[] = [];
  for (const point of points) {
    const fields = childrenOf(point);
    const [field] = fields ?? [];
    const [fullName] = childrenOf(field, 0xa0) ?? [];
    const list = childrenOf(fullName, 0xa0);
    if (fields?.length !== 1 || list === undefined) return undefined;
    names.push(...list);
  }
  return names;
}

/** Only plain HTTP is asked: anything else would need a connection that is itself to be proven (RFC 5280, 8). */
function webAddress(name: DerElement): readonly string[] {
  if (name.tag !== 0x86 || name.content.length > 1024) return [];
  const text = Buffer.from(name.content).toString("latin1");
  return /^http:\/\/[\x21-\x7e]+$/.test(text) ? [text] : [];
}
