import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";

const path = "p.yaml";

/** Reads a policy whose one authority is given as YAML, and tells what is wrong with it. */
function problemsOf(authority: string) {
  const text = `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: p}
spec:
  images: [{glob: "**"}]
  authorities:
  - ${authority}
`;
  const { rules, problems } = readPolicy([{ path, text }]);
  return { problems, notUnderstood: rules[0]?.notUnderstood ?? [], text };
}

const key = JSON.stringify({ data: pem(acme) });

describe("notes of a policy", () => {
  it("refuse a field that is not known, with its place", () => {
    const { problems, notUnderstood, text } = problemsOf(`{key: ${key}, unless: 1}`);
    const message = "'unless' is not a known field of 'authorities'; the policy is not understood.";
    const [problem, ...more] = problems;
    assert.deepEqual(
      [problem?.code, problem?.message, problem?.file, more.length],
      ["policy-unknown-field", message, path, 0],
    );
    assert.equal(text.slice(problem?.span?.start, problem?.span?.end), "unless");
    assert.deepEqual(notUnderstood, [{ what: message, source: { file: path, line: 7 } }]);
  });

  it("refuse what should be a mapping and is none", () => {
    const { problems, notUnderstood } = problemsOf(`{key: ${key}, ctlog: x}`);
    const message = "'ctlog' must be a mapping; the policy is not understood.";
    assert.deepEqual(
      problems.map((each) => [each.code, each.message]),
      [["policy-invalid", message]],
    );
    assert.deepEqual(
      notUnderstood.map(({ what }) => what),
      [message],
    );
  });

  it("say what changes nothing without refusing it", () => {
    const { problems, notUnderstood, text } = problemsOf("{keyless: {identities: [{issuer: x, subjectRegExp: y}]}}");
    const [problem] = problems;
    assert.deepEqual([problem?.code, problem?.file, notUnderstood], ["identity-pattern-not-anchored", path, []]);
    assert.ok((problem?.message ?? "").length > 20 && text.slice(problem?.span?.start).startsWith("y"));
  });
});
