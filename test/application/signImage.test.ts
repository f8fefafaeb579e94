import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { SigningPorts, SigningRequest, SigningWait } from "../../src/application/signImage.ts";
import { cancelSigning, executeSigning, prepareSigning, resumeSigning } from "../../src/application/signImage.ts";
import { readPendingSigning, type PendingSigning } from "../../src/application/pendingSigning.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { createTrialService, decideTrialRequest } from "../../src/adapters/services/trial.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { planSignature } from "../../src/core/sign/plan.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";
import { pushImage, startScene, type Scene } from "../helpers/registryScene.ts";

const { signal } = new AbortController();

function clusterImagePolicy(publicKeys: readonly string[], glob: string): string {
  return JSON.stringify({
    apiVersion: "policy.sigstore.dev/v1beta1",
    kind: "ClusterImagePolicy",
    metadata: { name: "shop" },
    spec: {
      images: [{ glob }],
      authorities: publicKeys.map((data, index) => ({
        name: `key-${index}`,
        signatureFormat: "bundle",
        key: { data },
      })),
    },
  });
}

for (const referrersApi of [true, false]) {
  describe(`signing an image on a registry ${referrersApi ? "with" : "without"} the referrers API`, () => {
    let scene: Scene;
    let trial: TrialService;
    let image: Descriptor;
    let submissions: number;
    let log: string[];

    beforeEach(async () => {
      scene = await startScene({ referrersApi, client: { limits: {} } });
      trial = await startTrialService({ retryAfterMs: 1 });
      image = await pushImage(scene.registry, scene.repository, "1.4");
      submissions = 0;
      log = [];
    });
    afterEach(async () => {
      trial.setFault(undefined);
      await Promise.all([scene.stop(), trial.stop()]);
    });

    /** New objects each time, as after a restart. */
    const ports = (changes: Partial<SigningService> = {}): SigningPorts => {
      const service = createTrialService({ url: trial.url, secret: trial.secrets.dev, timeoutMs: 2_000 });
      const submit: SigningService["submit"] = (request, options) => {
        submissions += 1;
        return service.submit(request, options);
      };
      return {
        registry: scene.client(),
        service: { ...service, submit, ...changes },
        clock: { now: () => new Date() },
        log: { info: (message) => log.push(message), warn: (message) => log.push(message) },
      };
    };

    const trust = (): SigningRequest["trust"] => {
      const text = clusterImagePolicy(
        trial.keys.map(({ publicKey }) => publicKey),
        `${scene.host}/acme/*`,
      );
      const policy = readPolicy([{ path: "policy/images.yaml", text }]);
      assert.deepEqual(policy.problems, []);
      return { policy, material: { trustedRoots: [] } };
    };

    const request = (changes: Partial<SigningRequest> = {}): SigningRequest => ({
      reference: parseReference(`${scene.host}/acme/app:1.4`).value!,
      key: "dev",
      format: "sigstore-bundle",
      trust: trust(),
      tool: "test",
      ...changes,
    });
    const forRelease = { key: "release", justification: "release 1.4" };
    const wait = (changes: Partial<SigningWait> = {}): SigningWait => ({ signal, waitMs: 0, ...changes });

    const signaturesOf = async (): Promise<number> => {
      const answer = await scene.client().referrers(scene.repository, image.digest, { signal });
      return answer.descriptors.length;
    };

    const waitFor = async (outcome: ReturnType<typeof executeSigning>): Promise<PendingSigning> => {
      const settled = await outcome;
      assert.ok(settled.status === "pending");
      // As it comes back from where it was stored.
      const stored = readPendingSigning(JSON.parse(JSON.stringify(settled.pending)));
      assert.deepEqual(stored, settled.pending);
      return stored!;
    };

    const approve = (pending: PendingSigning, changes: { approve: boolean } = { approve: true }): Promise<void> =>
      decideTrialRequest(
        { url: trial.url, secret: trial.secrets.lead },
        { id: pending.ticket.id, comment: "", ...changes },
        { signal },
      );

    it("prepares without asking for a signature", async () => {
      const prepared = await prepareSigning(ports(), request(), { signal });
      assert.deepEqual(prepared.plan.image.digest, image.digest);
      assert.deepEqual(
        prepared.plan.acceptance.map(({ rule, accepts, authority }) => [rule, accepts, authority]),
        [["shop", true, "key-0"]],
      );
      assert.equal(submissions, 0);
      assert.deepEqual(
        trial.audit().map(({ event }) => event),
        ["started"],
      );
    });

    it("says which platforms an index covers", async () => {
      const mediaType = "application/vnd.oci.image.index.v1+json";
      const manifests = [
        { ...image, platform: { os: "linux", architecture: "amd64" } },
        { ...image, platform: { os: "linux", architecture: "arm", variant: "v7" } },
        { ...image, platform: { os: "unknown", architecture: "unknown" } },
      ];
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
      await scene.registry.pushManifest(scene.repository, { bytes, mediaType, tag: "1.4" }, { signal });
      const prepared = await prepareSigning(ports(), request(), { signal });
      assert.deepEqual(prepared.coverage, { kind: "index", platforms: ["linux/amd64", "linux/arm/v7"] });
      const outcome = await executeSigning(ports(), prepared, wait());
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified");
    });

    it("does not prepare what is no image", async () => {
      const fault = { kind: "body", body: "<html>", headers: { "content-type": "text/html" } } as const;
      scene.faults.push({ path: /manifests/, method: "GET", fault });
      await assert.rejects(prepareSigning(ports(), request(), { signal }));
    });

    it("signs, attaches, and finds the image verified", async () => {
      const outcome = await executeSigning(ports(), await prepareSigning(ports(), request(), { signal }), wait());
      assert.ok(outcome.status === "signed");
      assert.equal(outcome.verdict.state, "verified", JSON.stringify(outcome.verdict.trace));
      assert.equal(outcome.digest, image.digest);
      assert.equal(outcome.verdict.signatures[0]?.manifest, outcome.signature);
      assert.equal(outcome.verdict.decidedBy?.rule, "shop");
      assert.equal(outcome.audit, "audit-3");
      assert.equal(await signaturesOf(), 1);
    });

    it("signs what the tag resolved to, once, when it moves", async () => {
      const prepared = await prepareSigning(ports(), request(), { signal });
      await pushImage(scene.registry, scene.repository, "1.4", "something else");
      const outcome = await executeSigning(ports(), prepared, wait());
      assert.ok(outcome.status === "signed" && outcome.digest === image.digest);
      assert.equal(outcome.verdict.state, "verified");
    });

    it("waits for an approval, survives a restart, and goes on", async () => {
      const seen: PendingSigning[] = [];
      const options = wait({ onPending: (pending) => void seen.push(pending) });
      const prepared = await prepareSigning(ports(), request(forRelease), { signal });
      const pending = await waitFor(executeSigning(ports(), prepared, options));
      assert.deepEqual(
        seen.map(({ ticket }) => ticket),
        [pending.ticket],
      );
      assert.equal((await resumeSigning(ports(), pending, trust(), wait())).status, "pending");
      await approve(pending);
      await pushImage(scene.registry, scene.repository, "1.4", "something else");
      const outcome = await resumeSigning(ports(), pending, trust(), wait());
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified");
      assert.equal(outcome.digest, image.digest);
      assert.equal(submissions, 1);
    });

    it("goes on by itself when the approval comes while it waits", async () => {
      const prepared = await prepareSigning(ports(), request(forRelease), { signal });
      const outcome = await executeSigning(
        ports(),
        prepared,
        wait({ waitMs: 60_000, onPending: (pending) => approve(pending) }),
      );
      assert.equal(outcome.status, "signed");
      assert.equal(submissions, 1);
    });

    it("is denied where the approver rejects", async () => {
      const prepared = await prepareSigning(ports(), request(forRelease), { signal });
      const pending = await waitFor(executeSigning(ports(), prepared, wait()));
      await approve(pending, { approve: false });
      const outcome = await resumeSigning(ports(), pending, trust(), wait());
      assert.ok(outcome.status === "denied" && outcome.code === "approval-rejected");
      assert.equal(await signaturesOf(), 0);
    });

    it("leaves things as they were when it is cancelled while it waits", async () => {
      const controller = new AbortController();
      const prepared = await prepareSigning(ports(), request(forRelease), { signal });
      let stored: PendingSigning | undefined;
      const running = executeSigning(ports(), prepared, {
        signal: controller.signal,
        waitMs: 60_000,
        onPending: (pending) => {
          stored = pending;
          controller.abort();
        },
      });
      await assert.rejects(running, { code: "cancelled" });
      await cancelSigning(ports(), stored!, { signal });
      await assert.rejects(approve(stored!), { code: "service-denied" });
      assert.equal((await resumeSigning(ports(), stored!, trust(), wait())).status, "denied");
      assert.equal(await signaturesOf(), 0);
      assert.ok(!trial.audit().some(({ event }) => event === "signed"));
    });

    it("does not resume a record that was changed", async () => {
      const prepared = await prepareSigning(ports(), request(forRelease), { signal });
      const pending = await waitFor(executeSigning(ports(), prepared, wait()));
      await approve(pending);
      const other = await pushImage(scene.registry, scene.repository, "other", "other");
      const [dev] = trial.keys;
      const changed: readonly Partial<PendingSigning>[] = [
        { image: other },
        { reference: `${scene.host}/acme/other:1.4` },
        { justification: "another" },
        { key: { name: "dev", publicKey: dev!.publicKey } },
        { key: { name: "release", publicKey: dev!.publicKey } },
        { ticket: { ...pending.ticket, requestHash: "0".repeat(64) } },
        { ticket: { ...pending.ticket, service: "other" } },
      ];
      for (const change of changed)
        await assert.rejects(resumeSigning(ports(), { ...pending, ...change }, trust(), wait()), {
          code: "service-protocol",
        });
      assert.equal(await signaturesOf(), 0);
    });

    const unusable: readonly (readonly [string, Partial<SigningRequest>, string])[] = [
      ["a key that the service does not have", { key: "prod" }, "usage"],
      ["no justification where the key needs one", { key: "release" }, "usage"],
    ];
    for (const [what, changes, code] of unusable)
      it(`does not prepare with ${what}`, () =>
        assert.rejects(prepareSigning(ports(), request(changes), { signal }), { code }));

    it("does not prepare an image that does not exist", async () => {
      const reference = parseReference(`${scene.host}/acme/app:none`).value!;
      await assert.rejects(prepareSigning(ports(), request({ reference }), { signal }), { code: "image-not-found" });
    });

    const misbehaving = [
      ["wrong-signature", "signature-not-verified"],
      ["side-by-side", "signature-not-verified"],
      ["error-after-signing", "service-unavailable"],
      ["malformed", "service-protocol"],
      ["stall", "cancelled"],
    ] as const;
    for (const [kind, code] of misbehaving) {
      it(`attaches nothing and asks once where the service misbehaves: ${kind}`, async () => {
        const prepared = await prepareSigning(ports(), request(), { signal });
        trial.setFault({ kind });
        const controller = new AbortController();
        const running = executeSigning(ports(), prepared, wait({ signal: controller.signal }));
        if (kind === "stall") controller.abort();
        await assert.rejects(running, { code });
        assert.equal(submissions, 1);
        assert.equal(await signaturesOf(), 0);
      });
    }

    it("passes on that the service refuses", async () => {
      const prepared = await prepareSigning(ports(), request(), { signal });
      trial.setFault({ kind: "refuse" });
      const outcome = await executeSigning(ports(), prepared, wait());
      assert.ok(outcome.status === "denied" && outcome.code === "forbidden");
      assert.equal(await signaturesOf(), 0);
    });

    it("attaches nothing that would not be judged verified, though the signature itself is right", async () => {
      const prepared = await prepareSigning(ports(), request(), { signal });
      const other = { ...prepared.plan.image, digest: `sha256:${"cd".repeat(32)}` };
      const mistaken = planSignature({ ...request(), image: other }, trust().policy, prepared.key).value!;
      const plan = { ...mistaken, image: prepared.plan.image };
      const changed = { ...prepared, plan, request: { ...prepared.request, digest: plan.digest } };
      await assert.rejects(executeSigning(ports(), changed, wait()), { code: "signature-not-verified" });
      assert.equal(await signaturesOf(), 0);
    });

    it("does not follow a ticket for another request", async () => {
      const prepared = await prepareSigning(ports(), request(forRelease), { signal });
      const ticket = { service: "trial", id: "x", requestHash: "0".repeat(64) };
      const approvals = { have: 0, need: 1, by: [] };
      const submit: SigningService["submit"] = () =>
        Promise.resolve({ status: "pending", ticket, approvals, message: "wait", retryAfterMs: 1 });
      await assert.rejects(executeSigning(ports({ submit }), prepared, wait()), { code: "service-protocol" });
    });

    it("says that it was signed where it could not be attached", async () => {
      const prepared = await prepareSigning(ports(), request(), { signal });
      scene.faults.push({ path: /manifests/, method: "PUT", fault: { kind: "status", status: 403 } });
      await assert.rejects(executeSigning(ports(), prepared, wait()), (error) => {
        assert.ok(error instanceof Error && "code" in error);
        assert.equal(error.code, "attach-failed");
        assert.match(error.message, /recorded the signature as audit-3\. It could not be kept here\./);
        return true;
      });
      assert.equal(submissions, 1);
    });

    it("says that a signature was kept which could not be attached, and keeps what it can go on with", async () => {
      const prepared = await prepareSigning(ports(), request(), { signal });
      scene.faults.push({ path: /manifests/, method: "PUT", fault: { kind: "status", status: 403 } });
      const kept: PendingSigning[] = [];
      const onSigned = (pending: PendingSigning): void => void kept.push(pending);
      await assert.rejects(executeSigning(ports(), prepared, wait({ onSigned })), {
        code: "attach-failed",
        message: /It was kept: resume the signing to attach it, without asking for another\./,
      });
      assert.equal(kept.length, 1);
    });

    it("lets the named key suffice where there is no policy, and only there", async () => {
      const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
      const theirs = clusterImagePolicy(
        [stranger.export({ type: "spki", format: "pem" }).toString()],
        `${scene.host}/acme/*`,
      );
      const states: string[] = [];
      for (const files of [[], [{ path: "policy/images.yaml", text: theirs }]]) {
        const named = { policy: readPolicy(files), material: { trustedRoots: [] }, namedKeySuffices: true };
        const prepared = await prepareSigning(ports(), request({ trust: named }), { signal });
        const outcome = await executeSigning(ports(), prepared, wait());
        assert.ok(outcome.status === "signed");
        states.push(outcome.verdict.state);
        assert.match(outcome.artifact, /\/acme\/app@sha256:[0-9a-f]{64}$/);
      }
      assert.deepEqual(states, ["verified", "untrusted"]);
      assert.ok(log.some((line) => /^Attached sha256:[0-9a-f]{64} to /.test(line)));
    });

    it("says untrusted where the organisation's policy does not accept the key", async () => {
      const nobody = { policy: { rules: [], problems: [] }, material: { trustedRoots: [] } };
      const prepared = await prepareSigning(ports(), request({ trust: nobody }), { signal });
      assert.deepEqual(prepared.plan.acceptance, []);
      const outcome = await executeSigning(ports(), prepared, wait());
      assert.ok(outcome.status === "signed" && outcome.verdict.state === "untrusted");
    });
  });
}
