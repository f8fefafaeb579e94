import assert from "node:assert/strict";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import { attachBundle, evidenceOf, identity, issuer, now } from "../../helpers/signedImage.ts";

const sigstore = createTrialSigstore({ now });
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const chain = sigstore.authority.chain.map((der) => certificatePem(der)).join("");
const keyOf = (log: { readonly publicKey: typeof sigstore.transparencyLog.publicKey }): string =>
  base64(log.publicKey.export({ type: "spki", format: "pem" }).toString());
const log = (publicKey: string): object => ({
  baseURL: sigstore.transparencyLog.url,
  hashAlgorithm: "sha-256",
  publicKey,
});
const authority = {
  subject: { organization: "acme", commonName: "acme" },
  uri: "https://fulcio.example",
  certChain: base64(chain),
};
const keys = {
  certificateAuthorities: [authority],
  tLogs: [log(keyOf(sigstore.transparencyLog))],
  ctLogs: [log(keyOf(sigstore.certificateLog))],
};

function stateWith(sigstoreKeys: unknown): readonly [state: string, ...codes: string[]] {
  const trustRoot = {
    apiVersion: "policy.sigstore.dev/v1alpha1",
    kind: "TrustRoot",
    metadata: { name: "ours" },
    spec: { sigstoreKeys },
  };
  const policy = {
    apiVersion: "policy.sigstore.dev/v1beta1",
    kind: "ClusterImagePolicy",
    metadata: { name: "p" },
    spec: {
      images: [{ glob: "**" }],
      authorities: [{ keyless: { trustRootRef: "ours", identities: [{ issuer, subject: identity }] } }],
    },
  };
  const text = `${JSON.stringify(policy)}\n---\n${JSON.stringify(trustRoot)}\n`;
  const read = readPolicy([{ path: "p.yaml", text }]);
  const evidence = evidenceOf([attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore))))]);
  const { state } = judge(evidence, read, { trustedRoots: [] }, now);
  return [state, ...read.problems.map(({ code }) => code)];
}

describe("readTrustRoot", () => {
  it("makes a trusted root of the keys, by which the policies' signers are judged", () =>
    assert.deepEqual(stateWith(keys), ["verified"]));

  const others: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["no log is trusted", { ...keys, tLogs: [] }, ["invalid"]],
    ["another log is trusted", { ...keys, tLogs: [log(keyOf(sigstore.certificateLog))] }, ["invalid"]],
    ["another certificate log is trusted", { ...keys, ctLogs: [log(keyOf(sigstore.transparencyLog))] }, ["invalid"]],
    ["no certificate authority is trusted", { ...keys, certificateAuthorities: [] }, ["untrusted"]],
    [
      "the chain is none",
      { ...keys, certificateAuthorities: [{ ...authority, certChain: "x" }] },
      ["unknown", "policy-invalid"],
    ],
    [
      "the chain has no end",
      {
        ...keys,
        certificateAuthorities: [
          { ...authority, certChain: base64(chain.split(/(?<=-----END CERTIFICATE-----\n)/)[0] ?? "") },
        ],
      },
      ["unknown", "policy-invalid"],
    ],
    ["a key is none", { ...keys, tLogs: [log(base64("x"))] }, ["unknown", "policy-invalid"]],
    ["a field is not known", { ...keys, witnesses: [] }, ["unknown", "policy-unknown-field"]],
    [
      "a field of a log is not known",
      { ...keys, tLogs: [{ ...log(""), x: 1 }] },
      ["unknown", "policy-unknown-field", "policy-invalid"],
    ],
  ];
  for (const [what, sigstoreKeys, expected] of others)
    it(`${what}: ${expected.join(", ")}`, () => assert.deepEqual(stateWith(sigstoreKeys), expected));

  const read = (trustRoot: object) =>
    readPolicy([
      {
        path: "root.yaml",
        text: JSON.stringify({
          apiVersion: "policy.sigstore.dev/v1alpha1",
          kind: "TrustRoot",
          metadata: { name: "ours" },
          spec: { sigstoreKeys: keys },
          ...trustRoot,
        }),
      },
    ]);

  it("keeps the root under its name, with time-stamp authorities where they are given", () => {
    const [root, ...more] = read({}).trustedRoots ?? [];
    assert.deepEqual([root?.name, root?.source, more.length], ["ours", "root.yaml", 0]);
    const stamping = { sigstoreKeys: { ...keys, timestampAuthorities: [authority] } };
    const json = JSON.parse(read({ spec: stamping }).trustedRoots?.[0]?.text ?? "{}");
    assert.equal(json.timestampAuthorities[0].certChain.certificates.length, sigstore.authority.chain.length);
    assert.equal(json.timestampAuthorities.length, 1);
  });

  const unused: readonly (readonly [string, object, readonly string[]])[] = [
    ["an unknown field", { extra: 1 }, ["policy-unknown-field"]],
    ["an unknown field of its spec", { spec: { sigstoreKeys: keys, extra: 1 } }, ["policy-unknown-field"]],
    ["no name", { metadata: {} }, []],
    ["no spec", { spec: undefined }, []],
    ["a TUF repository alone", { spec: { remote: { mirror: "https://x" } } }, ["policy-not-supported"]],
    ["a TUF repository inside alone", { spec: { repository: { root: "x" } } }, ["policy-not-supported"]],
  ];
  for (const [what, more, codes] of unused)
    it(`is not used with ${what}`, () => {
      const { trustedRoots = [], problems } = read(more);
      assert.deepEqual([trustedRoots.length, problems.map(({ code }) => code)], [0, codes]);
    });
});
