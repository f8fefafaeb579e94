import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";
import { mayHoldPolicy } from "../../../src/core/policy/policyFile.ts";

const signed = { type: "sigstoreSigned", keyData: Buffer.from(pem(acme)).toString("base64") };
const policy = (docker: object): string => JSON.stringify({ default: [{ type: "reject" }], transports: { docker } });

function codes(docker: object, ...registries: readonly string[]): readonly string[] {
  const files = registries.map((text, index) => ({ path: `etc/containers/registries.d/${index}.yaml`, text }));
  for (const { path, text } of files) assert.ok(mayHoldPolicy(path, text));
  const { problems } = readPolicy([{ path: "etc/containers/policy.json", text: policy(docker) }, ...files]);
  return problems.map(({ code }) => code);
}

describe("describeLookups", () => {
  const on = "use-sigstore-attachments: true";
  const off = "use-sigstore-attachments: false";
  const scope = { "ghcr.io/acme/app": [signed] };
  const missing = ["signatures-not-looked-for"];
  const cases: readonly (readonly [string, object, readonly string[], readonly string[]])[] = [
    ["the scope itself", scope, [`docker:\n  ghcr.io/acme/app:\n    ${on}\n`], []],
    ["a path above", scope, [`docker:\n  ghcr.io/acme:\n    ${on}\n`], []],
    ["the host", scope, [`docker:\n  ghcr.io:\n    ${on}\n`], []],
    ["the default", scope, [`default-docker:\n  ${on}\ndocker: {}\n`], []],
    ["another file", scope, ["docker: {}\n", `docker:\n  ghcr.io:\n    ${on}\n`], []],
    ["another path", scope, [`docker:\n  ghcr.io/ac:\n    ${on}\n`], missing],
    ["nothing", scope, ["docker: {}\n"], missing],
    [
      "the most specific entry alone",
      scope,
      [`docker:\n  ghcr.io:\n    ${on}\n  ghcr.io/acme:\n    ${off}\n`],
      missing,
    ],
    ["a scope with a tag", { "ghcr.io/acme/app:1": [signed] }, [`docker:\n  ghcr.io/acme/app:\n    ${on}\n`], []],
    ["a host with a port", { "ghcr.io:5000/app": [signed] }, [`docker:\n  ghcr.io:5000:\n    ${on}\n`], []],
    ["no signatures asked for", { "ghcr.io/acme/app": [{ type: "reject" }] }, ["docker: {}\n"], []],
    ["no files of that kind", scope, [], []],
  ];
  for (const [what, docker, registries, expected] of cases)
    it(`${what}: ${expected.length === 0 ? "nothing to say" : expected.join()}`, () =>
      assert.deepEqual(codes(docker, ...registries), expected));
});

describe("Docker's build policies", () => {
  it("are recognised, and said not to be evaluated", () => {
    const file = { path: "app/Dockerfile.rego", text: "package docker\n\ndefault allow := false\n" };
    assert.ok(mayHoldPolicy(file.path, file.text));
    assert.ok(!mayHoldPolicy("x.rego", "package kubernetes\n"));
    const { rules, problems } = readPolicy([file]);
    assert.deepEqual([rules, problems.map(({ code }) => code)], [[], ["policy-not-evaluated"]]);
  });
});
