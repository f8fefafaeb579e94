import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { readNotaryEnvelope } from "../../src/core/signature/notation.ts";
import { readNotaryPayload } from "../../src/core/signature/notaryPayload.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { verifyTimestampToken } from "../../src/core/x509/timestampToken.ts";
import { conformanceFolder } from "../helpers/conformance.ts";
import { attach, evidenceOf } from "../helpers/signedImage.ts";

const folder = join(conformanceFolder, "notation");
const stores = "verifier/testdata/truststore/x509";
const time = new Date("2026-11-21T12:00:00Z");

/** The certificates of a folder as a trust store has them, in PEM. */
function store(kind: string, name: string): readonly { path: string; text: string }[] {
  const names = readdirSync(join(folder, stores, kind, name)).filter((file) => /\.(?:crt|pem|cer)$/.test(file));
  return names.map((file) => {
    const bytes = readFileSync(join(folder, stores, kind, name, file));
    const text = bytes.includes("-----BEGIN") ? bytes.toString("utf8") : new X509Certificate(bytes).toString();
    return { path: `truststore/x509/${kind}/${name}/${file}`, text };
  });
}

interface Demands {
  readonly level?: object;
  /** `ca:own` holds the last certificate of the envelope itself. */
  readonly trustStores?: readonly string[];
  readonly trustedIdentities?: readonly string[];
}

const byDefault = ["ca:valid-trust-store", "signingAuthority:valid-trust-store"];

/** Judges an envelope for the image that it names, under a trust policy of one statement. */
function verdictOn(file: string, demands: Demands = {}): Verdict {
  const bytes = readFileSync(join(folder, file));
  const format = bytes[0] === 0xd2 ? "notation-cose" : "notation-jws";
  const read = readNotaryEnvelope(format, bytes);
  const target = read.kind === "envelope" ? readNotaryPayload(read.envelope.payload) : undefined;
  const subject = target ?? { mediaType: "x", digest: `sha256:${"0".repeat(64)}`, size: 1 };
  const mediaType = format === "notation-cose" ? "application/cose" : "application/jose+json";
  const artifactType = "application/vnd.cncf.notary.signature";
  const evidence = { ...evidenceOf([attach([{ mediaType, bytes }], { artifactType, subject })]), image: subject };
  const trustStores = demands.trustStores ?? byDefault;
  const statement = {
    name: "conformance",
    registryScopes: ["*"],
    signatureVerification: { level: "strict", ...demands.level },
    trustStores,
    trustedIdentities: demands.trustedIdentities ?? ["*"],
  };
  const last = read.kind === "envelope" ? read.envelope.chain.at(-1) : undefined;
  const files = trustStores.flatMap((named) =>
    named === "ca:own"
      ? [{ path: "truststore/x509/ca/own/own.crt", text: new X509Certificate(Buffer.from(last ?? [])).toString() }]
      : store(...(named.split(":") as [string, string])),
  );
  const text = JSON.stringify({ version: "1.0", trustPolicies: [statement] });
  const policy = readPolicy([{ path: "trustpolicy.json", text }, ...files]);
  return judge(evidence, policy, { trustedRoots: [] }, time);
}

const mocks = "internal/mock/testdata";
const plain = "internal/testdata";
const stamped = "verifier/testdata/timestamp/sigEnv";
const withStamps = { trustStores: ["ca:valid-trust-store", "tsa:test-timestamp"] };

const cases: readonly (readonly [string, string, Demands, string])[] = [
  [mocks, "ca_valid_sig_env.json", {}, "verified"],
  [mocks, "ca_valid_sig_env.json", { trustStores: ["ca:valid-trust-store-2"] }, "untrusted"],
  [mocks, "ca_valid_sig_env.json", { trustStores: ["signingAuthority:valid-trust-store"] }, "untrusted"],
  [mocks, "ca_valid_sig_env.json", { trustedIdentities: ["x509.subject: C=US, ST=WA, O=Other"] }, "untrusted"],
  [mocks, "ca_invalid_sig_env.json", {}, "invalid signature-malformed"],
  [mocks, "ca_expired_sig_env.json", {}, "invalid signature-expired"],
  [mocks, "ca_expired_sig_env.json", { level: { level: "permissive" } }, "verified"],
  [mocks, "ca_plugin_sig_env.json", {}, "unknown unsupported-format"],
  [mocks, "sa_valid_sig_env.json", {}, "verified"],
  [mocks, "sa_valid_sig_env.json", { trustStores: ["ca:valid-trust-store"] }, "untrusted"],
  [mocks, "sa_invalid_sig_env.json", {}, "invalid signature-malformed"],
  [mocks, "sa_expired_sig_env.json", {}, "invalid signature-expired"],
  [mocks, "sa_plugin_sig_env.json", {}, "unknown unsupported-format"],
  [mocks, "sig_env_with_metadata.json", {}, "invalid certificate-not-valid-then"],
  [plain, "jws_signature.sig", {}, "untrusted"],
  [plain, "jws_signature.sig", { trustStores: ["ca:own"] }, "verified"],
  [plain, "cose_signature.sig", {}, "untrusted"],
  [plain, "cose_signature.sig", { trustStores: ["ca:own"] }, "verified"],
  [stamped, "withoutTimestamp.sig", withStamps, "invalid timestamp-missing"],
  [
    stamped,
    "timestampAfterNotAfter.sig",
    { trustStores: ["ca:own", "tsa:test-timestamp"] },
    "invalid certificate-not-valid-then",
  ],
  [
    stamped,
    "timestampBeforeNotBefore.sig",
    { trustStores: ["ca:own", "tsa:test-timestamp"] },
    "invalid certificate-not-valid-then",
  ],
  [
    stamped,
    "jwsWithTimestamp.sig",
    { trustStores: ["ca:valid-trust-store", "tsa:test-mismatch"] },
    "invalid timestamp-untrusted",
  ],
  // The authority's certificates name places to ask whether they were revoked, and here nobody is asked.
  [stamped, "jwsWithTimestamp.sig", withStamps, "unknown revocation-unknown"],
  [stamped, "coseWithTimestamp.sig", withStamps, "unknown revocation-unknown"],
  [stamped, "jwsWithTimestamp.sig", { ...withStamps, level: { verifyTimestamp: "afterCertExpiry" } }, "verified"],
  [stamped, "coseWithTimestamp.sig", { ...withStamps, level: { verifyTimestamp: "afterCertExpiry" } }, "verified"],
  [stamped, "jwsWithTimestamp.sig", { ...withStamps, level: { level: "permissive" } }, "verified"],
];

const plugins = [
  "compatible_pluginver_sig_env_0.0.9",
  "compatible_pluginver_sig_env_1.0.0-alpha.beta",
  "compatible_pluginver_sig_env_1.0.0-alpha",
  "compatible_pluginver_sig_env_1.0.0",
  "incompatible_pluginver_sig_env_1.0.1",
  "incompatible_pluginver_sig_env_1.0.9",
  "incompatible_pluginver_sig_env_1.1.0-alpha",
  "incompatible_pluginver_sig_env_1.2.3",
];

const stampFolder = "verifier/testdata/timestamp/countersignature";
const stamps: readonly (readonly [string, string])[] = [
  ["TimeStampToken.p7s", "proven"],
  ["TimeStampTokenWithInvalidTSTInfo.p7s", "timestamp-malformed"],
  ["TimeStampTokenWithInvalideContentType.p7s", "timestamp-malformed"],
  ["TimeStampTokenWithoutCertificate.p7s", "timestamp-signer"],
];

if (existsSync(folder)) {
  describe("notation-go's envelopes", () => {
    for (const [place, file, demands, expected] of cases)
      it(`${file} ${JSON.stringify(demands)}: ${expected}`, () => {
        const { state, reason } = verdictOn(join(place, file), demands);
        const said = state === "verified" || state === "untrusted" ? state : `${state} ${reason.code}`;
        assert.equal(said, expected, reason.message);
      });
    for (const name of plugins)
      it(`ca_${name}.json needs a plug-in`, () => {
        const { state, reason } = verdictOn(join(mocks, `ca_${name}.json`));
        assert.equal(state, "unknown");
        assert.match(reason.message, /io\.cncf\.notary\.plugin\.unittest\.mock/);
      });
  });

  describe("notation-go's time-stamp tokens", () => {
    const [root] = existsSync(folder) ? store("tsa", "test-timestamp") : [];
    const roots = [new X509Certificate(root?.text ?? "").raw];
    for (const [file, expected] of stamps)
      it(`${file}: ${expected}`, () => {
        const outcome = verifyTimestampToken(
          readFileSync(join(folder, stampFolder, file)),
          Buffer.from("notation"),
          roots,
        );
        assert.equal(outcome.kind === "proven" ? outcome.kind : outcome.code, expected);
      });
    for (const file of [
      "jwsWithTimestamp.sig",
      "coseWithTimestamp.sig",
      "jwsExpiredWithTimestamp.sig",
      "coseExpiredWithTimestamp.sig",
    ])
      it(`of ${file}: proven`, () => {
        const read = readNotaryEnvelope(
          file.startsWith("jws") ? "notation-jws" : "notation-cose",
          readFileSync(join(folder, stamped, file)),
        );
        assert.ok(read.kind === "envelope" && read.envelope.timestamp !== undefined);
        const outcome = verifyTimestampToken(read.envelope.timestamp, read.envelope.signature, roots);
        assert.equal(outcome.kind, "proven");
      });
  });

  describe("notation-go's trust stores", () => {
    const usable: readonly (readonly [string, string, boolean])[] = [
      ["ca", "valid-trust-store", true],
      ["ca", "valid-trust-store-2", true],
      ["ca", "valid-trust-store-self-signed", true],
      ["ca", "trust-store-with-leaf-certs", false],
      ["ca", "trust-store-with-leaf-certs-in-single-file", false],
      ["ca", "trust-store-with-invalid-certs", false],
      ["tsa", "test-timestamp", true],
      ["tsa", "test-nonCA", false],
      ["tsa", "test-nonSelfIssued", false],
    ];
    for (const [kind, name, isUsable] of usable)
      it(`${kind}:${name} is ${isUsable ? "" : "not "}usable`, () => {
        const { decidedBy, reason } = verdictOn(join(mocks, "ca_valid_sig_env.json"), {
          trustStores: [`${kind}:${name}`],
        });
        assert.notEqual(decidedBy, undefined);
        assert.equal(reason.code !== "policy-not-understood", isUsable, reason.message);
      });
  });
} else {
  describe("notation-go's envelopes", () => {
    it(`skipped: no data at ${folder} (set CONFORMANCE_DATA)`, function () {
      this.skip();
    });
  });
}
