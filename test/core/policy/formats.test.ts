import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, pem, stranger } from "../../helpers/keyBundle.ts";
import { evidenceOf, now } from "../../helpers/signedImage.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const key = pem(acme);

/** A small policy in every format, each for one key and every image of the test's registry. */
const samples: Readonly<Record<string, string>> = {
  "sigstore.yaml": `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: p}
spec:
  images: [{glob: "registry.example/**"}]
  authorities:
    - key: {data: ${JSON.stringify(key)}}
`,
  "openshift.yaml": `apiVersion: config.openshift.io/v1
kind: ClusterImagePolicy
metadata: {name: p}
spec:
  scopes: [registry.example]
  policy:
    rootOfTrust: {policyType: PublicKey, publicKey: {keyData: ${base64(key)}}}
    signedIdentity: {matchPolicy: MatchRepository}
`,
  "policy.json": `{"default": [{"type": "reject"}], "transports": {"docker": {"registry.example": [
  {"type": "sigstoreSigned", "keyData": "${base64(key)}", "signedIdentity": {"type": "matchRepository"}}]}}}
`,
  "kyverno.yaml": `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  validationFailureAction: Enforce
  rules:
    - name: r
      match: {}
      verifyImages:
        - imageReferences: ["registry.example/*"]
          attestors:
            - entries:
                - keys: {publicKeys: ${JSON.stringify(key)}, rekor: {ignoreTlog: true}}
`,
  "ivp.yaml": `apiVersion: policies.kyverno.io/v1
kind: ImageValidatingPolicy
metadata: {name: p}
spec:
  validationActions: [Deny]
  matchImageReferences: [{glob: "registry.example/*"}]
  attestors:
    - name: a
      cosign: {key: {data: ${JSON.stringify(key)}}, ctlog: {insecureIgnoreTlog: true}}
  validations:
    - expression: images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, e > 0)
`,
  "values.yaml": `validators:
  - name: default
    type: cosign
    trustRoots: [{name: default, key: ${JSON.stringify(key)}}]
policy:
  - pattern: "registry.example/*:*"
    with: {verifyInTransparencyLog: false}
`,
  "ratify.yaml": `apiVersion: config.ratify.sh/v2alpha1
kind: Executor
metadata: {name: p}
spec:
  scopes: [registry.example]
  stores: [{type: registry-store}]
  verifiers:
    - name: v
      type: cosign
      parameters:
        trustPolicies:
          - {ignoreTLog: true, ignoreObserverTimestamps: true, keys: {inline: {keys: ${JSON.stringify(key)}}}}
  policyEnforcer: {type: threshold-policy, parameters: {policy: {rules: [{verifierName: v}]}}}
`,
};

function stateUnder(files: readonly string[], signer: typeof acme): string {
  const policy = readPolicy(files.map((path) => ({ path, text: samples[path] ?? "" })));
  return judge(evidenceOf([cosignSignature({ pair: signer })]), policy, { trustedRoots: [] }, now).state;
}

describe("policies in every format", () => {
  for (const path of Object.keys(samples))
    it(`${path}: accepts its key and nobody else's`, () => {
      assert.equal(stateUnder([path], acme), "verified");
      assert.notEqual(stateUnder([path], stranger), "verified");
    });

  it("must all accept where several cover an image, and the worst decides", () => {
    const paths = Object.keys(samples);
    assert.equal(stateUnder(paths, acme), "verified");
    const refusing = {
      path: "deny.yaml",
      text: (samples["kyverno.yaml"] ?? "").replace(JSON.stringify(key), JSON.stringify(pem(stranger))),
    };
    const policy = readPolicy([...paths.map((path) => ({ path, text: samples[path] ?? "" })), refusing]);
    const verdict = judge(evidenceOf([cosignSignature({ pair: acme })]), policy, { trustedRoots: [] }, now);
    assert.deepEqual([verdict.state, verdict.decidedBy?.policy], ["untrusted", "deny.yaml"]);
    const steps = verdict.trace.filter(({ step }) => step === "policy");
    assert.equal(steps.length, paths.length + 1);
  });

  for (const [path, text] of Object.entries(samples))
    it(`${path}: no broken copy throws, leaves its text or lets a stranger pass`, () => {
      const evidence = evidenceOf([cosignSignature({ pair: stranger })]);
      const step = Math.max(1, Math.floor(text.length / 150));
      for (let at = 0; at <= text.length; at += step)
        for (const copy of [
          text.slice(0, at),
          text.slice(0, at) + text.slice(at + 1),
          `${text.slice(0, at)}[${text.slice(at)}`,
        ]) {
          const policy = readPolicy([{ path, text: copy }]);
          for (const { span } of policy.problems)
            assert.ok(span === undefined || (span.start >= 0 && span.start <= span.end && span.end <= copy.length));
          assert.notEqual(judge(evidence, policy, { trustedRoots: [] }, now).state, "verified", copy);
        }
    });
});
