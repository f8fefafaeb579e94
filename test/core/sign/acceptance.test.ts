import assert from "node:assert/strict";
import { parseReference } from "../../../src/core/image/reference.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { foretellAcceptance } from "../../../src/core/sign/acceptance.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { issueTestCertificate } from "../../helpers/notary.ts";

const root = issueTestCertificate({ name: { O: "Acme", CN: "root" }, kind: "authority" });
const intermediate = issueTestCertificate({ name: { O: "Acme", CN: "intermediate" }, issuer: root, kind: "authority" });
const leaf = issueTestCertificate({ name: { O: "Acme", CN: "release" }, issuer: intermediate, kind: "leaf" });
const stranger = issueTestCertificate({ name: { O: "Other", CN: "root" }, kind: "authority" });
/** Another authority of the same name. */
const impostor = issueTestCertificate({ name: { O: "Acme", CN: "root" }, kind: "authority" });

const pem = ({ der }: { readonly der: Buffer }): string => certificatePem(der);

describe("what a Notary trust policy will say of a signature", () => {
  const told = (
    chain: readonly { readonly der: Buffer }[],
    store: { readonly der: Buffer },
    { byService, identities = "*" }: { readonly byService: boolean; readonly identities?: string },
  ): readonly [boolean | undefined, string] => {
    const statement = {
      name: "release",
      registryScopes: ["*"],
      signatureVerification: { level: "strict" },
      trustStores: ["ca:acme"],
      trustedIdentities: [identities],
    };
    const policy = readPolicy([
      { path: "trustpolicy.json", text: JSON.stringify({ version: "1.0", trustPolicies: [statement] }) },
      { path: "truststore/x509/ca/acme/root.crt", text: pem(store) },
    ]);
    const { value: reference } = parseReference("registry.example.com/shop/cart:1.4");
    assert.ok(reference);
    const key = leaf.keys.publicKey.export({ type: "spki", format: "pem" }).toString();
    const signature = { format: "notation-jws", certificateChain: chain.map(pem), byService } as const;
    const [rule] = foretellAcceptance(reference, policy, key, signature);
    return [rule?.accepts, rule?.reason ?? ""];
  };
  const names = "x509.subject: C=US, ST=WA, O=Acme";

  const cases: readonly (readonly [string, readonly [boolean | undefined, string], boolean, RegExp])[] = [
    ["the whole chain", told([leaf, intermediate, root], root, { byService: false }), true, /trusts the key's/],
    ["a store with the intermediate", told([leaf, intermediate], intermediate, { byService: false }), true, /trusts/],
    [
      "a stranger's store",
      told([leaf, intermediate, root], stranger, { byService: false }),
      false,
      /^None of the key's certificates is in the trust stores of 'release'\.$/,
    ],
    [
      "a chain that ends before the root that is trusted",
      told([leaf, intermediate], root, { byService: false }),
      false,
      /that authority's own is not among them/,
    ],
    [
      "a chain that ends before a root that is not",
      told([leaf, intermediate], stranger, { byService: false }),
      false,
      /Their root is not among them/,
    ],
    [
      "a chain that ends before a root of the same name",
      told([leaf, intermediate], impostor, { byService: false }),
      false,
      /Their root is not among them/,
    ],
    [
      "a service that adds the root that is trusted",
      told([leaf, intermediate], root, { byService: true }),
      true,
      /trusts the key's/,
    ],
    [
      "a service of which only the intermediate is known",
      told([intermediate], root, { byService: true }),
      true,
      /trusts the key's/,
    ],
    [
      "the same with another root",
      told([intermediate], stranger, { byService: true }),
      false,
      /whether the root is in the trust stores of 'release' shows/,
    ],
    [
      "the same where certain names are trusted",
      told([intermediate], root, { byService: true, identities: names }),
      false,
      /whether the signer's is one of them shows/,
    ],
    [
      "the same where the root is known",
      told([root], root, { byService: true, identities: names }),
      false,
      /whether the signer's is one of them shows/,
    ],
    ["no certificate at all", told([], root, { byService: true }), false, /^None of the key's certificates/],
  ];
  for (const [what, [accepts, reason], expected, words] of cases)
    it(`with ${what}`, () => {
      assert.equal(accepts, expected, reason);
      assert.match(reason, words);
    });
});
