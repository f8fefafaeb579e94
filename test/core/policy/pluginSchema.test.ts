import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { configurationPath, parseConfiguration } from "../../../src/core/policy/configuration.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync("media/countersign.schema.json", "utf8")),
);
const notation = { plugin: "acme", keys: "release", chainFile: "pki/release.pem" };
const kms = { plugin: "acme", keys: "a,b" };
const sigstore = { signingConfig: "sigstore/config.json", trustedRoot: "sigstore/root.json" };
const url = "https://fulcio.example";

const cases: readonly (readonly [boolean, object])[] = [
  [true, { type: "notation-plugin", options: notation }],
  [true, { type: "notation-plugin", options: { ...notation, sha256: "ab".repeat(32), "config.region": "eu" } }],
  [true, { type: "sigstore-kms-plugin", options: { ...kms, environment: "AWS_PROFILE, AWS_REGION" } }],
  [true, { type: "sigstore", url, options: { ...sigstore, signIn: "device", clientId: "acme" } }],
  [false, { type: "notation-plugin", url, options: notation }],
  [false, { type: "notation-plugin", options: { ...notation, chainFile: undefined } }],
  [false, { type: "notation-plugin", options: { ...notation, plugin: "../acme" } }],
  [false, { type: "sigstore-kms-plugin", options: { ...kms, sha256: "ab" } }],
  [false, { type: "sigstore-kms-plugin", options: { ...kms, "config.x": "y" } }],
  [false, { type: "sigstore-kms-plugin", options: { ...kms, keys: undefined } }],
  [false, { type: "sigstore", options: sigstore }],
  [false, { type: "sigstore", url, options: { ...sigstore, signIn: "password" } }],
  [false, { type: "sigstore", url, options: { trustedRoot: "sigstore/root.json" } }],
];

describe("services that are plug-ins or identities", () => {
  for (const [isGood, service] of cases)
    it(`are ${isGood ? "right" : "wrong"} to the schema as to the reader: ${JSON.stringify(service)}`, () => {
      const text = JSON.stringify({ version: 1, services: [{ name: "s", ...service }] });
      const { problems } = parseConfiguration(text, configurationPath);
      assert.equal(problems.length === 0, isGood, JSON.stringify(problems));
      assert.equal(validate(JSON.parse(text)), isGood, JSON.stringify(validate.errors));
    });
});
