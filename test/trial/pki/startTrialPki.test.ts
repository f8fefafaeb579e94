import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createRevocations } from "../../../src/adapters/revocations.ts";
import { decodePem } from "../../../src/core/base64.ts";
import { readCertificate, type Certificate } from "../../../src/core/x509/certificate.ts";
import { revocationOf, type RevocationAnswer, type RevocationQuestion } from "../../../src/core/x509/revocation.ts";
import { startTrial, type Trial } from "../../../src/trial/startTrial.ts";

const options = { signal: new AbortController().signal };
const log = { info: () => undefined, warn: () => undefined };

describe("the public side of the trial's authority", () => {
  let trial: Trial;
  let pems: readonly string[];
  let chain: readonly Certificate[];
  beforeEach(async () => {
    trial = await startTrial({ retryAfterMs: 1 });
    pems = trial.service.keys[0]!.certificateChain;
    chain = pems.map((pem) => readCertificate(decodePem(pem, "CERTIFICATE")!)!);
  });
  afterEach(() => trial.stop());

  /** What our own reader says, asking only the kinds of places that are named. */
  const outcome = async (...kinds: readonly RevocationQuestion["kind"][]): Promise<string> => {
    const revocations = createRevocations({ log });
    const answers: RevocationAnswer[] = [];
    for (let round = 0; round < 3; round++) {
      const found = revocationOf(chain, answers, { time: new Date(), signedAt: undefined });
      if (found.kind !== "unknown" || found.questions.length === 0) return found.kind;
      for (const question of found.questions) {
        const bytes = kinds.includes(question.kind) ? await revocations.ask(question, options) : undefined;
        const subject = question.kind === "ocsp" ? { subject: question.subject } : {};
        const at = new Date().toISOString();
        answers.push({ kind: question.kind, url: question.url, ...subject, at, bytes: bytes ?? new Uint8Array(0) });
      }
    }
    return "unknown";
  };

  it("is named in certificates that others still take", () => {
    const [leaf, issuing] = pems.map((pem) => new X509Certificate(pem));
    assert.ok(leaf!.checkIssued(issuing!) && leaf!.verify(issuing!.publicKey));
    assert.equal(leaf!.infoAccess?.trim(), `OCSP - URI:${trial.pki.places.responder}`);
  });

  for (const [what, kinds] of [
    ["by lists and a responder", ["ocsp", "list"]],
    ["by lists alone", ["list"]],
  ] as const)
    it(`tells ${what} whether a certificate was revoked`, async () => {
      assert.equal(await outcome(...kinds), "good");
      trial.pki.revoke(pems[0]!);
      assert.equal(await outcome(...kinds), "revoked");
    });

  it("answers a responder's request over GET, and none that it does not understand", async () => {
    const [question] = (() => {
      const found = revocationOf(chain, [], { time: new Date(), signedAt: undefined });
      return found.kind === "unknown" ? found.questions.filter(({ kind }) => kind === "ocsp") : [];
    })();
    assert.ok(question?.kind === "ocsp");
    const path = encodeURIComponent(Buffer.from(question.request).toString("base64"));
    const answer = await fetch(`${trial.pki.places.responder}/${path}`);
    assert.equal(answer.headers.get("content-type"), "application/ocsp-response");
    const malformed = await fetch(trial.pki.places.responder, { method: "POST", body: "<html>" });
    assert.equal(Buffer.from(await malformed.arrayBuffer()).toString("hex"), "30030a0101");
  });

  it("leaves it open while it is down", async () => {
    trial.pki.setFault("revocation-down");
    assert.equal(await outcome("ocsp", "list"), "unknown");
  });

  it("serves nothing else", async () => {
    for (const path of ["/", "/keys", "/issuing.key"])
      assert.equal((await fetch(`${trial.pki.url}${path}`)).status, 404);
  });
});
