import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { childrenOf, readElement, type DerElement } from "../../../src/core/x509/der.ts";
import { ocspStatus } from "../../../src/core/x509/ocsp.ts";
import { listStatus } from "../../../src/core/x509/revocationList.ts";
import { verifyTimestampResponse, verifyTimestampToken } from "../../../src/core/x509/timestampToken.ts";
import { bitString, element, octetString, sequence } from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import { dropped, editDer, extended, repeated, retagged } from "../../helpers/editDer.ts";
import { createNotaryChain } from "../../helpers/notary.ts";
import { issuingPoint, listAt, ocspResponse, revocationList } from "../../helpers/revocation.ts";
import { createStampChain, stampToken } from "../../helpers/timestamp.ts";

const time = new Date("2026-11-21T12:00:00Z");
const place = "http://lists.example/1.crl";
const { leaf, root } = createNotaryChain({ more: [listAt(place)] });
const [certificate, issuer] = [leaf, root].map(({ der }) => readCertificate(der));
const revokedAt = new Date("2026-11-01T00:00:00Z");
const null_ = Buffer.from([5, 0]);

type Change = readonly [string, (found: DerElement) => readonly Uint8Array[]];

/** What is done to every element: it goes, comes twice, is another kind of element, or has more in it than belongs there. */
const changes: readonly Change[] = [
  ["dropped", dropped],
  ["repeated", repeated],
  ["retagged", retagged(0x16)],
  ["extended", extended(null_)],
  ["emptied", ({ tag }) => [element(tag)]],
];

/** Every path of indexes in an element, an OCTET STRING with an element in it too. */
function pathsIn(der: Uint8Array, path: readonly number[] = []): readonly (readonly number[])[] {
  const outer = readElement(der);
  if (outer === undefined) return [path];
  const isOpen = (outer.tag & 0x20) !== 0 || outer.tag === 0x04;
  const inner = outer.tag === 0x04 ? [readElement(outer.content)] : (childrenOf(outer, outer.tag) ?? []);
  const below = isOpen ? inner.flatMap((each, i) => (each === undefined ? [] : pathsIn(each.whole, [...path, i]))) : [];
  return [path, ...below];
}

/** The changes after which something is still believed, as `path change`. */
function believed(
  der: Uint8Array,
  within: readonly number[],
  isBelieved: (changed: Buffer) => boolean,
): readonly string[] {
  const paths = pathsIn(der).filter(
    (path) => within.every((index, i) => path[i] === index) && path.length >= within.length,
  );
  return paths.flatMap((path) =>
    changes.flatMap(([name, change]) => (isBelieved(editDer(der, path, change)) ? [`${path.join(".")} ${name}`] : [])),
  );
}

describe("the structure of what is signed around certificates", () => {
  assert.ok(certificate && issuer);
  const subject = { certificate, issuer, time };
  const ocsp = (bytes: Buffer): string => ocspStatus(bytes, subject).kind;
  const list = (bytes: Buffer): string => listStatus(bytes, place, subject).kind;
  const ecdsa = (body: Buffer): Buffer => bitString(sign("sha256", body, root.keys.privateKey));

  /** An answer whose data was rewritten before it was signed. */
  const answered = (data: Buffer): Buffer => {
    const algorithm = readElement(ocspResponse({ certificate: leaf, issuer: root }));
    assert.ok(algorithm);
    return editDer(ocspResponse({ certificate: leaf, issuer: root }), [1, 0, 1, 0], (basic) => {
      const [, how = { whole: null_ }] = childrenOf(basic) ?? [];
      return [sequence(data, how.whole, ecdsa(data))];
    });
  };
  const dataOf = (response: Buffer): Buffer => {
    let data: Buffer = Buffer.alloc(0);
    editDer(response, [1, 0, 1, 0, 0], (found) => [(data = Buffer.from(found.whole))]);
    return data;
  };
  const listed = (body: Buffer): Buffer => {
    const [, how = { whole: null_ }] = childrenOf(readElement(revocationList({ issuer: root }))) ?? [];
    return sequence(body, how.whole, ecdsa(body));
  };
  const bodyOf = (whole: Buffer): Buffer => Buffer.from(childrenOf(readElement(whole))?.[0]?.whole ?? []);

  // NULL for the parameters of an algorithm that has none; and what has no content already.
  const harmless = (paths: readonly string[], ...known: readonly string[]): void => assert.deepEqual(paths, known);
  const signedPart = (path: string, within: string): boolean =>
    path === within || path.startsWith(`${within}.`) || path.startsWith(`${within} `);

  it("of an OCSP answer, outside of what is signed", () => {
    const good = ocspResponse({ certificate: leaf, issuer: root });
    const paths = believed(good, [], (changed) => ocsp(changed) === "good");
    harmless(paths, "1.0.1.0.0.2.0.1 emptied", "1.0.1.0.1 extended");
  });

  it("of an OCSP answer that was signed so: never good where it said revoked", () => {
    const good = dataOf(ocspResponse({ certificate: leaf, issuer: root }));
    assert.equal(ocsp(answered(good)), "good");
    // Read without an exception, whatever it is.
    believed(good, [], (changed) => ocsp(answered(changed)) === "good");
    const revoked = dataOf(
      ocspResponse({ certificate: leaf, issuer: root, status: revokedAt, invalidSince: revokedAt }),
    );
    assert.equal(ocsp(answered(revoked)), "revoked");
    assert.deepEqual(
      believed(revoked, [], (changed) => ocsp(answered(changed)) === "good"),
      [],
    );
  });

  it("of the names and answers in an OCSP answer that was signed so", () => {
    const good = dataOf(ocspResponse({ certificate: leaf, issuer: root }));
    const after = (data: Buffer, path: readonly number[], change: Change[1]): string =>
      ocsp(answered(editDer(data, path, change)));
    // Which certificate it is about: digest algorithm, issuer's name and key, serial number.
    for (const i of [1, 2, 3]) assert.equal(after(good, [2, 0, 0, i], retagged(0x16)), "unknown");
    assert.equal(
      after(good, [2, 0, 0, 0, 0], () => [Buffer.from([6, 1, 42])]),
      "unknown",
    );
    assert.equal(
      after(good, [2, 0, 1], () => [Buffer.from([0x80, 1, 0])]),
      "unknown",
    );
    assert.equal(
      after(good, [2], () => [sequence()]),
      "unknown",
    );
    const request = { certificate: leaf, issuer: root, status: revokedAt, invalidSince: revokedAt };
    const revoked = dataOf(ocspResponse(request));
    assert.equal(
      after(revoked, [2, 0, 1], ({ content }) => [element(0xa2, content)]),
      "unknown",
    );
    assert.equal(
      after(revoked, [2, 0, 1], () => [element(0xa1)]),
      "unknown",
    );
    const since = (data: Buffer): Date | undefined => {
      const found = ocspStatus(answered(data), subject);
      assert.equal(found.kind, "revoked");
      return found.invalidSince;
    };
    assert.deepEqual(since(revoked), revokedAt);
    const extensionPath = [2, 0, 4, 0, 0];
    assert.equal(since(editDer(revoked, [...extensionPath, 0], () => [Buffer.from([6, 1, 42])])), undefined);
    assert.equal(since(editDer(revoked, [...extensionPath, 1], retagged(0x16))), undefined);
  });

  it("of a revocation list, outside of what is signed", () => {
    const good = revocationList({ issuer: root });
    assert.deepEqual(
      believed(good, [], (changed) => list(changed) === "good"),
      [],
    );
  });

  it("of a revocation list that was signed so: never good where it names the certificate", () => {
    const number = extension("2.5.29.20", false, Buffer.from([2, 1, 1]));
    const reason = extension("2.5.29.21", false, element(0x0a, Buffer.from([1])));
    const entry = { certificate: leaf, at: revokedAt, extensions: [reason] };
    const good = bodyOf(revocationList({ issuer: root, extensions: [number, issuingPoint(place)] }));
    assert.equal(list(listed(good)), "good");
    believed(good, [], (changed) => list(listed(changed)) === "good");
    const revoked = bodyOf(revocationList({ issuer: root, revoked: [entry] }));
    assert.equal(list(listed(revoked)), "revoked");
    const paths = believed(revoked, [], (changed) => list(listed(changed)) === "good");
    // Without its entries, or its entry, a list that was signed so says that nobody is revoked.
    assert.deepEqual(
      paths.filter((path) => !/^5(\.0)?(\.0)? /.test(path)),
      [],
    );
  });

  describe("of a time stamp", () => {
    const data = Buffer.from("a signature");
    const { authority, root: stampRoot } = createStampChain();
    const usual = { data, signer: authority, certificates: [authority.der] };
    const outcome = (token: Buffer): string => {
      const found = verifyTimestampToken(token, data, [stampRoot.der]);
      return found.kind === "proven" ? found.at.toISOString() : found.code;
    };
    const at = outcome(stampToken(usual));
    const proven = (token: Buffer): boolean => {
      const found = outcome(token);
      assert.ok(!found.includes("T") || found === at, "another time is proven");
      return found === at;
    };

    it("outside of what is signed", () => {
      const paths = believed(stampToken(usual), [], proven);
      // The set of digests is nobody's word (RFC 5652, 5.1), and further certificates do no harm; what is in the token
      // itself is signed.
      harmless(
        paths.filter(
          (path) => !path.startsWith("1.0.1.") && !signedPart(path, "1.0.2.1.0.0") && !path.startsWith("1.0.3.0."),
        ),
        "1.0.1 extended",
        "1.0.1 emptied",
        "1.0.3 extended",
        "1.0.3.0 repeated",
        "1.0.4.0.2 extended",
        "1.0.4.0.4 extended",
      );
    });

    it("with attributes that nobody signed, once", () => {
      const unsigned = element(0xa1);
      const token = stampToken(usual);
      assert.ok(proven(editDer(token, [1, 0, 4, 0], extended(unsigned))));
      assert.ok(!proven(editDer(token, [1, 0, 4, 0], extended(unsigned, unsigned))));
    });

    it("in the response around it", () => {
      const own = readCertificate(authority.der);
      const anchor = readCertificate(stampRoot.der);
      assert.ok(own && anchor);
      const known = [{ chain: [own, anchor], start: new Date("2026-01-01"), end: undefined }];
      const response = sequence(sequence(Buffer.from([2, 1, 0])), stampToken(usual));
      const isProven = (bytes: Buffer): boolean => verifyTimestampResponse(bytes, data, known).kind === "proven";
      assert.ok(isProven(response));
      const paths = believed(response, [], isProven).filter(
        (path) => !path.startsWith("1.1.") && path !== "1 extended",
      );
      // Words of the authority beside its status, which nobody signed and nobody reads.
      harmless(paths, "0 extended", "0.0 repeated");
      const withoutChain = [{ chain: [], start: new Date("2026-01-01"), end: undefined }];
      assert.equal(verifyTimestampResponse(response, data, withoutChain).kind, "refused");
      for (const granted of [2, 3, 0x80])
        assert.equal(isProven(sequence(sequence(Buffer.from([2, 1, granted])), stampToken(usual))), false);
    });

    it("in what it says, where it was signed so: never another time", () => {
      const [info] = pieces();
      const paths = believed(info, [], (changed) => proven(stampToken({ ...usual, rewriteInfo: () => changed })));
      // Version, policy, imprint, serial number and time must be there and be what they are.
      const needed = ["0", "1", "2", "3", "4"].flatMap((i) => [`${i} dropped`, `${i} retagged`]);
      assert.deepEqual(
        paths.filter((path) => [...needed, "2 extended", "2.1 retagged"].includes(path)),
        [],
      );
    });

    it("in its attributes, where they were signed so", () => {
      const [, attributes] = pieces();
      const paths = believed(attributes, [], (changed) =>
        proven(stampToken({ ...usual, rewriteAttributes: () => changed })),
      );
      // Further certificates and fields in the attribute that names the signer's.
      assert.deepEqual(
        paths.filter((path) => !path.startsWith("2.1.0")),
        [],
      );
    });

    /** What a good token says, and its attributes. */
    function pieces(): readonly [Buffer, Buffer] {
      let [info, attributes]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
      const accuracy = sequence(Buffer.from([2, 1, 1]));
      const extensions = [sequence(Buffer.from([6, 1, 42]), octetString(null_))];
      stampToken({ ...usual, accuracy, extensions, rewriteInfo: (own) => (info = own) });
      stampToken({ ...usual, rewriteAttributes: (own) => (attributes = own) });
      return [info, attributes];
    }
  });
});
