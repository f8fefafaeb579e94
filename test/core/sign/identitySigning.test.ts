import assert from "node:assert/strict";
import { parseReference } from "../../../src/core/image/reference.ts";
import { planFile } from "../../../src/core/sign/planFile.ts";
import { planSignature } from "../../../src/core/sign/plan.ts";
import { createTestKey } from "../../helpers/signingKeys.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const image = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 393 };
const reference = parseReference("registry.example.com/shop/cart:1.4").value!;
const source = { file: "policy/images.yaml", line: 7 };
const identities = [{ subject: "dev@acme.example", issuer: "https://login.acme.example", source }];
const policy = {
  rules: [
    {
      name: "shop",
      source,
      mode: "enforce",
      globs: [{ glob: "**", source }],
      authorities: [{ kind: "keyless", name: "people", source, identities, format: "bundle" }],
      notUnderstood: [],
    },
  ],
  problems: [],
} as const;

describe("planning a signature by whoever signs in", () => {
  const planned = (isEphemeral: boolean, predicate?: { type: string; json: string }) => {
    const key = { ...createTestKey("p256").description, isEphemeral };
    const terms = predicate === undefined ? {} : { predicate };
    const { value, problems } = planSignature({ reference, image, format: "sigstore-bundle", terms }, policy, key);
    assert.deepEqual(problems, []);
    return value!;
  };

  it("foretells that it cannot be foretold whether they are the one", () => {
    const [told] = planned(true).acceptance;
    assert.equal(told?.accepts, false);
    assert.match(told.reason, /whether yours is one of them shows when you have signed in/u);
    assert.match(planned(false).acceptance[0]?.reason ?? "", /not this key/u);
  });

  it("names no key in the commands that do the same", () => {
    const { sign, verify } = planned(true).commands;
    assert.match(sign, /^cosign sign --signing-config .* --trusted-root /u);
    assert.match(verify, /^cosign verify --trusted-root .* --certificate-identity /u);
    const attest = planned(true, { type: "https://slsa.dev/provenance/v1", json: "{}" }).commands;
    assert.match(attest.sign, /^cosign attest .* --type https:\/\/slsa.dev/u);
    assert.match(attest.verify, /^cosign verify-attestation /u);
    for (const command of [sign, verify, attest.sign, attest.verify]) assert.doesNotMatch(command, / --key /u);
  });

  it("names none for files either", () => {
    const key = { ...createTestKey("p256").description, isEphemeral: true };
    for (const terms of [{}, { predicate: { type: "https://slsa.dev/provenance/v1", json: "{}" } }]) {
      const { value } = planFile({ name: "app.tar", content: Buffer.from("content") }, key, terms);
      for (const command of [value?.commands.sign ?? "", value?.commands.verify ?? ""]) {
        assert.match(command, /^cosign [a-z-]+ .*--trusted-root trusted_root.json .*app.tar$/u);
        assert.doesNotMatch(command, / --key | --insecure-ignore-tlog|--tlog-upload/u);
      }
    }
  });
});
