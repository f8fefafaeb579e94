import assert from "node:assert/strict";
import { attributesOf, isPartOfName, parseDistinguishedName } from "../../../src/core/x509/distinguishedName.ts";
import { element, objectIdentifier, sequence, setOf, utf8String } from "../../../src/trial/x509/der.ts";
import { encodeName } from "../../helpers/notary.ts";

describe("parseDistinguishedName", () => {
  const read: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["C=US, ST=WA, O=Acme", { C: "US", ST: "WA", O: "Acme" }],
    ["c=US,s=WA;o=Acme", { C: "US", ST: "WA", O: "Acme" }],
    ["2.5.4.10=Acme,1.2.3=x", { O: "Acme", "1.2.3": "x" }],
    ["O=Acme\\, Inc.", { O: "Acme, Inc." }],
    ['O=a\\+b\\"c\\\\d\\<e\\>f\\;g\\=h\\#', { O: 'a+b"c\\d<e>f;g=h#' }],
    ["CN=Bad=#CN,O=x", { CN: "Bad=#CN", O: "x" }],
    ["O=L\\C4\\8Di\\C4\\87", { O: "Lčić" }],
    ["O=  Acme Rockets  ,C=US", { O: "Acme Rockets", C: "US" }],
    ["O=\\ Acme\\ ", { O: " Acme " }],
    ["O=Čedok 😀", { O: "Čedok 😀" }],
  ];
  for (const [text, attributes] of read)
    it(`reads ${text}`, () => assert.deepEqual(Object.fromEntries(parseDistinguishedName(text) ?? []), attributes));

  const refused = [
    "",
    "O",
    "O=",
    "=x",
    "O=a,O=b",
    "C=US+ST=WA",
    "O=#0c0141",
    "O=a,",
    "O=a\\",
    "O=a\\x",
    'O="a"',
    "O=\\ff",
    "O=<a>",
    "1=x",
    "ST=a,S=b",
    `O=${"a".repeat(3000)}`,
  ];
  for (const text of refused)
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => assert.equal(parseDistinguishedName(text), undefined));

  it("CVE-2023-25656: stays small for a long run of '=#'", () => {
    assert.equal(parseDistinguishedName("=#".repeat(1000)), undefined);
  });
});

describe("attributesOf", () => {
  const attribute = (type: string, value: Buffer): Buffer => sequence(objectIdentifier(type), value);
  const nameOf = (...sets: readonly Buffer[]): Buffer => sequence(...sets);

  it("reads a certificate's name in every kind of string", () => {
    assert.deepEqual(Object.fromEntries(attributesOf(encodeName({ C: "US", O: "Ačme" })) ?? []), {
      C: "US",
      O: "Ačme",
    });
    const name = nameOf(
      setOf(attribute("2.5.4.6", element(0x13, Buffer.from("US")))),
      setOf(attribute("2.5.4.10", element(0x1e, Buffer.from("0041", "hex")))),
      setOf(attribute("0.9.2342.19200300.100.1.25", element(0x16, Buffer.from("org")))),
    );
    assert.deepEqual(Object.fromEntries(attributesOf(name) ?? []), {
      C: "US",
      O: "A",
      "0.9.2342.19200300.100.1.25": "org",
    });
  });

  it("refuses a type that occurs twice, several in one relative name, and strings of unknown kinds", () => {
    const c = attribute("2.5.4.6", utf8String("US"));
    const o = attribute("2.5.4.10", utf8String("Acme"));
    assert.equal(attributesOf(nameOf(setOf(c), setOf(c))), undefined);
    assert.equal(attributesOf(nameOf(setOf(c, o))), undefined);
    assert.equal(attributesOf(nameOf(setOf(attribute("2.5.4.6", element(0x14, Buffer.from("US")))))), undefined);
    assert.equal(attributesOf(nameOf(setOf(attribute("2.5.4.6", element(0x0c, Buffer.from([0xff])))))), undefined);
  });
});

describe("isPartOfName", () => {
  const whole = new Map([
    ["C", "US"],
    ["O", "Acme"],
  ]);
  it("compares every attribute exactly", () => {
    assert.equal(isPartOfName(new Map([["O", "Acme"]]), whole), true);
    assert.equal(isPartOfName(new Map([["O", "acme"]]), whole), false);
    assert.equal(isPartOfName(new Map([["CN", "Acme"]]), whole), false);
    assert.equal(isPartOfName(new Map([...whole, ["CN", "x"]]), whole), false);
  });
});
