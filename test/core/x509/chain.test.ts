import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readCertificate, type Certificate } from "../../../src/core/x509/certificate.ts";
import { isIssuedBy, objectionToChain } from "../../../src/core/x509/chain.ts";
import {
  boolean,
  element,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
} from "../../../src/trial/x509/der.ts";
import {
  codeSigning,
  extension,
  issueCertificate,
  type CertificateRequest,
} from "../../../src/trial/x509/issueCertificate.ts";

const now = new Date("2026-11-21T12:00:00Z");
const hour = 60 * 60 * 1000;

interface Identity {
  readonly name: { readonly organization: string; readonly commonName: string };
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

function newIdentity(commonName: string): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { name: { organization: "Test", commonName }, key: privateKey, publicKey };
}

const root = newIdentity("root");
const middle = newIdentity("middle");
const low = newIdentity("low");
const leaf = newIdentity("leaf");

function certificate(subject: Identity, issuer: Identity, over: Partial<CertificateRequest> = {}): Certificate {
  const der = issueCertificate({
    subject: subject.name,
    publicKey: subject.publicKey,
    issuer,
    notBefore: new Date(now.getTime() - hour),
    notAfter: new Date(now.getTime() + hour),
    usage: subject === leaf ? { kind: "leaf", extendedKeyUsages: [codeSigning] } : { kind: "authority" },
    ...over,
  });
  const read = readCertificate(der);
  assert.ok(read);
  return read;
}

const names = (...subtrees: readonly Buffer[]): Buffer => sequence(...subtrees.map((base) => sequence(base)));
const host = (text: string): Buffer => implicit(6, Buffer.from(text));
const mail = (text: string): Buffer => implicit(1, Buffer.from(text));
const dns = (text: string): Buffer => implicit(2, Buffer.from(text));
const alternative = (name: Buffer): Partial<CertificateRequest> => ({
  extensions: [extension("2.5.29.17", false, sequence(name))],
});
const constrained = (part: "permitted" | "excluded", ...bases: readonly Buffer[]): Partial<CertificateRequest> => ({
  extensions: [
    extension("2.5.29.30", true, sequence(element(part === "permitted" ? 0xa0 : 0xa1, names(...bases).subarray(2)))),
  ],
});

function verdict(chain: readonly Certificate[], at = now): string {
  return objectionToChain(chain, at)?.code ?? "stands";
}

describe("objectionToChain", () => {
  const ends = certificate(root, root);
  const between = certificate(middle, root);
  const early = new Date(now.getTime() - 2 * hour);
  const past = { notAfter: new Date(now.getTime() - 1) };
  const unknownCritical = { extensions: [extension("1.2.3", true, octetString(Buffer.from("x")))] };

  const cases: readonly (readonly [string, readonly Certificate[], string, Date?])[] = [
    ["stands: signer, issuer, root", [certificate(leaf, middle), between, ends], "stands"],
    ["stands with an anchor that is not self-signed", [certificate(leaf, middle), between], "stands"],
    [
      "stands at the last moment of validity",
      [certificate(leaf, middle), between, ends],
      "stands",
      new Date(now.getTime() + hour),
    ],
    ["is empty", [], "certificate-chain-broken"],
    ["is before its time", [certificate(leaf, middle), between, ends], "certificate-not-valid-then", early],
    ["ends in a signer that has ended", [certificate(leaf, middle, past), between, ends], "certificate-not-valid-then"],
    [
      "has an issuer that has ended",
      [certificate(leaf, middle), certificate(middle, root, past), ends],
      "certificate-not-valid-then",
    ],
    [
      "has a root that has ended",
      [certificate(leaf, middle), between, certificate(root, root, past)],
      "certificate-not-valid-then",
    ],
    ["leaves its issuer out", [certificate(leaf, middle), ends], "certificate-chain-broken"],
    [
      "has an issuer of that name with another key",
      [certificate(leaf, { ...middle, key: low.key }), between, ends],
      "certificate-chain-broken",
    ],
    [
      "has an issuer of another name with that key",
      [certificate(leaf, { ...middle, name: low.name }), between, ends],
      "certificate-chain-broken",
    ],
    [
      "has a signer for an issuer",
      [
        certificate(leaf, middle),
        certificate(middle, root, { usage: { kind: "leaf", extendedKeyUsages: [codeSigning] } }),
        ends,
      ],
      "certificate-not-an-authority",
    ],
    ["has an authority for a signer", [between, ends], "certificate-usage"],
    [
      "has a signer that is an authority in name",
      [
        certificate(leaf, middle, { extensions: [extension("2.5.29.19", true, sequence(boolean(true)))] }),
        between,
        ends,
      ],
      "certificate-usage",
    ],
    [
      "has more authorities than one allows",
      [
        certificate(leaf, low),
        certificate(low, middle),
        certificate(middle, root, { usage: { kind: "authority", pathLength: 0 } }),
        ends,
      ],
      "certificate-path-length",
    ],
    [
      "has as many as one allows",
      [
        certificate(leaf, low),
        certificate(low, middle),
        certificate(middle, root, { usage: { kind: "authority", pathLength: 1 } }),
        ends,
      ],
      "stands",
    ],
    [
      "is for servers",
      [certificate(leaf, middle, { usage: { kind: "leaf", extendedKeyUsages: ["1.3.6.1.5.5.7.3.1"] } }), between, ends],
      "certificate-usage",
    ],
    [
      "is for any purpose, which is not enough",
      [certificate(leaf, middle, { usage: { kind: "leaf", extendedKeyUsages: ["2.5.29.37.0"] } }), between, ends],
      "certificate-usage",
    ],
    [
      "has an authority for servers",
      [
        certificate(leaf, middle),
        certificate(middle, root, {
          extensions: [extension("2.5.29.37", false, sequence(Buffer.from("06082b06010505070301", "hex")))],
        }),
        ends,
      ],
      "certificate-usage",
    ],
    [
      "has an unknown critical extension in the signer",
      [certificate(leaf, middle, unknownCritical), between, ends],
      "certificate-extension",
    ],
    [
      "has an unknown critical extension in an authority",
      [certificate(leaf, middle), certificate(middle, root, unknownCritical), ends],
      "certificate-extension",
    ],
    ["is too long", [...Array(8).fill(certificate(leaf, middle)), ends], "certificate-chain-broken"],
  ];
  for (const [what, chain, code, at] of cases) it(what, () => assert.equal(verdict(chain, at), code));

  it("stands with as many certificates as are read, and with no more", () => {
    const line = Array.from({ length: 8 }, (_, index) => newIdentity(`authority ${index}`));
    const authorities = line.map((each, index) => certificate(each, line[index + 1] ?? each));
    const [first = root, second = root] = line;
    assert.equal(verdict([certificate(leaf, second), ...authorities.slice(1)]), "stands");
    assert.equal(verdict([certificate(leaf, first), ...authorities]), "certificate-chain-broken");
  });

  it("never takes for proven what was refused before", () => {
    const forged = certificate(leaf, { ...middle, key: low.key });
    for (let round = 0; round < 3; round++) {
      assert.equal(isIssuedBy(forged, between), false);
      assert.equal(verdict([forged, between, ends]), "certificate-chain-broken");
    }
    const own = certificate(leaf, middle);
    assert.deepEqual([isIssuedBy(own, between), isIssuedBy(own, between), isIssuedBy(own, ends)], [true, true, false]);
  });

  it("stands with an authority that may issue for any purpose, and not for another one alone", () => {
    const purposed = (purpose: string) =>
      certificate(middle, root, {
        extensions: [extension("2.5.29.37", false, sequence(objectIdentifier(purpose)))],
      });
    const outcomes = ["2.5.29.37.0", codeSigning, "1.3.6.1.5.5.7.3.4"].map((purpose) =>
      verdict([certificate(leaf, middle), purposed(purpose), ends]),
    );
    assert.deepEqual(outcomes, ["stands", "stands", "certificate-usage"]);
  });

  it("has a signer whose key may not sign", () => {
    const chain = [certificate(leaf, middle, { keyUsage: 0x20 }), between, ends];
    assert.equal(verdict(chain), "certificate-usage");
  });

  it("has an authority whose key may not sign certificates", () => {
    const chain = [certificate(leaf, middle), certificate(middle, root, { keyUsage: 0x80 }), ends];
    assert.equal(verdict(chain), "certificate-not-an-authority");
  });

  describe("with name constraints", () => {
    const under = (constraints: Partial<CertificateRequest>, name: Buffer): string =>
      verdict([certificate(leaf, middle, alternative(name)), certificate(middle, root, constraints), ends]);
    const table: readonly (readonly [string, Partial<CertificateRequest>, Buffer, boolean])[] = [
      ["a URI's host", constrained("permitted", host("example.com")), host("https://example.com/x"), true],
      [
        "a URI's host, not below it",
        constrained("permitted", host("example.com")),
        host("https://a.example.com/x"),
        false,
      ],
      ["hosts below", constrained("permitted", host(".example.com")), host("https://a.example.com/x"), true],
      [
        "another host that ends so",
        constrained("permitted", host("example.com")),
        host("https://evilexample.com/x"),
        false,
      ],
      [
        "a host behind a user",
        constrained("permitted", host("example.com")),
        host("https://example.com@evil.com/"),
        false,
      ],
      ["excluded hosts", constrained("excluded", host("example.com")), host("https://example.com/"), false],
      ["what is no URL, where a host is excluded", constrained("excluded", host("example.com")), host("urn:x"), false],
      ["mail of a host", constrained("permitted", mail("example.com")), mail("jane@example.com"), true],
      ["mail of another host", constrained("permitted", mail("example.com")), mail("jane@example.com.evil"), false],
      ["one mailbox", constrained("permitted", mail("jane@example.com")), mail("jane@EXAMPLE.com"), true],
      ["another mailbox", constrained("permitted", mail("jane@example.com")), mail("john@example.com"), false],
      ["DNS names below", constrained("permitted", dns("example.com")), dns("a.example.com"), true],
      ["another kind of name", constrained("permitted", dns("example.com")), mail("jane@elsewhere.org"), true],
      [
        "a kind that is not compared",
        constrained("excluded", implicit(7, Buffer.alloc(8))),
        implicit(7, Buffer.alloc(4)),
        false,
      ],
    ];
    for (const [what, constraints, name, stands] of table)
      it(what, () => assert.equal(under(constraints, name), stands ? "stands" : "certificate-names"));

    it("of directories, over the subject", () => {
      const base = (identity: Identity): Buffer => explicit(4, Buffer.from(certificate(identity, root).subject));
      const stands = certificate(leaf, middle);
      assert.equal(verdict([stands, certificate(middle, root, constrained("permitted", base(leaf))), ends]), "stands");
      assert.equal(
        verdict([stands, certificate(middle, root, constrained("excluded", base(leaf))), ends]),
        "certificate-names",
      );
      assert.equal(
        verdict([stands, certificate(middle, root, constrained("permitted", base(low))), ends]),
        "certificate-names",
      );
    });
  });
});

describe("readCertificate", () => {
  const good = Buffer.from(certificate(leaf, root).der);

  it("refuses anything after it", () =>
    assert.equal(readCertificate(Buffer.concat([good, Buffer.from([0])])), undefined));

  it("refuses an extension that is there twice", () => {
    const usage = extension("2.5.29.37", false, sequence());
    const twice = issueCertificate({
      subject: leaf.name,
      publicKey: leaf.publicKey,
      issuer: root,
      notBefore: now,
      notAfter: now,
      usage: { kind: "leaf", extendedKeyUsages: [codeSigning] },
      extensions: [usage],
    });
    assert.equal(readCertificate(twice), undefined);
  });

  it("never throws, and never reads a changed body as the same certificate", () => {
    for (let at = 0; at < good.length; at++)
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ bit;
        const read = readCertificate(changed);
        if (read !== undefined) assert.equal(verdict([read, certificate(root, root)]) === "stands", false, `at ${at}`);
      }
  });

  it("refuses one that names another algorithm outside than inside", () => {
    const changed = Buffer.from(good);
    const identifier = Buffer.from("06082a8648ce3d040302", "hex");
    changed[changed.lastIndexOf(identifier) + identifier.length - 1] = 3;
    assert.equal(readCertificate(changed), undefined);
  });

  it("refuses what is cut short", () => {
    for (let end = 0; end < good.length; end++) assert.equal(readCertificate(good.subarray(0, end)), undefined);
  });

  it("refuses a number for a version that is not 3", () => {
    const at = good.indexOf(explicit(0, integer(Buffer.from([2]))));
    const changed = Buffer.from(good);
    changed[at + 4] = 1;
    assert.equal(readCertificate(changed), undefined);
  });
});
