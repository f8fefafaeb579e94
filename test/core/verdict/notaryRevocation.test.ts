import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { NotaryAuthority } from "../../../src/core/policy/policy.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { explicit, implicit, objectIdentifier, sequence } from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import { createNotaryChain, signJws, signRaw, type TestCertificate } from "../../helpers/notary.ts";
import { usual, strict, permissive, authority, evidence, judged, jws } from "../../helpers/notaryJudged.ts";
import { ocspResponse, responderAt } from "../../helpers/revocation.ts";
import { createStampChain, stampToken } from "../../helpers/timestamp.ts";

describe("judge, on Notary signatures with certificates that can be revoked", () => {
  it("says of others that they cannot, and asks nobody", () => {
    const saysSo = (verdict: Verdict): boolean => verdict.trace.some(({ text }) => text.includes("names no place"));
    assert.ok(saysSo(judged(jws(), authority())));
    assert.ok(!saysSo(judged(jws(), authority({ checks: { ...strict, revocation: "skip" } }))));
  });

  it("GHSA-45v3-38pc-874v / CVE-2024-56138: believes no stamp of an authority that was revoked, or of which nobody knows, for a time before the certificate became invalid", () => {
    const url = "http://ocsp.example/";
    const made = createNotaryChain({ more: [responderAt(url)] });
    const stamps = createStampChain({ more: [responderAt("http://stamps.example/")] });
    const plain: { protected: string; payload: string; header: object } = JSON.parse(
      signJws({ ...usual, chain: made.chain, privateKey: made.leaf.keys.privateKey }).toString(),
    );
    const signature = signRaw(made.leaf.keys.privateKey, Buffer.from(`${plain.protected}.${plain.payload}`));
    const at = new Date("2026-11-04T00:00:00Z");
    const token = stampToken({ data: signature, signer: stamps.authority, certificates: [stamps.authority.der], at });
    const header = { ...plain.header, "io.cncf.notary.timestampSignature": token.toString("base64") };
    const of = evidence(Buffer.from(JSON.stringify({ ...plain, header, signature: signature.toString("base64url") })));
    const answer = (certificate: TestCertificate, issuer: TestCertificate, place: string, more: object) => ({
      kind: "ocsp" as const,
      url: place,
      subject: createHash("sha256").update(certificate.der).digest("hex"),
      at: "2026-11-21T11:00:00Z",
      bytes: ocspResponse({ certificate, issuer, ...more }),
    });
    const revoked = { status: new Date("2026-11-10T00:00:00Z"), invalidSince: new Date("2026-11-05T00:00:00Z") };
    const known = answer(made.leaf, made.root, url, revoked);
    const stamped = answer(stamps.authority, stamps.root, "http://stamps.example/", {});
    const stores = { ca: [made.root.der], signingAuthority: [], tsa: [stamps.root.der] };
    const under = (revocations: Evidence["revocations"], checks: NotaryAuthority["checks"]): string =>
      judged({ ...of, revocations: revocations ?? [] }, authority({ stores, checks })).reason.code;
    assert.equal(under([known, stamped], strict), "verified");
    assert.equal(under([known], strict), "certificate-revoked");
    const lost = answer(stamps.authority, stamps.root, "http://stamps.example/", { status: new Date("2026-11-10") });
    const good = answer(made.leaf, made.root, url, {});
    assert.equal(under([good, stamped], strict), "verified");
    assert.equal(under([good, lost], strict), "certificate-revoked");
    assert.equal(under([good], strict), "revocation-unknown");
    // The stamp's authority may itself have been revoked; that the statement only logs this proves no time.
    assert.equal(under([known], { ...strict, authenticTimestamp: "log" }), "certificate-revoked");
  });

  const place = implicit(6, Buffer.from("http://ocsp.example/"));
  const information = extension(
    "1.3.6.1.5.5.7.1.1",
    false,
    sequence(sequence(objectIdentifier("1.3.6.1.5.5.7.48.1"), place)),
  );
  const list = extension("2.5.29.31", false, sequence(sequence(explicit(0, explicit(0, place)))));
  for (const [title, points] of [
    ["a responder", information],
    ["a list", list],
  ] as const) {
    const made = createNotaryChain({ more: [points] });
    const of = jws({ chain: made.chain, privateKey: made.leaf.keys.privateKey });
    const stores = { ca: [made.root.der], signingAuthority: [] };
    it(`cannot tell without an answer of ${title}, unless the statement only logs or skips it`, () => {
      const verdict = judged(of, authority({ stores }));
      assert.deepEqual([verdict.state, verdict.reason.code], ["unknown", "revocation-unknown"]);
      assert.equal(judged(of, authority({ stores, checks: permissive })).state, "verified");
      assert.equal(judged(of, authority({ stores, checks: { ...strict, revocation: "skip" } })).state, "verified");
    });
  }
});
