import assert from "node:assert/strict";
import {
  dialectOfRule,
  draftDialects,
  draftRule,
  type DraftDialect,
  type DraftRequest,
} from "../../../src/core/policy/draftRule.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import type { Evidence } from "../../../src/core/verdict/evidence.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import { createNotaryChain, signJws } from "../../helpers/notary.ts";
import { attach, attachBundle, evidenceOf, identity, image, issuer, now } from "../../helpers/signedImage.ts";

const sigstore = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };
const reference = "registry.example/acme/app:1";

const notary = createNotaryChain({ notBefore: new Date("2020-01-01"), notAfter: new Date("2049-01-01") });
const others = createNotaryChain({ notBefore: new Date("2020-01-01"), notAfter: new Date("2049-01-01") });
const notaryType = "application/vnd.cncf.notary.signature";
const signedBy = ({ chain, leaf }: typeof notary) =>
  attach(
    [
      {
        mediaType: "application/jose+json",
        bytes: signJws({ target: image, chain, privateKey: leaf.keys.privateKey }),
      },
    ],
    { artifactType: notaryType, subject: image },
  );
const notarySigner = {
  kind: "certificate",
  leaf: certificatePem(notary.leaf.der),
  root: certificatePem(notary.root.der),
} as const;
const key = { kind: "key", publicKey: pem(acme) } as const;
const workflow = { kind: "identity", subject: identity, issuer } as const;

/** What is signed by the signer, and the same by somebody else. */
interface Case {
  readonly signer: DraftRequest["signer"];
  readonly format: DraftRequest["format"];
  readonly logged: boolean;
  readonly own: Evidence;
  readonly theirs: Evidence;
  readonly dialects: readonly DraftDialect[];
}

const cases: readonly (readonly [string, Case])[] = [
  [
    "a key, in cosign's first format",
    {
      signer: key,
      format: "cosign",
      logged: false,
      own: evidenceOf([cosignSignature({ pair: acme })]),
      theirs: evidenceOf([cosignSignature({ pair: stranger })]),
      dialects: ["cluster-image-policy", "containers-policy", "kyverno", "openshift", "ratify", "connaisseur"],
    },
  ],
  [
    "a key with a log entry, in cosign's first format",
    {
      signer: key,
      format: "cosign",
      logged: true,
      own: evidenceOf([cosignSignature({ pair: acme, log: sigstore.transparencyLog })]),
      theirs: evidenceOf([cosignSignature({ pair: stranger, log: sigstore.transparencyLog })]),
      dialects: ["cluster-image-policy", "containers-policy", "kyverno", "openshift", "ratify", "connaisseur"],
    },
  ],
  [
    "a key, in a bundle",
    {
      signer: key,
      format: "sigstore-bundle",
      logged: false,
      own: evidenceOf([attachBundle(keyBundle(acme))]),
      theirs: evidenceOf([attachBundle(keyBundle(stranger))]),
      dialects: ["cluster-image-policy", "kyverno"],
    },
  ],
  [
    "an identity, in a bundle",
    {
      signer: workflow,
      format: "sigstore-bundle",
      logged: true,
      own: evidenceOf([attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore))))]),
      theirs: evidenceOf([
        attachBundle(
          Buffer.from(JSON.stringify(keylessBundle(sigstore, { certificate: { identity: `${identity}-evil` } }))),
        ),
      ]),
      dialects: ["cluster-image-policy", "kyverno"],
    },
  ],
  [
    "an identity, in cosign's first format",
    {
      signer: workflow,
      format: "cosign",
      logged: true,
      own: evidenceOf([cosignSignature({ keyless: { sigstore } })]),
      theirs: evidenceOf([cosignSignature({ pair: stranger })]),
      dialects: ["cluster-image-policy", "kyverno", "ratify", "connaisseur"],
    },
  ],
  [
    "a certificate of the Notary Project",
    {
      signer: notarySigner,
      format: "notation-jws",
      logged: false,
      own: evidenceOf([signedBy(notary)]),
      theirs: evidenceOf([signedBy(others)]),
      dialects: ["notary-trust-policy"],
    },
  ],
];

describe("draftRule", () => {
  for (const [what, { dialects, own, theirs, ...request }] of cases)
    for (const dialect of draftDialects) {
      const drafted = draftRule(dialect, { reference, ...request });
      if (!dialects.includes(dialect)) {
        it(`${dialect}, ${what}: says why there is none`, () => {
          assert.equal(drafted.kind, "none");
          assert.match(drafted.kind === "none" ? drafted.why : "", /^[A-Z].+\.$/u);
        });
        continue;
      }
      it(`${dialect}, ${what}: accepts exactly that signer for exactly that repository`, () => {
        assert.equal(drafted.kind, "draft", drafted.kind === "none" ? drafted.why : "");
        if (drafted.kind !== "draft") return;
        const policy = readPolicy(drafted.draft.files);
        const stateOf = (evidence: Evidence, of = reference): string =>
          judge({ ...evidence, reference: of }, policy, material, now).state;
        const verdict = judge(own, policy, material, now);
        assert.equal(verdict.state, "verified", verdict.reason.message);
        assert.equal(stateOf(own, "registry.example/acme/app:2"), "verified");
        assert.notEqual(stateOf(theirs), "verified");
        for (const elsewhere of ["registry.example/acme/app2:1", "registry.example/acme:1", "other.example/acme/app:1"])
          assert.notEqual(stateOf(own, elsewhere), "verified", elsewhere);
        assert.ok(drafted.draft.meaning.every((sentence) => /^[A-Z].+\.$/u.test(sentence)));
        assert.match(drafted.draft.meaning[0] ?? "", /every image of registry\.example\/acme\/app:/u);
      });
    }

  it("names the format that a rule was read from, so that drafts are in the organisation's own", () => {
    for (const [, { dialects, own: _own, theirs: _theirs, ...request }] of cases)
      for (const dialect of dialects) {
        const drafted = draftRule(dialect, { reference, ...request });
        const rules = drafted.kind === "draft" ? readPolicy(drafted.draft.files).rules : [];
        assert.equal(dialectOfRule(rules[0]), dialect);
      }
    assert.equal(dialectOfRule(undefined), "cluster-image-policy");
  });

  it("says what a format cannot say more narrowly", () => {
    const request = { reference, signer: key, format: "cosign", logged: false } as const;
    const meaning = (dialect: DraftDialect) => {
      const drafted = draftRule(dialect, request);
      return drafted.kind === "draft" ? drafted.draft.meaning.join(" ") : drafted.why;
    };
    assert.match(meaning("openshift"), /goes on below this one/u);
    assert.match(meaning("containers-policy"), /goes on below this one/u);
    assert.match(meaning("kyverno"), /No transparency log is asked for/u);
  });

  it("lets nothing in a signer's name become a part of the policy", () => {
    const subject = 'x"\n  - static: {action: pass}\n#';
    for (const dialect of ["cluster-image-policy", "kyverno", "ratify", "connaisseur"] as const) {
      const signer = { kind: "identity", subject, issuer } as const;
      const drafted = draftRule(dialect, { reference, signer, format: "cosign", logged: true });
      if (drafted.kind === "none") continue;
      const { rules } = readPolicy(drafted.draft.files);
      // Connaisseur refuses what no pattern fits.
      const authorities = rules.flatMap((rule) =>
        rule.authorities.filter((each) => each.kind !== "static" || each.action === "pass"),
      );
      assert.deepEqual(
        authorities.map((each) => each.kind),
        ["keyless"],
        dialect,
      );
      assert.deepEqual(
        authorities.flatMap((each) => (each.kind === "keyless" ? each.identities.map((who) => who.subject) : [])),
        [subject],
      );
    }
  });

  it("is none for what is no reference or no key", () => {
    const request = { reference, signer: key, format: "cosign", logged: false } as const;
    assert.equal(draftRule("kyverno", { ...request, reference: "NO" }).kind, "none");
    assert.equal(draftRule("kyverno", { ...request, signer: { kind: "key", publicKey: "no" } }).kind, "none");
  });
});
