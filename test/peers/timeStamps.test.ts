import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { createRevocations } from "../../src/adapters/revocations.ts";
import { createTrialService } from "../../src/adapters/services/trial.ts";
import { createTimeStamps } from "../../src/adapters/timeStamps.ts";
import { executeFile, prepareFile } from "../../src/application/signFile.ts";
import {
  executeSigning,
  prepareSigning,
  type SigningOutcome,
  type SigningTrust,
} from "../../src/application/signImage.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import { createBundleOutput } from "../../src/cli/bundleOutput.ts";
import { formatReference } from "../../src/core/image/reference.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { isNotaryFormat, type SigningFormat } from "../../src/core/sign/scheme.ts";
import { createTrialTimeStampAuthority } from "../../src/trial/sigstore/timeStampAuthority.ts";
import { startTrial, type Trial } from "../../src/trial/startTrial.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { describeWithPeers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });

const statement = (more: object): string =>
  JSON.stringify({
    version: "1.0",
    trustPolicies: [
      {
        name: "release",
        registryScopes: ["*"],
        signatureVerification: { level: "strict" },
        trustStores: ["ca:trial", "tsa:trial"],
        trustedIdentities: ["*"],
        ...more,
      },
    ],
  });

describeWithPeers("signatures with time stamps of the organisation's authority", ["cosign", "notation"], (peers) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-stamps-"));
  const stranger = createTrialTimeStampAuthority(new Date());
  let trial: Trial;
  before(async () => {
    trial = await startTrial({ retryAfterMs: 1 });
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await trial.stop();
  });

  const notaryTrust = (more: object = {}): SigningTrust => ({
    policy: readPolicy([
      { path: "trustpolicy.json", text: statement(more) },
      { path: "truststore/x509/ca/trial/root.crt", text: trial.service.root },
      { path: "truststore/x509/tsa/trial/root.crt", text: trial.pki.timeStamps.root },
    ]),
    material: { trustedRoots: [] },
  });

  const sign = async (format: SigningFormat, repository: string): Promise<SigningOutcome> => {
    const place = { registry: trial.registry, repository };
    await pushImage(registry, place, "1", repository);
    const service = createTrialService({ url: trial.service.url, secret: trial.service.secrets.dev });
    const revocations = createRevocations({ log });
    const ports = { registry, service, clock, log, timeStamps: createTimeStamps(), revocations };
    const { url, root } = trial.pki.timeStamps;
    const trust = isNotaryFormat(format) ? notaryTrust() : { ...notaryTrust(), policy: { rules: [], problems: [] } };
    const request = {
      reference: { ...place, tag: "1" },
      key: "dev",
      format,
      terms: { timeStampAuthority: { url, roots: [root] } },
      trust: { ...trust, namedKeySuffices: true },
      tool: "test",
    };
    return executeSigning(ports, await prepareSigning(ports, request, { signal }), { signal, waitMs: 0 });
  };

  const write = (name: string, text: string): string => {
    const path = join(peers.home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  /** Options that have cosign demand a time stamp of the authority with this chain, and no other. */
  const stampedBy = (chain: readonly Uint8Array[]): readonly string[] => {
    const key = write("dev.pub", trial.service.keys[0]!.publicKey);
    const certificates = chain.map((der) => ({ rawBytes: Buffer.from(der).toString("base64") }));
    const root = {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      timestampAuthorities: [{ certChain: { certificates }, validFor: { start: "2020-01-01T00:00:00Z" } }],
    };
    const file = write("tsa.json", JSON.stringify(root));
    return ["--key", key, "--insecure-ignore-tlog", "--use-signed-timestamps", "--trusted-root", file];
  };

  for (const format of ["sigstore-bundle", "cosign"] as const)
    it(`as ${format} are accepted by cosign, which checks the stamp`, async () => {
      const outcome = await sign(format, `stamped/${format}`);
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
      const bundle = format === "cosign" ? ["--new-bundle-format=false"] : [];
      const { chain } = trial.pki.timeStamps;
      await peers.run("cosign", ["verify", ...stampedBy(chain), ...bundle, outcome.artifact]);
      const other = ["verify", ...stampedBy(stranger.chain), ...bundle, outcome.artifact];
      assert.equal(await peers.succeeds("cosign", other), false);
    });

  it("of a file are accepted by cosign, which checks the stamp", async () => {
    const path = join(folder, "app.tar");
    const content = Buffer.from("app");
    writeFileSync(path, content);
    const service = createTrialService({ url: trial.service.url, secret: trial.service.secrets.dev });
    const output = createBundleOutput(`${path}.sigstore.json`, { cwd: folder, overwrite: false });
    const ports = { service, clock, log, output, timeStamps: createTimeStamps() };
    const { url, root } = trial.pki.timeStamps;
    const terms = { timeStampAuthority: { url, roots: [root] } };
    const prepared = await prepareFile(
      ports,
      { file: { name: path, content }, key: "dev", terms, tool: "t" },
      { signal },
    );
    assert.equal((await executeFile(ports, prepared, { signal, waitMs: 0 })).status, "signed");
    await peers.run("cosign", [
      "verify-blob",
      ...stampedBy(trial.pki.timeStamps.chain),
      "--bundle",
      `${path}.sigstore.json`,
      path,
    ]);
  });

  for (const format of ["notation-jws", "notation-cose"] as const)
    it(`as ${format} are accepted by notation, which checks stamp and revocation`, async () => {
      const config = ".config/notation";
      write(`${config}/truststore/x509/ca/trial/root.crt`, trial.service.root);
      write(`${config}/truststore/x509/tsa/trial/root.crt`, trial.pki.timeStamps.root);
      write(`${config}/trustpolicy.json`, statement({}));
      const outcome = await sign(format, `stamped/${format}`);
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
      await peers.run("notation", ["verify", "--insecure-registry", outcome.artifact]);
    });

  it("are refused by notation and by us once the certificate is revoked", async () => {
    const outcome = await sign("notation-jws", "stamped/revoked");
    assert.ok(outcome.status === "signed");
    trial.pki.revoke(trial.service.keys[0]!.certificateChain[0]!);
    assert.equal(await peers.succeeds("notation", ["verify", "--insecure-registry", outcome.artifact]), false);
    const reference = { registry: trial.registry, repository: "stamped/revoked", digest: outcome.digest };
    const ports = { registry, clock, revocations: createRevocations({ log }) };
    const { policy, material } = notaryTrust();
    const verdict = (await verifyImages(ports, [reference], policy, material, { signal })).get(
      formatReference(reference),
    );
    assert.deepEqual([verdict?.state, verdict?.signatures[0]?.reasons[0]?.code], ["invalid", "certificate-revoked"]);
  });
});
