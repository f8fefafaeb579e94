import assert from "node:assert/strict";
import { draftClusterImagePolicy } from "../../../src/core/policy/draftPolicy.ts";
import { matchesGlob } from "../../../src/core/policy/glob.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import type { Signer, Verdict } from "../../../src/core/verdict/verdict.ts";

function signedBy(reference: string, signer: Signer, valid = true): Verdict {
  const signature = {
    format: "sigstore-bundle",
    manifest: "sha256:0",
    purpose: "signature",
    valid,
    trusted: false,
    signer,
    reasons: [],
  } as const;
  const reason = { code: "no-policy", message: "No policy covers it." };
  return { state: "untrusted", reason, reference, signatures: [signature], enforced: false, trace: [] };
}

const workflow: Signer = {
  kind: "certificate",
  identity: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
  issuer: "https://token.actions.githubusercontent.com",
};

describe("a policy from today's signers", () => {
  it("accepts exactly the identities that signed, and only warns", () => {
    const text = draftClusterImagePolicy([
      signedBy("ghcr.io/acme/app:1", workflow),
      signedBy("ghcr.io/acme/app:2", workflow),
    ]);
    const { rules, problems } = readPolicy([{ path: "policy.yaml", text }]);
    assert.deepEqual(problems, []);
    assert.equal(rules.length, 1);
    const [rule] = rules;
    assert.equal(rule?.mode, "warn");
    assert.deepEqual(rule?.notUnderstood, []);
    const [authority] = rule?.authorities ?? [];
    assert.ok(authority?.kind === "keyless");
    assert.equal(authority.identities[0]?.subject, workflow.identity);
    assert.equal(authority.identities[0]?.subjectRegExp, undefined);
  });

  it("covers the repository's tags and digests, and no other repository", () => {
    const text = draftClusterImagePolicy([signedBy("ghcr.io/acme/app:1", workflow)]);
    const globs = readPolicy([{ path: "policy.yaml", text }]).rules.flatMap((rule) => rule.globs);
    const covers = (reference: string): boolean => globs.some(({ glob }) => matchesGlob(glob, reference));
    assert.ok(covers("ghcr.io/acme/app:2"));
    assert.ok(covers(`ghcr.io/acme/app@sha256:${"0".repeat(64)}`));
    assert.ok(!covers("ghcr.io/acme/app-other:1"));
  });

  it("keeps a forged subject inside its string", () => {
    const subject = 'x"\n  mode: enforce\n  authorities:\n    - static: { action: pass }';
    const text = draftClusterImagePolicy([signedBy("ghcr.io/acme/app:1", { ...workflow, identity: subject })]);
    const { rules } = readPolicy([{ path: "policy.yaml", text }]);
    const [authority] = rules[0]?.authorities ?? [];
    assert.ok(authority?.kind === "keyless");
    assert.equal(authority.identities[0]?.subject, subject);
  });

  it("suggests nobody whose signature is not valid", () => {
    assert.doesNotMatch(draftClusterImagePolicy([signedBy("evil.example/app:1", workflow, false)]), /evil\.example/u);
  });

  it("suggests nobody who signs with the Notary Project's tools, which such a policy does not know", () => {
    const verdict = signedBy("ghcr.io/acme/app:1", { kind: "certificate", identity: "CN=release, O=Acme" });
    const notary = verdict.signatures.map((signature) => ({ ...signature, format: "notation-jws" as const }));
    assert.ok(!draftClusterImagePolicy([{ ...verdict, signatures: notary }]).includes("SHA-256 fingerprint"));
    assert.ok(draftClusterImagePolicy([verdict]).includes("SHA-256 fingerprint"));
  });

  it("gives an example where nothing is signed yet", () => {
    const { rules, problems } = readPolicy([{ path: "policy.yaml", text: draftClusterImagePolicy([]) }]);
    assert.equal(rules.length, 1);
    assert.deepEqual(problems, []);
  });
});
