import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { configurationPath, parseConfiguration } from "../../../src/core/policy/configuration.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync("media/countersign.schema.json", "utf8")),
);
const keyRing = "projects/acme/locations/eu/keyRings/release";

const good: readonly (readonly [string, object])[] = [
  ["aws-kms", {}],
  ["aws-kms", { keys: "alias/release,arn:aws:kms:eu-central-1:1:key/2", region: "eu-central-1", profile: "ci" }],
  ["aws-kms", { caFile: "pki/ca.pem", chainFile: "pki/chain.pem" }],
  ["azure-key-vault", {}],
  ["azure-key-vault", { keys: "release,hotfix", authentication: "managed-identity", chainFile: "pki/chain.pem" }],
  ["google-cloud-kms", { keyRing }],
  ["google-cloud-kms", { keyRing, keys: "release,hotfix/2" }],
  ["csc", {}],
  ["csc", { specification: "v1", path: "/csc/v0", keys: "id-1", mode: "synchronous" }],
  ["signserver", { workers: "Release=pki/release.pem,Hotfix=pki/hotfix.pem", rsa: "rsa-pss", path: "/signserver" }],
  ["vault", { authentication: "oidc", role: "signer", callbackPort: "8251" }],
  ["vault", { pkiMount: "pki_int" }],
  ["venafi", { authentication: "device", audience: "csp" }],
];
const bad: readonly (readonly [string, object])[] = [
  ["aws-kms", { secretAccessKey: "x" }],
  ["aws-kms", { region: "somewhere else" }],
  ["aws-kms", { chainFile: "/etc/chain.pem" }],
  ["azure-key-vault", { authentication: "password" }],
  ["azure-key-vault", { tenant: "x" }],
  ["google-cloud-kms", {}],
  ["google-cloud-kms", { keyRing: "release" }],
  ["csc", { specification: "v3" }],
  ["csc", { path: "/csc/../admin" }],
  ["csc", { pin: "1234" }],
  ["signserver", {}],
  ["signserver", { workers: "Release" }],
  ["signserver", { workers: "A=a.pem", rsa: "raw" }],
  ["vault", { authentication: "oidc", callbackPort: "80" }],
  ["vault", { pkiMount: "../sys" }],
  ["venafi", { authentication: "integrated" }],
];

describe("options of signing services", () => {
  for (const [isGood, list] of [
    [true, good],
    [false, bad],
  ] as const)
    for (const [type, options] of list)
      it(`are ${isGood ? "right" : "wrong"} for ${type}: ${JSON.stringify(options)}, to the schema as to the reader`, () => {
        const value = { version: 1, services: [{ name: "s", type, url: "https://service.example", options }] };
        const { problems } = parseConfiguration(JSON.stringify(value), configurationPath);
        assert.equal(problems.length === 0, isGood, JSON.stringify(problems));
        assert.equal(validate(value), isGood);
      });

  const onlyRead: readonly (readonly [string, object])[] = [
    ["aws-kms", { keys: "a key" }],
    ["azure-key-vault", { keys: "a/b" }],
    ["google-cloud-kms", { keyRing, keys: "../x" }],
    ["csc", { keys: "a b" }],
    ["signserver", { workers: "A=../a.pem" }],
    ["signserver", { workers: "A=/etc/a.pem" }],
  ];
  for (const [type, options] of onlyRead)
    it(`may not lead elsewhere: ${type} ${JSON.stringify(options)}`, () => {
      const value = { version: 1, services: [{ name: "s", type, url: "https://service.example", options }] };
      assert.equal(parseConfiguration(JSON.stringify(value), configurationPath).problems.length > 0, true);
    });
});
