import assert from "node:assert/strict";
import { readPendingSigning, type PendingSigning } from "../../../../src/application/pendingSigning.ts";
import {
  executeSigning,
  prepareSigning,
  resumeSigning,
  type SigningRequest,
} from "../../../../src/application/signImage.ts";
import { prepareFile } from "../../../../src/application/signFile.ts";
import { readPolicy } from "../../../../src/core/policy/readPolicy.ts";
import type { SigningFormat } from "../../../../src/core/sign/scheme.ts";
import { createEnvelopePlugin, type EnvelopePlugin, type Misbehaviour } from "../../../helpers/envelopePlugin.ts";
import { pushImage, startScene, type Scene } from "../../../helpers/registryScene.ts";

const { signal } = new AbortController();
const clock = { now: () => new Date() };
const log = { info: () => undefined, warn: () => undefined };
const said = (outcome: Error | { readonly status: string }): string =>
  outcome instanceof Error ? outcome.message : outcome.status;
const envelopes = ["notation-jws", "notation-cose"] as const;
const verifying = ["SIGNATURE_GENERATOR.ENVELOPE", "SIGNATURE_VERIFIER.TRUSTED_IDENTITY"];

describe("a plug-in of notation that makes whole envelopes", () => {
  let scene: Scene;
  let plugin: EnvelopePlugin;
  beforeEach(async () => {
    scene = await startScene({ referrersApi: true, client: { limits: {} } });
    plugin = createEnvelopePlugin();
  });
  afterEach(async () => {
    plugin.stop();
    await scene.stop();
  });

  const trust = (store: "ca" | "signingAuthority" = "ca"): SigningRequest["trust"] => {
    const statement = {
      name: "release",
      registryScopes: ["*"],
      signatureVerification: { level: "strict", override: { revocation: "skip" } },
      trustStores: [`${store}:acme`],
      trustedIdentities: ["*"],
    };
    const root = `-----BEGIN CERTIFICATE-----\n${plugin.root.der.toString("base64")}\n-----END CERTIFICATE-----\n`;
    const policy = readPolicy([
      { path: "trustpolicy.json", text: JSON.stringify({ version: "1.0", trustPolicies: [statement] }) },
      { path: `truststore/x509/${store}/acme/root.pem`, text: root },
    ]);
    return { policy, material: { trustedRoots: [] } };
  };
  const namedKey = { policy: readPolicy([]), material: { trustedRoots: [] }, namedKeySuffices: true };
  /** Signs a new image; gives how often something was attached, besides what came of it. */
  const sign = async (
    how: Misbehaviour,
    format: SigningFormat,
    more: {
      readonly known?: "chain" | "issuer" | "authority";
      readonly expires?: boolean;
      readonly store?: "ca" | "signingAuthority";
      /** Without a policy, so that the key that was named is what to judge by. */
      readonly named?: boolean;
    } = {},
  ) => {
    plugin.behave(how);
    const image = await pushImage(scene.registry, scene.repository, "1", how);
    const ports = { registry: scene.client(), service: await plugin.open(more.known), clock, log };
    const request: SigningRequest = {
      reference: { ...scene.repository, tag: "1" },
      key: "release",
      format,
      terms: more.expires === true ? { expiresAt: new Date(Date.now() + 7_200_000).toISOString() } : {},
      trust: more.named === true ? namedKey : trust(more.store),
      tool: "test",
    };
    const prepared = await prepareSigning(ports, request, { signal });
    const records: unknown[] = [];
    const onSigned = (record: unknown): void => void records.push(record);
    const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0, onSigned }).catch(
      (error: unknown) => error as Error & { readonly code: string },
    );
    const attached = (await scene.client().referrers(scene.repository, image.digest, { signal })).descriptors;
    return { prepared, outcome, records, attached: attached.length };
  };

  for (const format of envelopes)
    for (const [kind, known] of [
      ["p256", "chain"],
      ["p384", "chain"],
      ["rsa2048", "chain"],
      ["p256", "authority"],
      ["p256", "issuer"],
    ] as const)
      it(`signs as ${format} by a key of ${kind} of which the ${known} is known`, async () => {
        plugin.stop();
        plugin = createEnvelopePlugin(kind);
        const { prepared, outcome, attached } = await sign("none", format, { known });
        assert.ok("status" in outcome && outcome.status === "signed", said(outcome));
        assert.equal(outcome.verdict.state, "verified", JSON.stringify(outcome.verdict.trace));
        assert.equal(outcome.verdict.signatures[0]?.format, format);
        assert.equal(attached, 1);
        assert.deepEqual(
          prepared.plan.acceptance.map(({ accepts }) => accepts),
          // Where only the issuer is known, who issued that tells that the policy trusts it.
          [true],
        );
        const [command, request] = plugin.calls().at(-1) ?? ["", {}];
        assert.equal(command, "generate-envelope");
        const payload = Buffer.from(String(request["payload"]), "base64").toString();
        const { mediaType, digest, size } = prepared.plan.image;
        assert.equal(payload, JSON.stringify({ targetArtifact: { mediaType, digest, size } }));
        assert.deepEqual(
          ["contractVersion", "keyId", "payloadType", "expiryDurationInSeconds"].map((name) => request[name]),
          ["1.0", "release", "application/vnd.cncf.notary.payload.v1+json", undefined],
        );
        assert.equal(plugin.calls().filter(([name]) => name === "generate-envelope").length, 1);
      });

  it("attaches later what could not be attached, without asking for another", async () => {
    const image = await pushImage(scene.registry, scene.repository, "1", "kept");
    const ports = { registry: scene.client(), service: await plugin.open(), clock, log };
    const reference = { ...scene.repository, tag: "1" };
    const request = { reference, key: "release", format: "notation-cose", trust: trust(), tool: "test" } as const;
    const prepared = await prepareSigning(ports, request, { signal });
    scene.faults.push({ path: /uploads/u, method: "POST", fault: { kind: "status", status: 403 } });
    const records: PendingSigning[] = [];
    const onSigned = (record: PendingSigning): void => void records.push(record);
    const failed = executeSigning(ports, prepared, { signal, waitMs: 0, onSigned });
    await assert.rejects(failed, { code: "attach-failed" });
    scene.faults.length = 0;
    const kept = readPendingSigning(JSON.parse(JSON.stringify(records[0])));
    assert.ok(kept);
    const resumed = await resumeSigning(ports, kept, trust(), { signal, waitMs: 0 });
    assert.equal(resumed.status === "signed" && resumed.verdict.state, "verified");
    assert.equal((await scene.client().referrers(scene.repository, image.digest, { signal })).descriptors.length, 1);
    assert.equal(plugin.calls().filter(([name]) => name === "generate-envelope").length, 1);
    // A record that somebody changed is judged like what a service returns.
    const changed = { ...kept, signature: Buffer.from("{}").toString("base64") };
    await assert.rejects(resumeSigning(ports, changed, trust(), { signal, waitMs: 0 }), {
      code: "signature-not-verified",
    });
  });

  it("has a signature expire when it is asked to, and lets the service say so otherwise", async () => {
    const asked = await sign("none", "notation-jws", { expires: true });
    assert.ok("status" in asked.outcome && asked.outcome.status === "signed", said(asked.outcome));
    // A second may begin between naming the time and planning.
    const seconds = Number(plugin.calls().at(-1)?.[1]["expiryDurationInSeconds"]);
    assert.ok(Math.abs(seconds - 7200) <= 1, `${seconds} seconds`);
    const own = await sign("own expiry", "notation-cose");
    assert.ok("status" in own.outcome && own.outcome.status === "signed", said(own.outcome));
  });

  it("takes the time of a service that is an authority for it", async () => {
    const { outcome, prepared } = await sign("signing authority", "notation-jws", { store: "signingAuthority" });
    assert.ok("status" in outcome && outcome.status === "signed", said(outcome));
    assert.equal(outcome.verdict.state, "verified");
    assert.equal(prepared.plan.acceptance[0]?.accepts, true);
  });

  for (const how of ["own plug-in", "own critical attribute"] as const)
    it(`attaches what demands its own plug-in, which is not used to verify: ${how}`, async () => {
      plugin.stop();
      plugin = createEnvelopePlugin("p256", verifying);
      const { outcome, attached } = await sign(how, "notation-jws", { store: "signingAuthority" });
      assert.ok("status" in outcome && outcome.status === "signed", said(outcome));
      assert.equal(outcome.verdict.state, "unknown");
      assert.match(JSON.stringify(outcome.verdict.signatures[0]?.reasons), /plugin-needed.*'acme'/u);
      assert.equal(attached, 1);
      const named = await sign(how, "notation-jws", { named: true });
      assert.ok("status" in named.outcome && named.outcome.status === "signed", said(named.outcome));
      assert.equal(named.outcome.verdict.state, "unknown");
    });

  const refused: readonly (readonly [Misbehaviour, string, RegExp, { readonly expires?: boolean }?])[] = [
    ["other digest", "signature-not-verified", /another payload/u],
    ["added attribute", "signature-not-verified", /another payload/u],
    ["other content type", "signature-not-verified", /payload of the Notary Project/u],
    ["other type of envelope", "service-protocol", /envelope of another type/u],
    ["other encoding", "signature-not-verified", /envelope/u],
    ["other key", "signature-not-verified", /does not fit/u],
    ["other authority", "signature-not-verified", /another certificate/u],
    ["broken signature", "signature-not-verified", /does not fit|envelope/u],
    ["unknown critical attribute", "signature-not-verified", /critical attribute 'com.acme.job'/u],
    ["own plug-in", "signature-not-verified", /demands the verification plug-in 'acme'/u],
    ["other plug-in", "signature-not-verified", /demands the verification plug-in 'evil'/u],
    ["later expiry", "signature-not-verified", /does not expire when/u, { expires: true }],
    ["no expiry", "signature-not-verified", /does not expire when/u, { expires: true }],
    ["no answer", "service-protocol", /another type/u],
  ];
  const inCose: readonly Misbehaviour[] = [
    "other digest",
    "other content type",
    "other key",
    "broken signature",
    "unknown critical attribute",
    "later expiry",
  ];
  for (const format of envelopes)
    for (const [how, code, words, more] of refused.filter(([how]) => format === "notation-jws" || inCose.includes(how)))
      it(`attaches nothing as ${format}, and keeps nothing: ${how}`, async () => {
        const { outcome, attached, records } = await sign(how, format, more);
        assert.ok(outcome instanceof Error, JSON.stringify(outcome));
        assert.deepEqual([outcome.code, attached, records.length], [code, 0, 0], outcome.message);
        assert.match(outcome.message, words);
      });

  it("is refused another plug-in's demand even where it verifies itself", async () => {
    plugin.stop();
    plugin = createEnvelopePlugin("p256", verifying);
    const { outcome, attached } = await sign("other plug-in", "notation-jws");
    assert.ok(outcome instanceof Error && /'evil'/u.test(outcome.message));
    assert.equal(attached, 0);
  });

  it("passes on that it refuses", async () => {
    const { outcome } = await sign("refusal", "notation-jws");
    assert.deepEqual(outcome, { status: "denied", code: "forbidden", message: "Not you. (ACCESS_DENIED)" });
  });

  it("signs nothing else, and says so before anything is sent", async () => {
    for (const format of ["sigstore-bundle", "cosign"] as const)
      await assert.rejects(sign("none", format), { code: "usage", message: /notation-jws or notation-cose/u });
    const output = { path: "x", prepare: async () => undefined, write: async () => undefined };
    const file = { file: { name: "a", content: Buffer.from("a") }, key: "release", tool: "test" };
    const ports = { service: await plugin.open(), clock, output };
    await assert.rejects(prepareFile(ports, file, { signal }), { code: "usage", message: /notation-jws or/u });
    const stamped = { timeStampAuthority: { url: "https://tsa.example/", roots: [] } };
    const reference = { ...scene.repository, tag: "1" };
    const request: SigningRequest = { reference, key: "release", format: "notation-jws", trust: trust(), tool: "test" };
    const signing = prepareSigning(
      { registry: scene.client(), service: await plugin.open(), clock },
      { ...request, terms: stamped },
      { signal },
    );
    await assert.rejects(signing, { code: "usage", message: /makes the whole envelope/u });
    assert.equal(plugin.calls().filter(([name]) => name === "generate-envelope").length, 0);
  });
});
