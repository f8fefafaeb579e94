import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { toCosignAuthority, type CosignTrust } from "../../../src/core/policy/cosignAuthority.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { acme, pem } from "../../helpers/keyBundle.ts";
import { now } from "../../helpers/signedImage.ts";

const { authority: instance } = createTrialSigstore({ now });
const authorities = instance.chain.map((der) => certificatePem(der)).join("");
const logKey = pem(acme);
const certificateLogKey = pem(generateKeyPairSync("ec", { namedCurve: "P-256" }));
const source = { file: "p.yaml", line: 7 };
const identities = [{ issuer: "https://issuer.example", subject: "jane@example.com", source }];
const required = { kind: "required" } as const;
const ignored = { kind: "ignored" } as const;

const keyless: CosignTrust = {
  name: "a",
  source,
  format: "legacy",
  signer: { kind: "keyless", identities },
  log: required,
  certificateLog: required,
};
const key: CosignTrust = { ...keyless, signer: { kind: "key", pem: pem(acme), hash: "sha384" } };
const ownRoot = { authorities, certificateLog: ignored };
const root = (what: string): string => `p.yaml:7 a ${what}`;

/** What a trust comes to: the authority without what is always the same, and the names of the roots that it states. */
function told(trust: CosignTrust): readonly [object, readonly string[]] {
  const { authority, trustedRoots } = toCosignAuthority(trust);
  const { name, source: at, ...more } = authority;
  assert.deepEqual([name, at], ["a", source]);
  return [more, trustedRoots.map((each) => each.name)];
}

const identified = { kind: "keyless", format: "legacy", identities, requiresLog: {} };
const byKey = { kind: "key", format: "legacy", publicKeys: [pem(acme)], hashAlgorithm: "sha384" };

describe("toCosignAuthority", () => {
  const cases: readonly (readonly [string, CosignTrust, object, readonly string[]])[] = [
    ["an identity of the default root", keyless, identified, []],
    [
      "an identity whose certificate need not be logged",
      { ...keyless, certificateLog: ignored },
      { ...identified, ignoresCertificateLog: true },
      [],
    ],
    [
      "an identity in a log of the policy's own",
      { ...keyless, log: { ...required, key: logKey } },
      { ...identified, requiresLog: { root: root("log") } },
      [root("log")],
    ],
    [
      "an identity of authorities of the policy's own, in the default log",
      { ...keyless, ...ownRoot },
      { ...identified, trustedRoot: root("authorities"), ignoresCertificateLog: true },
      [root("authorities")],
    ],
    [
      "an identity of authorities and logs of the policy's own",
      {
        ...keyless,
        authorities,
        log: { ...required, key: logKey },
        certificateLog: { ...required, key: certificateLogKey },
      },
      { ...identified, trustedRoot: root("authorities"), requiresLog: { root: root("log") } },
      [root("log"), root("authorities")],
    ],
    [
      "an identity of a whole root, which brings its own logs",
      { ...keyless, trustedRoot: "{}" },
      { ...identified, trustedRoot: root("root"), requiresLog: { root: root("root") } },
      [root("root")],
    ],
    [
      "an identity of a whole root, in another log",
      { ...keyless, trustedRoot: "{}", log: { ...required, key: logKey } },
      { ...identified, trustedRoot: root("root"), requiresLog: { root: root("log") } },
      [root("log"), root("root")],
    ],
    ["attestations", { ...keyless, attestations: ["x"] }, { ...identified, attestations: ["x"] }, []],
    ["a key in the default log", key, { ...byKey, requiresLog: {} }, []],
    ["a key in no log", { ...key, log: ignored }, byKey, []],
    [
      "a key in a log of the policy's own",
      { ...key, log: { ...required, key: logKey } },
      { ...byKey, requiresLog: { root: root("log") } },
      [root("log")],
    ],
  ];
  for (const [what, trust, authority, roots] of cases)
    it(`makes one of ${what}`, () => assert.deepEqual(told(trust), [authority, roots]));

  it("states the certificate log and the log with the keys that the policy gives", () => {
    const { trustedRoots } = toCosignAuthority({
      ...keyless,
      authorities,
      log: { ...required, key: logKey },
      certificateLog: { ...required, key: certificateLogKey },
    });
    const keysOf = (text: string, list: string): readonly string[] =>
      JSON.parse(text)[list].map((each: { publicKey: { rawBytes: string } }) => each.publicKey.rawBytes);
    const [log, own] = trustedRoots.map(({ text }) => text);
    const body = (text: string): string => text.replaceAll(/-.*-|\n/g, "");
    assert.deepEqual(keysOf(log ?? "", "tlogs"), [body(logKey)]);
    assert.deepEqual(keysOf(own ?? "", "ctlogs"), [body(certificateLogKey)]);
    assert.deepEqual(keysOf(own ?? "", "tlogs"), []);
  });

  const broken: readonly (readonly [string, CosignTrust])[] = [
    ["it accepts certificates without a log, so that nobody proves when they were used", { ...keyless, log: ignored }],
    [
      "its own authorities are held against the public certificate log, which is not evaluated",
      { ...keyless, authorities },
    ],
    [
      "a certificate log of its own beside the default authorities is not evaluated",
      { ...keyless, certificateLog: { ...required, key: certificateLogKey } },
    ],
  ];
  for (const [why, trust] of broken)
    it(`evaluates nothing where ${why}`, () => assert.deepEqual(told(trust), [{ kind: "not-evaluated", why }, []]));

  for (const [what, trust] of [
    ["a key", { ...key, signer: { kind: "key", pem: "x", hash: "sha256" } }],
    [
      "a private key",
      { ...key, signer: { kind: "key", pem: pem(acme).replaceAll("PUBLIC", "PRIVATE"), hash: "sha256" } },
    ],
    ["a log's key beside a key", { ...key, log: { ...required, key: "x" } }],
    ["a log's key", { ...keyless, log: { ...required, key: "x" } }],
    ["authorities", { ...keyless, ...ownRoot, authorities: "x" }],
    ["a certificate log's key", { ...keyless, authorities, certificateLog: { ...required, key: "x" } }],
  ] as const satisfies readonly (readonly [string, CosignTrust])[])
    it(`evaluates nothing with ${what} that cannot be read, and says so`, () => {
      const { authority, trustedRoots } = toCosignAuthority(trust);
      assert.ok(authority.kind === "not-evaluated");
      assert.match(authority.why, /^(?:its key|what it trusts) [a-z]/);
      assert.deepEqual(trustedRoots, []);
    });
});
