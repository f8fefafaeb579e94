import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { commandLinePolicy, type CommandLineTrust } from "../../../src/core/policy/commandLinePolicy.ts";

const pem = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
const source = { file: "command line", line: 1 };

describe("commandLinePolicy", () => {
  it("states nothing without options", () => assert.deepEqual(commandLinePolicy({}), { rules: [], problems: [] }));

  it("accepts any image signed by a key or the identity", () => {
    const { rules, problems } = commandLinePolicy({
      keys: [{ file: "cosign.pub", pem }],
      certificateIdentity: "jane@example.com",
      certificateOidcIssuer: "https://accounts.example.com",
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(rules, [
      {
        name: "command line",
        source,
        mode: "enforce",
        globs: [{ glob: "**", source }],
        authorities: [
          { kind: "key", name: "cosign.pub", source, publicKeys: [pem], hashAlgorithm: "sha256", format: "any" },
          {
            kind: "keyless",
            name: "certificate identity",
            source,
            identities: [{ subject: "jane@example.com", issuer: "https://accounts.example.com", source }],
            format: "any",
          },
        ],
        notUnderstood: [],
      },
    ]);
  });

  const refused: readonly (readonly [name: string, options: CommandLineTrust])[] = [
    [
      "a bad key beside a good one",
      {
        keys: [
          { file: "a", pem },
          { file: "b", pem: "x" },
        ],
      },
    ],
    ["an identity without issuer", { certificateIdentity: "x" }],
    ["an issuer without identity", { certificateOidcIssuer: "x" }],
    ["an identity twice", { certificateIdentity: "x", certificateIdentityRegexp: "^x$", certificateOidcIssuer: "y" }],
    ["an issuer twice", { certificateIdentity: "x", certificateOidcIssuer: "y", certificateOidcIssuerRegexp: "^y$" }],
    ["an empty identity", { certificateIdentity: "", certificateOidcIssuer: "y" }],
    ["a pattern that is none", { certificateIdentityRegexp: "(", certificateOidcIssuer: "y" }],
  ];
  for (const [name, options] of refused)
    it(`does not understand ${name}`, () => {
      const { rules, problems } = commandLinePolicy(options);
      assert.ok(problems.length > 0);
      assert.ok((rules[0]?.notUnderstood.length ?? 0) > 0);
    });

  it("says where a pattern is not anchored", () => {
    const { rules, problems } = commandLinePolicy({
      certificateIdentityRegexp: "acme",
      certificateOidcIssuerRegexp: "^x$",
    });
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["identity-pattern-not-anchored"],
    );
    assert.deepEqual(rules[0]?.notUnderstood, []);
  });
});
