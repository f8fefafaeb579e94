import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";

const good = `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: good}
spec:
  images: [{glob: "ghcr.io/acme/**"}]
  authorities: [{static: {action: pass}}]
`;

function codes(text: string): readonly string[] {
  return readPolicy([{ path: "p.yaml", text }]).problems.map(({ code }) => code);
}

describe("readPolicy", () => {
  it("reads the policies of all files and documents in order", () => {
    const other = good.replace("good", "other");
    const list = `{apiVersion: v1, kind: List, items: [${JSON.stringify({
      apiVersion: "policy.sigstore.dev/v1alpha1",
      kind: "ClusterImagePolicy",
      metadata: { name: "listed" },
      spec: { images: [{ glob: "a" }], authorities: [{ static: { action: "fail" } }] },
    })}]}\n`;
    const { rules, problems } = readPolicy([
      { path: "a.yaml", text: `# nothing\n---\n${good}---\nkind: ConfigMap\n---\n${other}` },
      { path: "b.yaml", text: `\ufeff${list}` },
    ]);
    assert.deepEqual(
      rules.map(({ name, source }) => [name, source.file, source.line]),
      [
        ["good", "a.yaml", 3],
        ["other", "a.yaml", 12],
        ["listed", "b.yaml", 1],
      ],
    );
    assert.deepEqual(problems, []);
  });

  for (const [what, text] of [
    ["breaks off at once", "{ policy.sigstore.dev"],
    ["says what it is at the wrong depth", "apiVersion: policy.sigstore.dev/v1beta1\n  kind: ClusterImagePolicy\n"],
    ["is broken after something else", `a: 'b\n---\n${good}`],
    ["is a Kyverno policy that breaks off", "apiVersion: kyverno.io/v1\nkind: [ClusterPolicy\nverifyImages"],
  ] as const)
    it(`covers every image by a file that ${what}, so that none passes for it`, () => {
      const { rules } = readPolicy([{ path: "p.yaml", text }]);
      const unread = rules.find(({ name }) => name === "unread");
      assert.deepEqual(
        unread?.globs.map(({ glob }) => glob),
        ["**"],
      );
      assert.match(unread.notUnderstood[0]?.what ?? "", /^The file cannot be read\. This is not valid YAML/);
    });

  it("leaves broken files alone that speak of no policy", () => {
    assert.deepEqual(readPolicy([{ path: "p.yaml", text: "a: 'b\nkind: [Pod" }]).rules, []);
  });

  it("gives no rule for other resources", () => {
    const { rules, problems } = readPolicy([{ path: "p.yaml", text: "apiVersion: v1\nkind: Pod\nspec: {}\n" }]);
    assert.deepEqual([rules, problems], [[], []]);
  });

  it("tells OpenShift's policy of the same kind by its group", () => {
    const text = `apiVersion: config.openshift.io/v1
kind: ClusterImagePolicy
metadata: {name: shift}
spec:
  scopes: [quay.io/acme, "*.example.com"]
  policy: {rootOfTrust: {policyType: PublicKey}}
`;
    const { rules, problems } = readPolicy([{ path: "p.yaml", text }]);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["policy-invalid"],
    );
    const [rule] = rules;
    assert.equal(rule?.notUnderstood.length, 1);
    assert.deepEqual(rule?.coverage, { kind: "scopes", set: "config.openshift.io" });
    assert.deepEqual(
      rule?.globs.map(({ glob }) => glob),
      ["quay.io/acme", "*.example.com"],
    );
  });

  const unsupported = [
    "apiVersion: config.ratify.deislabs.io/v1beta1\nkind: Verifier\n",
    "apiVersion: config.ratify.deislabs.io/v1beta1\nkind: Policy\n",
    "apiVersion: policy.sigstore.dev/v1alpha1\nkind: TrustRoot\nspec: {remote: {mirror: https://x}}\n",
    "apiVersion: policy.sigstore.dev/v1alpha1\nkind: TrustRoot\nspec: {repository: {root: e30=}}\n",
    "apiVersion: example.org/v1\nkind: ClusterImagePolicy\n",
  ];
  for (const text of unsupported)
    it(`says that ${text.split("\n").join(" ")}is not applied`, () =>
      assert.deepEqual(codes(text), ["policy-not-supported"]));

  it("does not know versions that it does not know", () => {
    const [rule] = readPolicy([{ path: "p.yaml", text: good.replace("v1beta1", "v2") }]).rules;
    assert.equal(rule?.notUnderstood.length, 1);
  });

  const broken: readonly (readonly [name: string, text: string])[] = [
    ["is no valid YAML", `${good}  x: ]\n`],
    ["has a duplicate key", good.replace("spec:", "spec:\n  mode: enforce\n  mode: warn")],
    ["has an alias to nowhere", good.replace("metadata: {name: good}", "metadata: *nowhere")],
  ];
  for (const [name, text] of broken)
    it(`does not understand a policy that ${name}`, () => {
      const { rules } = readPolicy([{ path: "p.yaml", text }]);
      assert.equal(rules.length, 1);
      assert.ok((rules[0]?.notUnderstood.length ?? 0) > 0);
    });

  it("covers everything by a file that it cannot read, and says which", () => {
    const unread = (path: string, text: string) => {
      const { rules } = readPolicy([{ path, text }]);
      const source = { file: path, line: 1 };
      const [rule, ...more] = rules;
      const what = rule?.notUnderstood[0]?.what ?? "";
      const globs = [{ glob: "**", source }];
      const notUnderstood = [{ what, source }];
      assert.deepEqual(rule, { name: "unread", source, mode: "enforce", globs, authorities: [], notUnderstood });
      assert.equal(more.length, 0);
      return what;
    };
    const deep = "[".repeat(500) + "]".repeat(500);
    const tooMuch = "The file is too large or nested too deep to be read.";
    const yaml = `apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nspec: ${deep}\n`;
    assert.equal(unread("p.yaml", yaml), tooMuch);
    assert.ok(unread("policy.json", `{"default": [{"type": "reject", "x": ${deep}}]}`).length > 20);
    assert.ok(unread("trustpolicy.json", `{"version": "1.0", "trustPolicies": [${deep}]}`).length > 20);
  });

  it("reads policies in lists within lists, however many", () => {
    const policy = {
      apiVersion: "policy.sigstore.dev/v1beta1",
      kind: "ClusterImagePolicy",
      metadata: { name: "p" },
      spec: { images: [{ glob: "**" }], authorities: [{ static: { action: "fail" } }] },
    };
    const nested = (depth: number): object =>
      depth === 0 ? policy : { apiVersion: "v1", kind: "List", items: [nested(depth - 1)] };
    for (const depth of [0, 1, 5, 6, 7, 12, 40]) {
      const { rules } = readPolicy([{ path: "p.yaml", text: JSON.stringify(nested(depth)) }]);
      assert.ok(rules.length === 1 && ["p", "unread"].includes(rules[0]?.name ?? ""), `${depth}`);
    }
  });

  it("lets nothing pass by a file that is too large or too deep", () => {
    for (const text of [`# policy.sigstore.dev\n${"[".repeat(1_000_000)}`, `# x\n${"# comment\n".repeat(500_000)}`]) {
      const { rules } = readPolicy([{ path: "p.yaml", text }]);
      assert.deepEqual(
        rules.map(({ globs, notUnderstood }) => [globs[0]?.glob, notUnderstood.length]),
        [["**", 1]],
      );
    }
  });

  it("never throws, on prefixes and mutations, and keeps its spans inside", () => {
    for (let end = 0; end < good.length; end++) {
      for (const insert of ["", "{", "\t", "*x", "'"]) {
        const text = good.slice(0, end) + insert + (insert === "" ? "" : good.slice(end));
        for (const { span } of readPolicy([{ path: "p.yaml", text }]).problems)
          assert.ok(span === undefined || (span.start >= 0 && span.start <= span.end && span.end <= text.length));
      }
    }
  });
});
