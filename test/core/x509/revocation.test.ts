import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { ocspStatus } from "../../../src/core/x509/ocsp.ts";
import { revocationOf, type RevocationAnswer } from "../../../src/core/x509/revocation.ts";
import { listStatus } from "../../../src/core/x509/revocationList.ts";
import { element, explicit, implicit, octetString, sequence } from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import {
  basicConstraints,
  createNotaryChain,
  extendedKeyUsage,
  issueTestCertificate,
  keyUsage,
  type TestCertificate,
} from "../../helpers/notary.ts";
import {
  generalized,
  issuingPoint,
  listAt,
  ocspResponse,
  responderAt,
  revocationList,
  type ListRequest,
  type OcspRequest,
} from "../../helpers/revocation.ts";

const responder = "http://ocsp.example/";
const place = "http://lists.example/1.crl";
const time = new Date("2026-11-21T12:00:00Z");
const revokedAt = new Date("2026-11-10T00:00:00Z");
const { root, leaf } = createNotaryChain({ more: [responderAt(responder), listAt(place)] });
const other = createNotaryChain();
const ocspSigning = "1.3.6.1.5.5.7.3.9";

function subject(certificate: TestCertificate = leaf, issuer: TestCertificate = root) {
  return { certificate: readCertificate(certificate.der)!, issuer: readCertificate(issuer.der)!, time };
}

const ocsp = (more: Partial<OcspRequest> = {}): string =>
  ocspStatus(ocspResponse({ certificate: leaf, issuer: root, ...more }), subject()).kind;
const list = (more: Partial<ListRequest> = {}): string =>
  listStatus(revocationList({ issuer: root, ...more }), place, subject()).kind;

function delegate(more: object = {}): TestCertificate {
  const extensions = [keyUsage(0x80), extendedKeyUsage([ocspSigning])];
  return issueTestCertificate({ name: { CN: "responder" }, kind: "leaf", issuer: root, extensions, ...more });
}

describe("ocspStatus", () => {
  it("takes what the issuer says", () => {
    assert.equal(ocsp(), "good");
    assert.equal(ocsp({ digest: "sha256" }), "good");
    assert.equal(ocsp({ status: revokedAt }), "revoked");
    assert.equal(ocsp({ status: "unknown" }), "unknown");
  });

  it("takes what somebody says whom the issuer certified for it", () => {
    const by = (signer: TestCertificate): string =>
      ocsp({ signedBy: signer.keys.privateKey, certificates: [signer.der] });
    assert.equal(by(delegate()), "good");
    assert.equal(by(delegate({ extensions: [keyUsage(0x80)] })), "unknown");
    assert.equal(by(delegate({ notAfter: new Date("2026-11-01") })), "unknown");
    assert.equal(by(delegate({ notBefore: new Date("2026-12-01") })), "unknown");
    assert.equal(by(delegate({ issuer: other.root })), "unknown");
    // The certificate in question must not vouch for itself.
    assert.equal(by(leaf), "unknown");
  });

  const unusable: readonly (readonly [string, Partial<OcspRequest>])[] = [
    ["by another key", { signedBy: other.root.keys.privateKey }],
    ["about another certificate", { certificate: other.leaf }],
    ["about another issuer's certificate", { issuer: other.root, signedBy: root.keys.privateKey }],
    ["about an issuer's certificate of another name", { issuer: { ...root, name: { CN: "another" } } }],
    [
      "about an issuer's certificate with another key",
      { issuer: { ...root, keys: other.root.keys }, signedBy: root.keys.privateKey },
    ],
    ["that is outdated", { nextUpdate: new Date("2026-11-21T11:59:59Z") }],
    ["without an end", { nextUpdate: null }],
    ["of the future", { thisUpdate: new Date("2026-11-21T12:06:00Z") }],
    ["that says it failed", { responseStatus: 6 }],
    ["that answers twice", { times: 2 }],
    ["that does not answer", { times: 0 }],
  ];
  for (const [title, more] of unusable)
    it(`does not use an answer ${title}`, () => assert.equal(ocsp(more), "unknown"));

  it("does not use an answer of another type", () => {
    const answer = ocspResponse({ certificate: leaf, issuer: root });
    const type = Buffer.from("2b0601050507300101", "hex");
    const at = answer.indexOf(type);
    assert.ok(at > 0);
    answer[at + type.length - 1] = 2;
    assert.equal(ocspStatus(answer, subject()).kind, "unknown");
  });

  it("never takes a changed answer for good", () => {
    const revoked = ocspResponse({ certificate: leaf, issuer: root, status: revokedAt });
    for (let at = 0; at < revoked.length; at++) {
      const mutant = Buffer.from(revoked);
      mutant[at] = (mutant[at] ?? 0) ^ 0x01;
      assert.notEqual(ocspStatus(mutant, subject()).kind, "good");
    }
    for (let length = 0; length < revoked.length; length += 5)
      assert.equal(ocspStatus(revoked.subarray(0, length), subject()).kind, "unknown");
  });
});

describe("listStatus", () => {
  const entry = { certificate: leaf, at: revokedAt };
  it("takes what the issuer's list says", () => {
    assert.equal(list(), "good");
    assert.equal(list({ revoked: [{ certificate: other.leaf, at: revokedAt }] }), "good");
    assert.equal(list({ revoked: [{ certificate: other.leaf, at: revokedAt }, entry] }), "revoked");
    assert.equal(list({ extensions: [extension("2.5.29.20", false, element(0x02, Buffer.from([1])))] }), "good");
  });

  const reason = (value: number): Buffer => extension("2.5.29.21", false, element(0x0a, Buffer.from([value])));
  it("counts a certificate on hold as revoked, and does not believe an entry that takes one back", () => {
    assert.equal(list({ revoked: [{ ...entry, extensions: [reason(6)] }] }), "revoked");
    assert.equal(list({ revoked: [{ ...entry, extensions: [reason(8)] }] }), "unknown");
  });

  const number = octetString(Buffer.from([1]));
  const unusable: readonly (readonly [string, Partial<ListRequest>])[] = [
    ["by another key", { signedBy: other.root.keys.privateKey }],
    ["in another name", { names: leaf }],
    ["that is outdated", { nextUpdate: new Date("2026-11-21T11:59:59Z") }],
    ["without an end", { nextUpdate: null }],
    ["of the future", { thisUpdate: new Date("2026-11-21T12:06:00Z") }],
    ["with an unknown critical extension", { extensions: [extension("1.2.3.4", true, number)] }],
    ["of changes only", { extensions: [extension("2.5.29.27", true, number)] }],
    ["that another one completes", { extensions: [extension("2.5.29.46", false, number)] }],
    ["for another place", { extensions: [issuingPoint("http://lists.example/2.crl")] }],
    ["for authorities only", { extensions: [issuingPoint(place, 2)] }],
    ["for some reasons only", { extensions: [issuingPoint(place, 3)] }],
    ["with other issuers' certificates", { extensions: [issuingPoint(place, 4)] }],
    [
      "with an unknown critical extension of the entry",
      { revoked: [{ ...entry, extensions: [extension("2.5.29.29", true, number)] }] },
    ],
  ];
  for (const [title, more] of unusable) it(`does not use a list ${title}`, () => assert.equal(list(more), "unknown"));

  it("uses a list for this place, and for certificates of this kind", () => {
    assert.equal(list({ extensions: [issuingPoint(place)] }), "good");
    assert.equal(list({ extensions: [issuingPoint(place, 1)] }), "good");
    const authority = issueTestCertificate({ name: { CN: "below" }, kind: "authority", issuer: root });
    const asked = (flag: number): string =>
      listStatus(revocationList({ issuer: root, extensions: [issuingPoint(place, flag)] }), place, subject(authority))
        .kind;
    assert.deepEqual([asked(1), asked(2)], ["unknown", "good"]);
  });

  it("needs an issuer who may sign lists", () => {
    const own = issueTestCertificate({
      name: root.name,
      keys: root.keys,
      kind: "authority",
      extensions: [basicConstraints(true), keyUsage(0x04)],
    });
    assert.equal(listStatus(revocationList({ issuer: root }), place, subject(leaf, own)).kind, "unknown");
  });

  it("never takes a changed list for good", () => {
    const revoked = revocationList({ issuer: root, revoked: [entry] });
    for (let at = 0; at < revoked.length; at++) {
      const mutant = Buffer.from(revoked);
      mutant[at] = (mutant[at] ?? 0) ^ 0x01;
      assert.notEqual(listStatus(mutant, place, subject()).kind, "good");
    }
  });
});

describe("revocationOf", () => {
  const fingerprint = createHash("sha256").update(leaf.der).digest("hex");
  const at = "2026-11-21T11:00:00Z";
  const byResponder = (more: Partial<OcspRequest> = {}): RevocationAnswer => ({
    kind: "ocsp",
    url: responder,
    subject: fingerprint,
    at,
    bytes: ocspResponse({ certificate: leaf, issuer: root, ...more }),
  });
  const byList = (more: Partial<ListRequest> = {}): RevocationAnswer => ({
    kind: "list",
    url: place,
    at,
    bytes: revocationList({ issuer: root, ...more }),
  });
  const nothing: RevocationAnswer = { kind: "ocsp", url: responder, subject: fingerprint, at, bytes: Buffer.alloc(0) };
  const chain = [leaf, root].map(({ der }) => readCertificate(der)!);
  const outcome = (answers: readonly RevocationAnswer[], signedAt?: Date) =>
    revocationOf(chain, answers, { time, signedAt });

  it("asks a responder first, then for lists, then nobody", () => {
    const asked = (answers: readonly RevocationAnswer[]): readonly string[] => {
      const found = outcome(answers);
      return found.kind === "unknown" ? found.questions.map(({ url }) => url) : [found.kind];
    };
    assert.deepEqual(asked([]), [responder]);
    assert.deepEqual(asked([nothing]), [place]);
    assert.deepEqual(asked([byResponder({ status: "unknown" })]), [place]);
    assert.deepEqual(asked([nothing, { ...byList(), bytes: Buffer.alloc(0) }]), []);
    assert.deepEqual(asked([byResponder()]), ["good"]);
    assert.deepEqual(asked([nothing, byList()]), ["good"]);
    assert.deepEqual(asked([byResponder({ status: revokedAt })]), ["revoked"]);
    assert.deepEqual(asked([nothing, byList({ revoked: [{ certificate: leaf, at: revokedAt }] })]), ["revoked"]);
  });

  it("takes no answer of one place for another's", () => {
    assert.equal(outcome([{ ...byResponder(), url: "http://else.example/" }]).kind, "unknown");
    assert.equal(outcome([{ ...byResponder(), subject: "0".repeat(64) }]).kind, "unknown");
  });

  it("asks for every list that a certificate names", () => {
    const made = createNotaryChain({ more: [listAt(place, "http://lists.example/2.crl")] });
    const own = [made.leaf, made.root].map(({ der }) => readCertificate(der)!);
    const first = { ...byList(), bytes: revocationList({ issuer: made.root }) };
    const half = revocationOf(own, [first], { time, signedAt: undefined });
    assert.equal(half.kind, "unknown");
    const both = [first, { ...first, url: "http://lists.example/2.crl" }];
    assert.equal(revocationOf(own, both, { time, signedAt: undefined }).kind, "good");
  });

  it("lets a later invalidity pass only where the time of signing is proven", () => {
    const invalidSince = new Date("2026-11-05T00:00:00Z");
    const answers = [byResponder({ status: revokedAt, invalidSince })];
    assert.equal(outcome(answers, new Date("2026-11-04T00:00:00Z")).kind, "good");
    assert.equal(outcome(answers, invalidSince).kind, "revoked");
    assert.equal(outcome(answers).kind, "revoked");
    const extensions = [extension("2.5.29.24", false, generalized(invalidSince))];
    const listed = [nothing, byList({ revoked: [{ certificate: leaf, at: revokedAt, extensions }] })];
    assert.equal(outcome(listed, new Date("2026-11-04T00:00:00Z")).kind, "good");
    assert.equal(outcome(listed).kind, "revoked");
    // Without a date of invalidity, a certificate that was revoked later is revoked all the same.
    assert.equal(outcome([byResponder({ status: revokedAt })], new Date("2026-11-04T00:00:00Z")).kind, "revoked");
  });

  it("counts a certificate that names no place as one that cannot be revoked", () => {
    const plain = createNotaryChain();
    const own = [plain.leaf, plain.root].map(({ der }) => readCertificate(der)!);
    assert.equal(revocationOf(own, [], { time, signedAt: undefined }).kind, "good");
  });

  it("cannot tell where the places cannot be read, or hold lists of another kind", () => {
    const name = explicit(0, explicit(0, implicit(6, Buffer.from(place))));
    const points = [
      extension("1.3.6.1.5.5.7.1.1", false, octetString(Buffer.from("?"))),
      extension("1.3.6.1.5.5.7.1.1", false, sequence(sequence(implicit(6, Buffer.from(responder))))),
      extension("2.5.29.31", false, octetString(Buffer.from("?"))),
      extension("2.5.29.31", false, sequence(sequence())),
      // A list for some reasons only.
      extension("2.5.29.31", false, sequence(sequence(name, implicit(1, Buffer.from([0, 2]))))),
    ];
    for (const point of points) {
      const made = createNotaryChain({ more: [point] });
      const own = [made.leaf, made.root].map(({ der }) => readCertificate(der)!);
      const known = revocationOf(own, [byList()], { time, signedAt: undefined });
      assert.deepEqual([known.kind, known.kind === "unknown" && known.questions], ["unknown", []]);
    }
  });

  for (const url of ["https://ocsp.example/", "ldap://lists.example/", "http://with space/"])
    it(`cannot ask at ${url}, and so cannot tell`, () => {
      for (const point of [responderAt(url), listAt(url)]) {
        const made = createNotaryChain({ more: [point] });
        const own = [made.leaf, made.root].map(({ der }) => readCertificate(der)!);
        const found = revocationOf(own, [], { time, signedAt: undefined });
        assert.deepEqual([found.kind, found.kind === "unknown" && found.questions], ["unknown", []]);
      }
    });
});
