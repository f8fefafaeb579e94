import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import {
  objectionToNotaryChain,
  objectionToNotaryValidity,
  type NotaryPurpose,
} from "../../../src/core/x509/notaryChain.ts";
import { sequence, utf8String } from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import {
  basicConstraints,
  codeSigningPurpose,
  extendedKeyUsage,
  issueTestCertificate,
  keyUsage,
  timeStampingPurpose,
  type TestCertificate,
  type TestCertificateRequest,
} from "../../helpers/notary.ts";

/** Basic constraints with an INTEGER where the flag belongs. */
const unreadable = extension("2.5.29.19", true, Buffer.from("3003020101", "hex"));

const unknownCritical = extension("1.2.3.4.5", true, utf8String("?"));

function objectionTo(chain: readonly TestCertificate[], purpose: NotaryPurpose = "signing"): string | undefined {
  const certificates = chain.map(({ der }) => readCertificate(der)).filter((certificate) => certificate !== undefined);
  assert.equal(certificates.length, chain.length);
  return objectionToNotaryChain(certificates, purpose)?.code;
}

function issue(kind: "authority" | "leaf", cn: string, more: Partial<TestCertificateRequest> = {}): TestCertificate {
  return issueTestCertificate({ name: { C: "US", ST: "WA", O: "Acme", CN: cn }, kind, ...more });
}

/** Signer, intermediate, root; each can be asked for otherwise. */
function chainOf(
  more: {
    readonly leaf?: Partial<TestCertificateRequest>;
    readonly middle?: Partial<TestCertificateRequest>;
    readonly root?: Partial<TestCertificateRequest>;
  } = {},
): readonly [TestCertificate, TestCertificate, TestCertificate] {
  const root = issue("authority", "root", more.root);
  const middle = issue("authority", "middle", { issuer: root, ...more.middle });
  return [issue("leaf", "leaf", { issuer: middle, ...more.leaf }), middle, root];
}

describe("objectionToNotaryChain", () => {
  it("accepts what the profile asks for", () => {
    assert.equal(objectionTo(chainOf()), undefined);
    assert.equal(objectionTo([issue("leaf", "alone")]), undefined);
    assert.equal(objectionTo(chainOf({ leaf: { extensions: [keyUsage(0x80)] } })), undefined);
    assert.equal(objectionTo(chainOf({ leaf: { more: [basicConstraints(false)] } })), undefined);
  });

  it("fails open on every other extension, unlike RFC 5280", () => {
    const all = { more: [unknownCritical] };
    assert.equal(objectionTo(chainOf({ leaf: all, middle: all, root: all })), undefined);
    // Name constraints that exclude everything the signer is called.
    const constraints = extension("2.5.29.30", true, sequence());
    assert.equal(objectionTo(chainOf({ middle: { more: [constraints] } })), undefined);
  });

  it("needs the root, and the order", () => {
    const [leaf, middle, root] = chainOf();
    assert.equal(objectionTo([]), "certificate-chain-broken");
    assert.equal(objectionTo([leaf, middle]), "certificate-chain-broken");
    assert.equal(objectionTo([leaf, root]), "certificate-chain-broken");
    assert.equal(objectionTo([middle, leaf, root]), "certificate-chain-broken");
    assert.equal(objectionTo([leaf, middle, root, root]), "certificate-chain-broken");
    assert.equal(objectionTo([leaf, middle, middle, root]), "certificate-chain-broken");
  });

  it("needs every signature, not only the names", () => {
    const forged = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    assert.equal(objectionTo(chainOf({ leaf: { forgedBy: forged } })), "certificate-chain-broken");
    assert.equal(objectionTo(chainOf({ middle: { forgedBy: forged } })), "certificate-chain-broken");
    assert.equal(objectionTo(chainOf({ root: { forgedBy: forged } })), "certificate-chain-broken");
  });

  const usage = keyUsage(0x06);
  const authorities: readonly (readonly [string, readonly Buffer[], string | undefined])[] = [
    ["without basic constraints", [usage], "certificate-not-an-authority"],
    ["that is none", [basicConstraints(false), usage], "certificate-not-an-authority"],
    [
      "whose basic constraints are not critical",
      [basicConstraints(true, undefined, false), usage],
      "certificate-not-an-authority",
    ],
    ["whose basic constraints cannot be read", [unreadable, usage], "certificate-not-an-authority"],
    ["without key usage", [basicConstraints(true)], "certificate-not-an-authority"],
    [
      "whose key usage is not critical",
      [basicConstraints(true), keyUsage(0x06, false)],
      "certificate-not-an-authority",
    ],
    ["that may not sign certificates", [basicConstraints(true), keyUsage(0x02)], "certificate-not-an-authority"],
    ["that allows no other below it", [basicConstraints(true, 0), usage], undefined],
  ];
  for (const [title, extensions, code] of authorities)
    it(`${code === undefined ? "accepts" : "refuses"} an authority ${title}`, () =>
      assert.equal(objectionTo(chainOf({ middle: { extensions } })), code));

  it("counts the authorities below a path length", () => {
    assert.equal(
      objectionTo(chainOf({ root: { extensions: [basicConstraints(true, 0), usage] } })),
      "certificate-path-length",
    );
    assert.equal(objectionTo(chainOf({ root: { extensions: [basicConstraints(true, 1), usage] } })), undefined);
  });

  it("checks the root like every authority", () => {
    assert.equal(
      objectionTo(chainOf({ root: { extensions: [basicConstraints(true)] } })),
      "certificate-not-an-authority",
    );
  });

  const digitalSignature = keyUsage(0x80);
  const leaves: readonly (readonly [string, readonly Buffer[], string | undefined])[] = [
    ["that is an authority's", [basicConstraints(true), digitalSignature], "certificate-usage"],
    ["whose basic constraints cannot be read", [unreadable, digitalSignature], "certificate-usage"],
    ["without key usage", [], "certificate-usage"],
    ["whose key usage is not critical", [keyUsage(0x80, false)], "certificate-usage"],
    ["not for digital signatures", [keyUsage(0x40)], "certificate-usage"],
    ["also for non-repudiation", [keyUsage(0xc0)], undefined],
    ["also for key encipherment", [keyUsage(0xa0)], "certificate-usage"],
    ["also for certificates", [keyUsage(0x84)], "certificate-usage"],
    ["also for encipherment only", [extension("2.5.29.15", true, Buffer.from([3, 1, 0, 0x81]))], "certificate-usage"],
    ["for code signing", [digitalSignature, extendedKeyUsage([codeSigningPurpose])], undefined],
    ["for another purpose that is not excluded", [digitalSignature, extendedKeyUsage(["1.2.3.4"])], undefined],
    ...["2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", timeStampingPurpose].map(
      (purpose) =>
        [
          `also for the purpose ${purpose}`,
          [digitalSignature, extendedKeyUsage([codeSigningPurpose, purpose])],
          "certificate-usage",
        ] as const,
    ),
    [
      "whose purposes cannot be read",
      [digitalSignature, extension("2.5.29.37", false, utf8String("?"))],
      "certificate-usage",
    ],
  ];
  for (const [title, extensions, code] of leaves)
    it(`${code === undefined ? "accepts" : "refuses"} a signer's certificate ${title}`, () =>
      assert.equal(objectionTo(chainOf({ leaf: { extensions } })), code));
});

describe("objectionToNotaryChain for time-stamp authorities", () => {
  const stamping = extendedKeyUsage([timeStampingPurpose], true);
  it("needs time stamping as the only purpose, critical", () => {
    const outcome = (...extensions: readonly Buffer[]): string | undefined =>
      objectionTo(chainOf({ leaf: { extensions: [keyUsage(0x80), ...extensions] } }), "timestamping");
    assert.equal(outcome(stamping), undefined);
    assert.equal(outcome(), "certificate-usage");
    assert.equal(outcome(extendedKeyUsage([timeStampingPurpose])), "certificate-usage");
    assert.equal(outcome(extendedKeyUsage([codeSigningPurpose], true)), "certificate-usage");
    assert.equal(outcome(extendedKeyUsage([timeStampingPurpose, codeSigningPurpose], true)), "certificate-usage");
  });

  it("allows key usage that is not critical, and refuses unknown critical extensions", () => {
    const leaf = { extensions: [keyUsage(0x80, false), stamping] };
    assert.equal(objectionTo(chainOf({ leaf }), "timestamping"), undefined);
    const unknown = { extensions: [...leaf.extensions, unknownCritical] };
    assert.equal(objectionTo(chainOf({ leaf: unknown }), "timestamping"), "certificate-extension");
    assert.equal(
      objectionTo(chainOf({ leaf, middle: { more: [unknownCritical] } }), "timestamping"),
      "certificate-extension",
    );
  });
});

describe("objectionToNotaryValidity", () => {
  it("asks for every certificate, the bounds included", () => {
    const certificates = chainOf({ middle: { notAfter: new Date("2026-06-01T00:00:00Z") } }).map(({ der }) =>
      readCertificate(der)!,
    );
    const at = (time: string): string | undefined => objectionToNotaryValidity(certificates, new Date(time))?.code;
    assert.equal(at("2026-06-01T00:00:00Z"), undefined);
    assert.equal(at("2026-06-01T00:00:01Z"), "certificate-not-valid-then");
    assert.equal(at("2025-12-31T23:59:59Z"), "certificate-not-valid-then");
  });
});
