import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { configurationPath, parseConfiguration } from "../../../src/core/policy/configuration.ts";
import type { Configuration } from "../../../src/core/policy/configuration.ts";

function codes(text: string): readonly string[] {
  return parseConfiguration(text, configurationPath).problems.map(({ code }) => code);
}

const suppression = 'rule: r, reason: because, owner: jane, expires: "2027-01-31"';

describe("parseConfiguration", () => {
  it("reads all that it knows", () => {
    const text = `\ufeffversion: 1
policies: [policy/images.yaml, "policies/**/*.yaml"]
trustedRoots:
- {name: ours, file: trust/root.json, default: true}
- {name: other, file: trust/other.json}
services:
- name: release
  type: trial
  url: https://sign.example.com/v1
  options: {project: app}
- {name: local, type: trial, url: "http://127.0.0.1:8080"}
suppressions:
- {rule: unsigned-image, files: [legacy/**], images: [docker.io/library/node], reason: moving, owner: jane@example.com, expires: 2027-01-31}
`;
    const expected: Configuration = {
      policies: ["policy/images.yaml", "policies/**/*.yaml"],
      trustedRoots: [
        { name: "ours", file: "trust/root.json", isDefault: true },
        { name: "other", file: "trust/other.json", isDefault: false },
      ],
      services: [
        { name: "release", type: "trial", url: "https://sign.example.com/v1", options: { project: "app" } },
        { name: "local", type: "trial", url: "http://127.0.0.1:8080", options: {} },
      ],
      suppressions: [
        {
          rule: "unsigned-image",
          files: ["legacy/**"],
          images: ["docker.io/library/node"],
          reason: "moving",
          owner: "jane@example.com",
          expires: "2027-01-31",
        },
      ],
    };
    assert.deepEqual(parseConfiguration(text, configurationPath), { value: expected, problems: [] });
  });

  it("tells absent policies, which are looked for, from none", () => {
    assert.equal(parseConfiguration("version: 1", configurationPath).value?.policies, undefined);
    assert.deepEqual(parseConfiguration("version: 1\npolicies: []", configurationPath).value?.policies, []);
  });

  const valueless: readonly (readonly [text: string, code: string])[] = [
    ["", "configuration-invalid"],
    ["policies: []", "configuration-invalid"],
    ["version: 2", "configuration-invalid"],
    ["- version: 1", "configuration-invalid"],
    ["version: 1\nversion: 1", "yaml-duplicate-key"],
    ["version: 1\nx: ]", "yaml-syntax"],
  ];
  for (const [text, code] of valueless)
    it(`gives no value for ${JSON.stringify(text)}`, () => {
      const { value, problems } = parseConfiguration(text, configurationPath);
      assert.equal(value, undefined);
      assert.ok(problems.some((problem) => problem.code === code));
    });

  const wrong: readonly (readonly [entry: string, code: string])[] = [
    ["extra: 1", "configuration-unknown-field"],
    ["registries: {plainHttp: [localhost]}", "configuration-unknown-field"],
    ["policies: policy.yaml", "configuration-invalid"],
    ["policies: [{}]", "configuration-invalid"],
    ["policies: [/etc/policy.yaml]", "configuration-invalid"],
    ["policies: [../policy.yaml]", "configuration-invalid"],
    ["policies: [a/../../policy.yaml]", "configuration-invalid"],
    ["policies: ['C:/policy.yaml']", "configuration-invalid"],
    ["policies: ['~/policy.yaml']", "configuration-invalid"],
    ["policies: ['https://example.com/p.yaml']", "configuration-invalid"],
    ["policies: ['a\\b']", "configuration-invalid"],
    ["trustedRoots: [{name: a}]", "configuration-invalid"],
    ["trustedRoots: [{name: a, file: ../r.json}]", "configuration-invalid"],
    ["trustedRoots: [{name: a, file: r.json, default: yes}]", "configuration-invalid"],
    ["trustedRoots: [{name: a, file: r.json, url: x}]", "configuration-unknown-field"],
    ["services: [{name: a, type: t}]", "configuration-invalid"],
    ["services: [{name: a, type: t, url: nothing}]", "configuration-invalid"],
    ["services: [{name: a, type: t, url: 'http://sign.example.com'}]", "configuration-invalid"],
    ["services: [{name: a, type: t, url: 'http://127.0.0.1.example.com'}]", "configuration-invalid"],
    ["services: [{name: a, type: t, url: 'file:///x'}]", "configuration-invalid"],
    ["services: [{name: a, type: t, url: 'https://x', region: y}]", "configuration-unknown-field"],
    [`suppressions: [{${suppression.replace("reason: because, ", "")}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression.replace("owner: jane, ", "")}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression.replace(/, expires.*/, "")}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression.replace("rule: r, ", "")}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression.replace("because", '" "')}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression.replace("2027-01-31", "2027-02-30")}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression.replace("2027-01-31", "never")}}]`, "configuration-invalid"],
    [`suppressions: [{${suppression}, files: []}]`, "configuration-invalid"],
    [`suppressions: [{${suppression}, images: [{}]}]`, "configuration-invalid"],
  ];
  for (const [entry, code] of wrong)
    it(`leaves out and names what is wrong in ${entry}`, () => {
      const { value, problems } = parseConfiguration(`version: 1\n${entry}\n`, configurationPath);
      assert.ok(
        problems.some((problem) => problem.code === code),
        JSON.stringify(problems),
      );
      assert.equal(value?.suppressions.length, 0);
      if (code === "configuration-invalid")
        assert.deepEqual(
          [value?.policies ?? [], value?.trustedRoots, value?.services].flat().filter((one) => one !== "x"),
          entry.includes("yes") ? [{ name: "a", file: "r.json", isDefault: false }] : [],
        );
    });

  const secrets = [
    "token: abc",
    "services: [{name: a, type: t, url: 'https://x', token: abc}]",
    "services: [{name: a, type: t, url: 'https://x', clientSecret: abc}]",
    "services: [{name: a, type: t, url: 'https://x', options: {api_key: abc}}]",
    "services: [{name: a, type: t, url: 'https://x', options: {pem: '-----BEGIN PRIVATE KEY-----'}}]",
    "services: [{name: a, type: t, url: 'https://jane:abc@x'}]",
    "services: [{name: a, type: t, url: 'https://x?access_token=abc'}]",
  ];
  for (const entry of secrets)
    it(`reads no secret from ${entry}`, () => {
      const { value, problems } = parseConfiguration(`version: 1\n${entry}\n`, configurationPath);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["configuration-holds-secret"],
      );
      assert.ok(!JSON.stringify([value, problems]).includes("abc"));
      assert.ok(!JSON.stringify(value).includes("PRIVATE"));
    });

  it("does not take two of the same name, or two defaults", () => {
    assert.deepEqual(
      codes("version: 1\nservices: [{name: a, type: t, url: 'https://x'}, {name: a, type: t, url: 'https://y'}]"),
      ["configuration-invalid"],
    );
    assert.deepEqual(codes("version: 1\ntrustedRoots: [{name: a, file: x}, {name: a, file: y}]"), [
      "configuration-invalid",
    ]);
    assert.deepEqual(
      codes("version: 1\ntrustedRoots: [{name: a, file: x, default: true}, {name: b, file: y, default: true}]"),
      ["configuration-invalid"],
    );
  });

  it("names the file and the place of a problem", () => {
    const text = "version: 1\nextra: 1\n";
    const [problem] = parseConfiguration(text, configurationPath).problems;
    assert.equal(problem?.file, configurationPath);
    assert.equal(text.slice(problem?.span?.start, problem?.span?.end), "extra");
  });
});

describe("the configuration's JSON schema", () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync("media/countersign.schema.json", "utf8")),
  );
  const base = { version: 1 };
  const good: object[] = [
    base,
    {
      ...base,
      policies: ["policy/**"],
      trustedRoots: [{ name: "a", file: "r.json", default: true }],
      services: [{ name: "a", type: "t", url: "http://127.0.0.1:1", options: { a: "b" } }],
      suppressions: [{ rule: "r", files: ["a"], images: ["b"], reason: "x", owner: "y", expires: "2027-01-31" }],
    },
  ];
  const venafi = (options: object): object => ({
    ...base,
    services: [{ name: "csp", type: "venafi", url: "https://tpp.example", options }],
  });
  const vault = (options: object): object => ({
    ...base,
    services: [{ name: "v", type: "vault", url: "https://vault.example", options }],
  });
  good.push(
    vault({ namespace: "team/signing", mount: "transit/", authentication: "jwt", role: "signer", audience: "vault" }),
    vault({ keys: "app,api", authMount: "ci", jwtVariable: "CI_TOKEN", caFile: "pki/ca.pem" }),
    venafi({ project: "Shop", environment: "Release", authentication: "jwt", clientId: "ci", scope: "codesign" }),
    venafi({ product: "saas", label: "shop-release", authentication: "api-key", caFile: "pki/ca.pem" }),
  );
  good.push(
    { ...base, timeStampAuthority: { url: "http://tsa.example/stamp", certificates: "tsa.pem" } },
    { ...base, timeStampAuthority: { url: "https://tsa.example", certificates: "pki/tsa.pem", policy: "1.2.3.4" } },
  );
  const bad: readonly object[] = [
    { ...base, timeStampAuthority: { certificates: "tsa.pem" } },
    { ...base, timeStampAuthority: { url: "https://tsa.example" } },
    { ...base, timeStampAuthority: { url: "ftp://tsa.example", certificates: "tsa.pem" } },
    { ...base, timeStampAuthority: { url: "https://tsa.example", certificates: "/etc/tsa.pem" } },
    { ...base, timeStampAuthority: { url: "https://tsa.example", certificates: "tsa.pem", policy: "best" } },
    vault({ path: "transit" }),
    vault({ mount: "../sys" }),
    vault({ authentication: "userpass" }),
    vault({ jwtVariable: "A=B" }),
    venafi({ projekt: "Shop" }),
    venafi({ project: "Shop\\Release" }),
    venafi({ authentication: "kerberos" }),
    venafi({ caFile: "/etc/ca.pem" }),
    venafi({ product: "cloud" }),
    {},
    { ...base, extra: 1 },
    { ...base, policies: ["/etc/x"] },
    { ...base, trustedRoots: [{ name: "a" }] },
    { ...base, services: [{ name: "a", type: "t", url: "http://example.com" }] },
    { ...base, services: [{ name: "a", type: "t", url: "https://x", token: "y" }] },
    { ...base, suppressions: [{ rule: "r", reason: "x", owner: "y" }] },
  ];
  for (const [isGood, list] of [
    [true, good],
    [false, bad],
  ] as const)
    for (const value of list)
      it(`${isGood ? "accepts" : "rejects"} ${JSON.stringify(value).slice(0, 80)}, as the reader does`, () => {
        assert.equal(validate(value), isGood);
        assert.equal(parseConfiguration(JSON.stringify(value), configurationPath).problems.length === 0, isGood);
      });
});
