import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import { attachBundle, evidenceOf, identity, image, issuer, now } from "../../helpers/signedImage.ts";
import { mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const sigstore = createTrialSigstore({ now });
const other = createTrialSigstore({ now });
const material = { trustedRoots: [{ name: "ours", text: sigstore.trustedRoot, source: "trial" }], defaultRoot: "ours" };
const pemOf = (key: typeof sigstore.transparencyLog.publicKey): string =>
  key.export({ type: "spki", format: "pem" }).toString();

const rekor = { ignoreTlog: true };
const key = { keys: { publicKeys: pem(acme), rekor } };
const second = { keys: { publicKeys: pem(stranger), rekor } };
const keyless = { keyless: { issuer, subject: identity } };

type Attached = ReturnType<typeof cosignSignature>;
const images = { imageReferences: ["registry.example/*"] };

function policyWith(entries: readonly unknown[], spec: object = {}): string {
  return JSON.stringify({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "check" },
    spec: {
      validationFailureAction: "Enforce",
      rules: [{ name: "images", match: { any: [] }, verifyImages: entries }],
      ...spec,
    },
  });
}

function verdictWith(text: string, attached: readonly Attached[]): Verdict {
  assert.ok(mayHoldPolicy("p.yaml", text));
  return judge(evidenceOf(attached), readPolicy([{ path: "p.yaml", text }]), material, now);
}

const set = (entries: readonly unknown[], count?: number): object => ({
  entries,
  ...(count === undefined ? {} : { count }),
});
const by = (...sets: readonly object[]): object => ({ ...images, attestors: sets });

describe("readKyvernoPolicy", () => {
  const own = cosignSignature({ pair: acme });
  const strangers = cosignSignature({ pair: stranger });
  const logged = cosignSignature({ pair: acme, log: sigstore.transparencyLog });
  const elsewhere = cosignSignature({ pair: acme, log: other.transparencyLog });
  const workflow = cosignSignature({ keyless: { sigstore } });
  const bundled = attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore))));
  const statement = Buffer.from(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: image.digest.slice(7) } }],
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: {},
    }),
  );
  const attested = attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore, { payload: statement }))));
  const chain = other.authority.chain.map((der) => certificatePem(der)).join("");
  const roots = { roots: chain, rekor: { url: "https://x", pubkey: pemOf(other.transparencyLog.publicKey) } };
  const cases: readonly (readonly [string, object, readonly Attached[], Verdict["state"]])[] = [
    ["a key, and its signature", by(set([key])), [own], "verified"],
    ["a key, and another's", by(set([key])), [strangers], "invalid"],
    ["a key, and nothing", by(set([key])), [], "unsigned"],
    ["a key, and a bundle, which this type does not see", by(set([key])), [attachBundle(keyBundle(acme))], "untrusted"],
    ["bundles by a key", { ...by(set([key])), type: "SigstoreBundle" }, [attachBundle(keyBundle(acme))], "verified"],
    ["a key without 'rekor' needs the log", by(set([{ keys: { publicKeys: pem(acme) } }])), [own], "untrusted"],
    ["a key without 'rekor', logged", by(set([{ keys: { publicKeys: pem(acme) } }])), [logged], "verified"],
    ["a key, logged in another log", by(set([{ keys: { publicKeys: pem(acme) } }])), [elsewhere], "untrusted"],
    [
      "a key, logged in the log that is named",
      by(
        set([
          {
            keys: {
              publicKeys: pem(acme),
              rekor: { url: "https://x", pubkey: pemOf(other.transparencyLog.publicKey) },
            },
          },
        ]),
      ),
      [elsewhere],
      "verified",
    ],
    ["two entries without count: both", by(set([key, second])), [own], "untrusted"],
    ["two entries without count, both there", by(set([key, second])), [own, strangers], "verified"],
    ["one of two", by(set([key, second], 1)), [strangers], "verified"],
    [
      "two keys in one entry: both",
      by(set([{ keys: { publicKeys: pem(acme) + pem(stranger), rekor } }])),
      [own],
      "untrusted",
    ],
    [
      "two keys in one entry, one counts",
      by(set([{ keys: { publicKeys: pem(acme) + pem(stranger), rekor } }], 1)),
      [own],
      "verified",
    ],
    ["two sets: both", by(set([key]), set([second])), [own], "untrusted"],
    ["two sets, both there", by(set([key]), set([second])), [own, strangers], "verified"],
    ["an identity", by(set([keyless])), [workflow], "verified"],
    ["an identity, and a bundle, which this type does not see", by(set([keyless])), [bundled], "untrusted"],
    ["an identity in bundles", { ...by(set([keyless])), type: "SigstoreBundle" }, [bundled], "verified"],
    [
      "another identity",
      by(set([{ keyless: { issuer, subject: "https://github.com/acme/other" } }])),
      [workflow],
      "untrusted",
    ],
    [
      "an identity with wildcards",
      by(set([{ keyless: { issuer: "https://token.*", subject: "https://github.com/acme/*" } }])),
      [workflow],
      "verified",
    ],
    [
      "wildcards are for the whole",
      by(set([{ keyless: { issuer, subject: "github.com/acme/*" } }])),
      [workflow],
      "untrusted",
    ],
    [
      "dots are no wildcards",
      by(set([{ keyless: { issuer: issuer.replace(".", "*"), subject: "https://github?com/acmeXapp*" } }])),
      [workflow],
      "untrusted",
    ],
    [
      "bundles take wildcards for themselves",
      { ...by(set([{ keyless: { issuer, subject: "https://github.com/acme/*" } }])), type: "SigstoreBundle" },
      [bundled],
      "untrusted",
    ],
    [
      "an identity by pattern",
      by(set([{ keyless: { issuerRegExp: "^https://token.*$", subjectRegExp: "^https://github.com/acme/.*$" } }])),
      [workflow],
      "verified",
    ],
    ["any subject of an issuer", by(set([{ keyless: { issuer } }])), [workflow], "verified"],
    ["any subject of another issuer", by(set([{ keyless: { issuer: "https://x.example" } }])), [workflow], "untrusted"],
    [
      "authorities and logs of its own",
      by(set([{ keyless: { issuer, subject: identity, ...roots, ctlog: { ignoreSCT: true } } }])),
      [cosignSignature({ keyless: { sigstore: other } })],
      "verified",
    ],
    [
      "authorities of its own, signed by others",
      by(
        set([
          {
            keyless: { issuer, subject: identity, ...roots, ctlog: { pubkey: pemOf(other.certificateLog.publicKey) } },
          },
        ]),
      ),
      [workflow],
      "untrusted",
    ],
    [
      "an attestation",
      {
        ...images,
        type: "SigstoreBundle",
        attestations: [{ type: "https://slsa.dev/provenance/v1", attestors: [set([keyless])] }],
      },
      [attested],
      "verified",
    ],
    [
      "an attestation of another type",
      {
        ...images,
        type: "SigstoreBundle",
        attestations: [{ type: "https://spdx.dev/Document", attestors: [set([keyless])] }],
      },
      [attested],
      "unsigned",
    ],
    ["the old field for a key, logged", { ...images, key: pem(acme) }, [logged], "verified"],
    ["the old field for a key, not logged", { ...images, key: pem(acme) }, [own], "untrusted"],
    [
      "the old fields for an identity",
      { ...images, issuer, subject: "https://github.com/acme/*" },
      [workflow],
      "verified",
    ],
    [
      "the old fields for another identity",
      { ...images, issuer, subject: "https://github.com/x/*" },
      [workflow],
      "untrusted",
    ],
    ["the old field for images", { image: "registry.example/*", key: pem(acme) }, [logged], "verified"],
    ["digests, and named by tag", { ...by(set([key])), mutateDigest: false, verifyDigest: true }, [own], "untrusted"],
    ["digests or what makes them", { ...by(set([key])), mutateDigest: true, verifyDigest: true }, [own], "verified"],
    ["no digests", { ...by(set([key])), mutateDigest: false, verifyDigest: false }, [own], "verified"],
  ];
  for (const [what, entry, attached, state] of cases)
    it(`${what}: ${state}`, () => {
      const verdict = verdictWith(policyWith([entry]), attached);
      assert.equal(verdict.state, state, verdict.reason.message);
    });

  it("covers no image that it skips or does not name", () => {
    for (const more of [{ skipImageReferences: ["*/acme/*"] }, { imageReferences: ["ghcr.io/*"] }])
      assert.equal(verdictWith(policyWith([{ ...by(set([second])), ...more }]), [own]).decidedBy, undefined);
  });

  const obscure: readonly (readonly [string, object])[] = [
    ["an unknown field", { ...by(set([key])), unless: 1 }],
    ["an unknown field of a set", by({ ...set([key]), x: 1 })],
    ["an unknown field of an entry", by(set([{ ...key, x: 1 }]))],
    ["an unknown field of keys", by(set([{ keys: { ...key.keys, x: 1 } }]))],
    ["an unknown field of an identity", by(set([{ keyless: { ...keyless.keyless, x: 1 } }]))],
    ["an unknown field of a log", by(set([{ keys: { ...key.keys, rekor: { ...rekor, x: 1 } } }]))],
    ["old fields beside new ones", { ...by(set([key])), key: pem(acme) }],
    ["two kinds of old fields", { ...images, key: pem(acme), issuer }],
    ["a subject without issuer in old fields", { ...images, subject: identity }],
    ["authorities in old fields", { ...images, issuer, subject: identity, roots: "x" }],
    ["no images", { attestors: [set([key])] }],
    ["an unknown type", { ...by(set([key])), type: "PGP" }],
    ["an unknown action", { ...by(set([key])), failureAction: "Shout" }],
    ["conditions", { ...by(set([key])), validate: { deny: {} } }],
    ["two kinds of entry", by(set([{ ...key, ...keyless }]))],
    ["a count of too many", by(set([key], 2))],
    ["no entries", by(set([]))],
    ["a key in the cluster", by(set([{ keys: { secret: { name: "x" } } }]))],
    ["a key that is a variable", by(set([{ keys: { publicKeys: "{{ keys.data.x }}", rekor } }]))],
    ["a key that is none", by(set([{ keys: { publicKeys: "x", rekor } }]))],
    ["annotations", { ...by(set([key])), annotations: { a: "b" } }],
    ["annotations of an entry", by(set([{ ...key, annotations: { a: "b" } }]))],
    ["another repository", { ...by(set([key])), repository: "ghcr.io/signatures" }],
    ["certificates", by(set([{ certificates: { cert: "x" } }]))],
    ["nested attestors", by(set([{ attestor: set([key]) }]))],
    ["no log for certificates", by(set([{ keyless: { ...keyless.keyless, rekor } }]))],
    [
      "authorities of its own beside the public certificate log",
      by(set([{ keyless: { ...keyless.keyless, ...roots } }])),
    ],
    [
      "a certificate log of its own beside the public authorities",
      by(set([{ keyless: { ...keyless.keyless, ctlog: { pubkey: pem(acme) } } }])),
    ],
    ["extensions", by(set([{ keyless: { ...keyless.keyless, additionalExtensions: { a: "b" } } }]))],
    ["Notary certificates that are none", { ...by(set([{ certificates: { cert: "x" } }])), type: "Notary" }],
    ["Notary signatures by keys", { ...by(set([key])), type: "Notary" }],
    [
      "conditions over attestations",
      { ...images, attestations: [{ type: "x", attestors: [set([key])], conditions: [] }] },
    ],
    ["attestations by nobody in particular", { ...images, attestations: [{ type: "x" }] }],
  ];
  for (const [what, entry] of obscure)
    it(`is not understood for ${what}`, () => {
      const verdict = verdictWith(policyWith([entry]), [own]);
      assert.deepEqual(
        [verdict.state, verdict.reason.code],
        ["unknown", "policy-not-understood"],
        verdict.reason.message,
      );
    });

  it("does not read more rules than a policy may have", () => {
    const rules = Array.from({ length: 201 }, (_, index) => ({ name: `r${index}`, verifyImages: [by(set([key]))] }));
    const read = (count: number) =>
      readPolicy([{ path: "p.yaml", text: policyWith([], { rules: rules.slice(0, count) }) }]).rules;
    assert.ok(read(200).every(({ notUnderstood }) => notUnderstood.length === 0));
    assert.ok(read(201).every(({ notUnderstood }) => notUnderstood.length > 0));
  });

  const modes: readonly (readonly [object, object, boolean])[] = [
    [{ validationFailureAction: "Enforce" }, {}, true],
    [{ validationFailureAction: "enforce" }, {}, true],
    [{ validationFailureAction: "Audit" }, {}, false],
    [{ validationFailureAction: undefined }, {}, false],
    [{ validationFailureAction: "Audit" }, { failureAction: "Enforce" }, true],
    [{ validationFailureAction: "Enforce" }, { failureAction: "Audit" }, false],
  ];
  for (const [spec, more, enforced] of modes)
    it(`${JSON.stringify({ ...spec, ...more })}: ${enforced ? "enforces" : "warns"}`, () => {
      const text = policyWith([{ ...by(set([second])), ...more }], spec);
      assert.equal(verdictWith(text, [own]).enforced, enforced);
    });

  it("leaves rules about other things alone", () => {
    const text = policyWith([], { rules: [{ name: "labels", validate: { pattern: {} } }] });
    assert.deepEqual(readPolicy([{ path: "p.yaml", text }]), { rules: [], problems: [] });
    assert.ok(!mayHoldPolicy("p.yaml", text));
  });
});
