import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { objectionToEntry } from "../../../src/core/signature/logEntry.ts";
import type { LogEntry, SignatureMaterial, SignedMessage } from "../../../src/core/signature/material.ts";
import { readPublicKey } from "../../../src/core/x509/publicKey.ts";
import * as sigstore from "../../helpers/sigstoreScene.ts";

const parts = sigstore.createSigstoreScene();
const kinds = [
  "hashedrekord 0.0.1",
  "hashedrekord 0.0.2",
  "rekord 0.0.1",
  "dsse 0.0.1",
  "intoto 0.0.1",
  "intoto 0.0.2",
] as const;
type Kind = (typeof kinds)[number];

function signedFor(kind: Kind, keyless = true) {
  const envelope = kind.startsWith("dsse") || kind.startsWith("intoto");
  const payload = envelope ? sigstore.statementOf() : sigstore.simpleSigningPayload();
  return { envelope, signed: sigstore.signParts(parts, { payload, envelope, keyless }) };
}

function materialOf({ envelope, signed }: ReturnType<typeof signedFor>): SignatureMaterial {
  const { signature, payload, certificate } = signed;
  const message: SignedMessage = envelope
    ? { kind: "envelope", payloadType: "application/vnd.in-toto+json", payload, whole: sigstore.envelopeOf(signed) }
    : { kind: "data", data: payload };
  return {
    signature,
    message,
    signer: certificate === undefined ? { kind: "key" } : { kind: "certificate", der: certificate },
    logEntries: [],
    timestamps: [],
    alsoDigests: [],
  };
}

function entryWith(kind: string, body: unknown): LogEntry {
  const [name = "", version = ""] = kind.split(" ");
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  return { logId: Buffer.alloc(32), logIndex: "0", kind: name, version, integratedTime: "1", body: bytes };
}

/** Entries' specifications, loose on purpose: tests break them. */
interface LooseSpec {
  readonly signature: { content?: string };
  readonly hashedRekordV002: { readonly signature: { content?: string } };
  readonly signatures: [{ signature?: string }, ...object[]];
  readonly content: { readonly envelope: { readonly signatures: [{ sig?: string }, ...object[]] } };
}

const keyOf = ({ signed }: ReturnType<typeof signedFor>) =>
  readPublicKey(signed.keys.publicKey.export({ type: "spki", format: "pem" }).toString());

describe("objectionToEntry", () => {
  for (const kind of kinds)
    describe(kind, () => {
      const made = signedFor(kind);
      const body = sigstore.entryBody(kind, made.signed);
      const message = (entry: LogEntry, material = materialOf(made)): string | undefined =>
        objectionToEntry(entry, material, undefined)?.message;

      it("is for its own signature, by a certificate or a key", () => {
        assert.equal(message(entryWith(kind, body)), undefined);
        const byKey = signedFor(kind, false);
        const entry = entryWith(kind, sigstore.entryBody(kind, byKey.signed));
        assert.equal(objectionToEntry(entry, materialOf(byKey), keyOf(byKey)), undefined);
        assert.equal(
          objectionToEntry(entry, materialOf(byKey), keyOf(made))?.message,
          "The log entry is for another key.",
        );
      });

      it("is not for another signature of the same signer over the same data", () => {
        const again = sign("sha256", made.signed.covered, made.signed.keys.privateKey);
        const second = { ...made, signed: { ...made.signed, signature: again } };
        const expected =
          kind === "intoto 0.0.1" ? "The log entry is for other data." : "The log entry is for another signature.";
        assert.equal(message(entryWith(kind, body), materialOf(second)), expected);
      });

      it("is not for a key where a certificate signed, nor the other way round", () => {
        const byKey = signedFor(kind, false);
        assert.equal(
          message(entryWith(kind, sigstore.entryBody(kind, byKey.signed))),
          "The log entry is for another certificate.",
        );
        assert.equal(message(entryWith(kind, body), materialOf(byKey)), "The log entry is for another key.");
      });

      it("is nothing where it cannot be read, or calls itself another kind", () => {
        for (const wrong of ["", "null", "[]", "{}", { ...body, kind: "other" }, { ...body, apiVersion: "0.0.9" }])
          assert.equal(
            objectionToEntry(entryWith(kind, wrong), materialOf(made), undefined)?.code,
            "log-entry-malformed",
          );
        for (const spec of [null, [], "x", {}, { signatures: [] }, { content: null }, { signature: [] }])
          assert.ok(objectionToEntry(entryWith(kind, { ...body, spec }), materialOf(made), undefined) !== undefined);
      });
    });

  const rewritten: readonly (readonly [Kind, string, (spec: LooseSpec) => void, string])[] = [
    ["hashedrekord 0.0.1", "no signature", (spec) => delete spec.signature.content, "signature"],
    ["rekord 0.0.1", "no signature", (spec) => delete spec.signature.content, "signature"],
    ["hashedrekord 0.0.2", "no signature", (spec) => delete spec.hashedRekordV002.signature.content, "signature"],
    ["dsse 0.0.1", "no signature", (spec) => delete spec.signatures[0].signature, "signature"],
    ["intoto 0.0.2", "no signature", (spec) => delete spec.content.envelope.signatures[0].sig, "signature"],
    ["dsse 0.0.1", "two signatures", ({ signatures }) => signatures.push(...signatures), "certificate"],
    [
      "intoto 0.0.2",
      "two signatures",
      ({ content: { envelope } }) => envelope.signatures.push(...envelope.signatures),
      "certificate",
    ],
  ];
  for (const [kind, what, rewrite, other] of rewritten)
    it(`refuses ${kind} with ${what}`, () => {
      const made = signedFor(kind);
      const body = JSON.parse(JSON.stringify(sigstore.entryBody(kind, made.signed)));
      rewrite(body.spec);
      const objection = objectionToEntry(entryWith(kind, body), materialOf(made), undefined);
      assert.equal(objection?.message, `The log entry is for another ${other}.`);
    });

  it("refuses the first in-toto entry where the envelope's own octets are not kept", () => {
    const made = signedFor("intoto 0.0.1");
    const message = {
      kind: "envelope",
      payloadType: "application/vnd.in-toto+json",
      payload: made.signed.payload,
    } as const;
    const entry = entryWith("intoto 0.0.1", sigstore.entryBody("intoto 0.0.1", made.signed));
    const objection = objectionToEntry(entry, { ...materialOf(made), message }, undefined);
    assert.equal(objection?.message, "The log entry is for other data.");
  });

  it("compares a digest, where no more of the data is known, with the entry's", () => {
    const made = signedFor("hashedrekord 0.0.1");
    const body = sigstore.entryBody("hashedrekord 0.0.1", made.signed);
    const digestOf = (algorithm: string): Buffer => createHash(algorithm).update(made.signed.payload).digest();
    const objection = (sha256: Buffer, algorithm = "sha256"): string | undefined => {
      const hash = { algorithm, value: digestOf("sha256").toString("hex") };
      const entry = entryWith("hashedrekord 0.0.1", { ...body, spec: { ...body.spec, data: { hash } } });
      const message = { kind: "digest", sha256 } as const;
      return objectionToEntry(entry, { ...materialOf(made), message }, undefined)?.message;
    };
    assert.equal(objection(digestOf("sha256")), undefined);
    assert.equal(objection(Buffer.alloc(32)), "The log entry is for other data.");
    assert.equal(objection(digestOf("sha256"), "sha512"), "The log entry is for other data.");
  });

  it("does not know every kind", () => {
    const made = signedFor("dsse 0.0.1");
    const entry = entryWith("helm 0.0.1", sigstore.entryBody("dsse 0.0.1", made.signed));
    assert.equal(objectionToEntry(entry, materialOf(made), undefined)?.code, "unsupported-log-entry");
  });

  for (const [algorithm, expected] of [
    ["sha256", undefined],
    ["sha384", undefined],
    ["sha512", undefined],
    ["sha1", "The log entry is for other data."],
    ["md5", "The log entry is for other data."],
    ["none", "The log entry is for other data."],
  ] as const)
    it(`takes a hash by ${algorithm}${expected === undefined ? "" : " for none"}`, () => {
      const made = signedFor("rekord 0.0.1");
      const body = sigstore.entryBody("rekord 0.0.1", made.signed);
      const value = algorithm === "none" ? "" : createHash(algorithm).update(made.signed.payload).digest("hex");
      const spec = { ...body.spec, data: { hash: { algorithm, value } } };
      const entry = entryWith("rekord 0.0.1", { ...body, spec });
      assert.equal(objectionToEntry(entry, materialOf(made), undefined)?.message, expected);
    });
});
