import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";

const keyData = Buffer.from(pem(acme)).toString("base64");
const digest = `sha256:${"a".repeat(64)}`;

/** The claims that a requirement asks for; "refused" where the whole policy is not understood. */
function claimsOf(signedIdentity: unknown): unknown {
  const requirement = { type: "sigstoreSigned", keyData, signedIdentity };
  const { rules } = readPolicy([{ path: "policy.json", text: JSON.stringify({ default: [requirement] }) }]);
  const [authority] = rules[0]?.authorities ?? [];
  if (rules[0]?.notUnderstood.length !== 0) return "refused";
  return authority?.kind === "key" ? authority.claims : undefined;
}

describe("readSignedIdentity", () => {
  const usual = { kind: "repository-if-digest-else-exact" };
  const read: readonly (readonly [unknown, object])[] = [
    [undefined, usual],
    [null, usual],
    [{ type: "matchRepoDigestOrExact" }, usual],
    [{ type: "matchExact" }, { kind: "exact" }],
    [{ type: "matchRepository" }, { kind: "repository" }],
    [
      { type: "exactReference", dockerReference: "ghcr.io/a/b:1" },
      { kind: "exact-reference", name: "ghcr.io/a/b:1" },
    ],
    [
      { type: "exactReference", dockerReference: `ghcr.io/a/b@${digest}` },
      { kind: "exact-reference", name: `ghcr.io/a/b@${digest}` },
    ],
    [
      { type: "exactRepository", dockerRepository: "ghcr.io/a/b" },
      { kind: "exact-repository", name: "ghcr.io/a/b" },
    ],
    [
      { type: "remapIdentity", prefix: "a.example", signedPrefix: "b.example" },
      { kind: "remapped", prefix: "a.example", signedPrefix: "b.example" },
    ],
  ];
  for (const [identity, expected] of read)
    it(`reads ${JSON.stringify(identity)}`, () => assert.deepEqual(claimsOf(identity), expected));

  const refused: readonly object[] = [
    {},
    { type: "matchAll" },
    { type: "matchExact", prefix: "x" },
    { type: "matchRepoDigestOrExact", dockerReference: "ghcr.io/a/b:1" },
    { type: "matchRepository", dockerRepository: "ghcr.io/a/b" },
    { type: "matchRepository", unless: 1 },
    { type: "exactReference" },
    { type: "exactReference", dockerReference: "ghcr.io/a/b" },
    { type: "exactReference", dockerReference: "Not A Reference" },
    { type: "exactReference", dockerReference: "ghcr.io/a/b:1", prefix: "x" },
    { type: "exactRepository", dockerRepository: "ghcr.io/a/b:1" },
    { type: "exactRepository", dockerRepository: `ghcr.io/a/b@${digest}` },
    { type: "exactRepository", dockerRepository: "Not A Reference" },
    { type: "exactRepository", dockerRepository: "ghcr.io/a/b", dockerReference: "ghcr.io/a/b:1" },
    { type: "remapIdentity", prefix: "a.example" },
    { type: "remapIdentity", signedPrefix: "b.example" },
    { type: "remapIdentity", prefix: "a.example", signedPrefix: "b.example", dockerReference: "x" },
  ];
  for (const identity of refused)
    it(`refuses ${JSON.stringify(identity)}`, () => assert.equal(claimsOf(identity), "refused"));
});
