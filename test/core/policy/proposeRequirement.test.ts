import assert from "node:assert/strict";
import { proposeAuthority } from "../../../src/core/policy/proposeRule.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { cosignSignature } from "../../helpers/cosignSignature.ts";
import { acme, pem, stranger } from "../../helpers/keyBundle.ts";
import { evidenceOf, now } from "../../helpers/signedImage.ts";

const reference = "registry.example/acme/app:1";
const path = "etc/containers/policy.json";
const keyed = {
  type: "sigstoreSigned",
  keyData: Buffer.from(pem(stranger)).toString("base64"),
  signedIdentity: { type: "matchRepository" },
};
const policy = { default: [{ type: "reject" }], transports: { docker: { "registry.example": [keyed] } } };
const request = { reference, signer: { kind: "key", publicKey: pem(acme) }, format: "cosign" } as const;

function judged(text: string, signer = acme): Verdict {
  const evidence = evidenceOf([cosignSignature({ pair: signer })]);
  return judge(evidence, readPolicy([{ path, text }]), { trustedRoots: [] }, now);
}

function proposed(text: string, more: Partial<Parameters<typeof proposeAuthority>[2]> = {}) {
  const line = judged(text, stranger).decidedBy?.line ?? judged(text).decidedBy?.line ?? 1;
  return proposeAuthority({ path, text }, line, { ...request, ...more });
}

describe("proposeRequirement", () => {
  const texts: readonly (readonly [string, string])[] = [
    ["indented with spaces", JSON.stringify(policy, undefined, 2)],
    ["indented with tabs", JSON.stringify(policy, undefined, "\t")],
    ["on one line", JSON.stringify(policy)],
    ["with CRLF", JSON.stringify(policy, undefined, 2).replaceAll("\n", "\r\n")],
    ["without scopes", JSON.stringify({ ...policy, transports: { docker: {} } })],
  ];
  for (const [what, text] of texts)
    it(`accepts exactly the signer for exactly the repository: ${what}`, () => {
      assert.notEqual(judged(text).state, "verified");
      const answer = proposed(text);
      assert.ok(answer.kind === "proposal", JSON.stringify(answer));
      const { edit, covers, mode } = answer.proposal;
      assert.deepEqual([covers, mode], [["registry.example/acme/app"], "enforce"]);
      const changed = text.slice(0, edit.span.start) + edit.text + text.slice(edit.span.end);
      assert.equal(Object.keys(JSON.parse(changed).transports.docker)[0], "registry.example/acme/app");
      assert.equal(judged(changed).state, "verified");
      assert.notEqual(judged(changed, stranger).state, "verified");
    });

  const docker = { "registry.example/acme/app": [keyed] };
  const refused: readonly (readonly [string, string, Partial<Parameters<typeof proposeAuthority>[2]>])[] = [
    ["an identity", texts[0]?.[1] ?? "", { signer: { kind: "identity", issuer: "https://x", subject: "y" } }],
    ["a bundle", texts[0]?.[1] ?? "", { format: "sigstore-bundle" }],
    ["no reference", texts[0]?.[1] ?? "", { reference: "Not One" }],
    ["a repository with requirements of its own", JSON.stringify({ ...policy, transports: { docker } }), {}],
    ["a policy without registries", JSON.stringify({ default: [keyed] }), {}],
  ];
  for (const [what, text, more] of refused)
    it(`leaves to a person: ${what}`, () => assert.equal(proposed(text, more).kind, "none"));
});
