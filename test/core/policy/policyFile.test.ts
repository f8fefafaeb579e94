import assert from "node:assert/strict";
import { isPolicyPath, mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const policy = "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\n";

describe("mayHoldPolicy", () => {
  const cases: readonly (readonly [path: string, text: string, expected: boolean])[] = [
    ["policy/images.yaml", policy, true],
    ["a.yml", "apiVersion: config.openshift.io/v1\nkind: ImagePolicy", true],
    ["a.json", '{"apiVersion":"policy.sigstore.dev/v1beta1"}', true],
    ["README.md", policy, false],
    ["a.yaml", "apiVersion: v1\nkind: Pod", false],
    ["chart/templates/p.yaml", `${policy}{{ .Values.x }}`, false],
    ["chart/templates/p.yaml", policy, true],
  ];
  for (const [path, text, expected] of cases)
    it(`${path}: ${String(expected)}`, () => assert.equal(mayHoldPolicy(path, text), expected));
});

describe("isPolicyPath", () => {
  it("knows policies, keys and certificates by their names", () => {
    const paths = ["a.yaml", "b/c.JSON", "k.pub", "c.pem", "p.rego", "a.yaml.bak", "Dockerfile"];
    assert.deepEqual(paths.filter(isPolicyPath), ["a.yaml", "b/c.JSON", "k.pub", "c.pem", "p.rego"]);
  });
});
