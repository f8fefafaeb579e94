import { childrenOf, objectIdentifierOf, readElement, type DerElement } from "./der.ts";

/** Attributes of a distinguished name by type; every type once. */
export type NameAttributes = ReadonlyMap<string, string>;

/** Attribute types by their short names (RFC 4514, section 3, and those of X.520 that certificates have). */
const types = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.17", "POSTALCODE"],
]);

/** A longer name, or one of more attributes, is not read. */
const limits = { text: 2048, attributes: 32 };

/**
 * Reads the text of a distinguished name (RFC 4514) as the Notary Project's trust policies have it: every attribute type
 * once, one attribute in each relative name, no values as `#` with hexadecimal digits. Undefined where it is anything else.
 */
export function parseDistinguishedName(text: string): NameAttributes | undefined {
  if (text.length > limits.text) return undefined;
  const attributes = new Map<string, string>();
  let at = 0;
  for (;;) {
    const equals = text.indexOf("=", at);
    const type = typeOf(text.slice(at, Math.max(equals, at)).trim());
    const value = equals < 0 ? undefined : readValue(text, equals + 1);
    if (type === undefined || value === undefined || value.text === "" || attributes.has(type)) return undefined;
    attributes.set(type, value.text);
    if (attributes.size > limits.attributes) return undefined;
    if (value.end >= text.length) return attributes;
    at = value.end + 1;
  }
}

/** The attributes of a certificate's name; undefined where a type occurs twice, or a relative name has several. */
export function attributesOf(name: Uint8Array): NameAttributes | undefined {
  const attributes = new Map<string, string>();
  for (const set of childrenOf(readElement(name)) ?? []) {
    const [attribute, ...more] = childrenOf(set, 0x31) ?? [];
    const [type, value] = childrenOf(attribute) ?? [];
    const identifier = objectIdentifierOf(type);
    const text = value === undefined ? undefined : textOf(value);
    if (identifier === undefined || text === undefined || more.length > 0) return undefined;
    const key = types.get(identifier) ?? identifier;
    if (attributes.has(key) || attributes.size >= limits.attributes) return undefined;
    attributes.set(key, text);
  }
  return attributes;
}

/** Whether every attribute of `part` is one of `whole`, with exactly the same value. */
export function isPartOfName(part: NameAttributes, whole: NameAttributes): boolean {
  return [...part].every(([type, value]) => whole.get(type) === value);
}

function typeOf(text: string): string | undefined {
  if (/^[0-9]+(?:\.[0-9]+)+$/.test(text)) return types.get(text) ?? text;
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(text)) return undefined;
  const name = text.toUpperCase();
  return name === "S" ? "ST" : name;
}

/** RFC 4514, 2.4: a value up to an unescaped separator, white space around it left out unless it is escaped. */
function readValue(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let at = from;
  while (text[at] === " ") at++;
  if (text[at] === "#") return undefined;
  const octets: Buffer[] = [];
  let spaces = 0;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "," || character === ";") break;
    // A "+" would begin another attribute of the same relative name.
    if ('+"<>\0'.includes(character)) return undefined;
    if (character === " ") {
      spaces++;
      continue;
    }
    octets.push(Buffer.from(" ".repeat(spaces)));
    spaces = 0;
    if (character !== "\\") {
      const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
      octets.push(Buffer.from(whole, "utf8"));
      at += whole.length - 1;
      continue;
    }
    const hex = text.slice(at + 1, at + 3);
    const next = text.charAt(at + 1);
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      octets.push(Buffer.from(hex, "hex"));
      at += 2;
    } else if (next !== "" && ' "#+,;<=>\\'.includes(next)) {
      octets.push(Buffer.from(next));
      at++;
    } else return undefined;
  }
  const value = decodeUtf8(Buffer.concat(octets));
  return value === undefined ? undefined : { text: value, end: at };
}

/** The text of a DirectoryString or of an IA5String (RFC 5280, 4.1.2.4). */
function textOf({ tag, content }: DerElement): string | undefined {
  switch (tag) {
    case 0x0c:
      return decodeUtf8(content);
    case 0x13:
    case 0x16:
      return content.every((octet) => octet < 0x80) ? Buffer.from(content).toString("latin1") : undefined;
    case 0x1e:
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString("utf16le") : undefined;
    default:
      return undefined;
  }
}

function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
