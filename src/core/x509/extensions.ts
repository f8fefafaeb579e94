import type { Certificate } from "./certificate.ts";
import {
  bitStringOf,
  booleanOf,
  childrenOf,
  objectIdentifierOf,
  readElement,
  smallIntegerOf,
  type DerElement,
} from "./der.ts";

/** Extension identifiers of RFC 5280, 4.2.1. */
export const extensionIds = {
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  extendedKeyUsage: "2.5.29.37",
} as const;

/** Extended key usages of RFC 5280, 4.2.1.12. */
export const keyPurposes = {
  any: "2.5.29.37.0",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  timeStamping: "1.3.6.1.5.5.7.3.8",
} as const;

/** A name of the subject (RFC 5280, 4.2.1.6). `other` is any kind that is not told apart; its value is empty. */
export interface GeneralName {
  readonly kind: "uri" | "email" | "dns" | "directory" | "otherName" | "other";
  readonly value: string;
  /** DER of a directory name. */
  readonly der?: Uint8Array;
}

/** Fulcio's otherName, for identities that are neither URI nor e-mail address. */
const fulcioOtherName = "1.3.6.1.4.1.57264.1.7";

/** Basic constraints; undefined where the extension is absent, "malformed" where it cannot be read. */
export function basicConstraintsOf(
  certificate: Certificate,
): { readonly authority: boolean; readonly pathLength?: number } | "malformed" | undefined {
  const extension = certificate.extensions.get(extensionIds.basicConstraints);
  if (extension === undefined) return undefined;
  const parts = childrenOf(readElement(extension.value));
  if (parts === undefined || parts.length > 2) return "malformed";
  const [first, second] = parts;
  if (first === undefined) return { authority: false };
  const authority = booleanOf(first);
  if (authority === undefined) return "malformed";
  if (second === undefined) return { authority };
  const pathLength = smallIntegerOf(second);
  return pathLength === undefined ? "malformed" : { authority, pathLength };
}

/** Whether the key may be used so (RFC 5280, 4.2.1.3): without the extension for everything, malformed for nothing. */
export function allowsKeyUsage(certificate: Certificate, usage: "digitalSignature" | "keyCertSign"): boolean {
  const extension = certificate.extensions.get(extensionIds.keyUsage);
  if (extension === undefined) return true;
  const bits = bitStringOf(readElement(extension.value));
  return ((bits?.octets[0] ?? 0) & (usage === "digitalSignature" ? 0x80 : 0x04)) !== 0;
}

/** Extended key usages; undefined where the extension is absent, empty where it cannot be read. */
export function keyPurposesOf(certificate: Certificate): readonly string[] | undefined {
  const extension = certificate.extensions.get(extensionIds.extendedKeyUsage);
  if (extension === undefined) return undefined;
  const purposes = (childrenOf(readElement(extension.value)) ?? []).map(objectIdentifierOf);
  return purposes.filter((purpose) => purpose !== undefined);
}

/** The subject's alternative names; undefined where the extension is there and cannot be read. */
export function alternativeNamesOf(certificate: Certificate): readonly GeneralName[] | undefined {
  const extension = certificate.extensions.get(extensionIds.subjectAlternativeName);
  if (extension === undefined) return [];
  const elements = childrenOf(readElement(extension.value));
  const names = elements?.map(readGeneralName);
  return names === undefined || names.includes(undefined) ? undefined : names.filter((name) => name !== undefined);
}

/** Reads one GeneralName; undefined where it is malformed. Text is IA5String: anything else is malformed. */
export function readGeneralName(element: DerElement): GeneralName | undefined {
  switch (element.tag) {
    case 0x81:
      return textName("email", element.content);
    case 0x82:
      return textName("dns", element.content);
    case 0x86:
      return textName("uri", element.content);
    case 0xa4: {
      const [name] = childrenOf(element, 0xa4) ?? [];
      return name === undefined ? undefined : { kind: "directory", value: "", der: name.whole };
    }
    case 0xa0:
      return readOtherName(element);
    default:
      return { kind: "other", value: "" };
  }
}

function textName(kind: GeneralName["kind"], content: Uint8Array): GeneralName | undefined {
  // A control character in a name would let one identity look like another.
  if (content.length === 0 || content.some((octet) => octet < 0x20 || octet > 0x7e)) return undefined;
  return { kind, value: Buffer.from(content).toString("latin1") };
}

function readOtherName(element: DerElement): GeneralName | undefined {
  const [identifier, wrapper] = childrenOf(element, 0xa0) ?? [];
  const type = objectIdentifierOf(identifier);
  if (type === undefined) return undefined;
  if (type !== fulcioOtherName) return { kind: "other", value: "" };
  const [text] = childrenOf(wrapper, 0xa0) ?? [];
  return text?.tag === 0x0c ? textName("otherName", text.content) : undefined;
}
