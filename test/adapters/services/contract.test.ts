import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { noCredentials } from "../../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning } from "../../../src/application/signImage.ts";
import type { SigningService, SignRequest } from "../../../src/application/signingService.ts";
import { emptyConfiguration, parseConfiguration } from "../../../src/core/policy/configuration.ts";
import { readPolicy } from "../../../src/core/policy/readPolicy.ts";
import { startTrialRegistry } from "../../../src/trial/registry/trialRegistry.ts";
import { contractCases, type ContractFault, type ContractScene } from "../../helpers/contractScenes.ts";
import { pushImage } from "../../helpers/registryScene.ts";
import { everyKind } from "../../helpers/serviceScene.ts";
import { isValid, message, request, signed } from "../../helpers/signRequests.ts";

const { signal } = new AbortController();
/** Each request proves by itself who asks. */
const sessionless: readonly string[] = ["trial", "aws-kms", "signserver"];

for (const { type, title = type, offers, waits, start } of contractCases)
  describe(`every service signs alike: ${title}`, () => {
    let scene: ContractScene;
    let service: SigningService;
    before(async () => {
      scene = await start();
    });
    beforeEach(async () => {
      service = await scene.open();
    });
    afterEach(() => scene.setFault(undefined));
    after(() => scene.stop());

    const keyOf = (name: string): string => scene.nameOf(name) ?? "none";
    const described = (name: string) =>
      scene.engine.keys.find(({ description }) => description.name === name)!.description;
    /** How many signatures were made, and how many requests have reached the engine. */
    const count = (event: string): number =>
      scene.engine.audit.entries().filter((entry) => entry.event === event).length;
    const asked = (changes: Partial<SignRequest>): SignRequest => request({ idempotencyKey: randomUUID(), ...changes });
    const first = (): SignRequest => asked({ key: keyOf("p256") });

    it("lists and describes its keys", async () => {
      const keys = await service.listKeys({ signal });
      for (const spec of everyKind.filter((each) => scene.nameOf(each) !== undefined)) {
        const key = keys.find(({ name }) => name === scene.nameOf(spec));
        assert.deepEqual([key?.spec, key?.state], [spec, "enabled"], spec);
        assert.equal(key?.publicKey.trim(), described(spec).publicKey.trim());
        const said = Object.values(key?.governance ?? {});
        assert.ok(said.length >= 3 && said.every((each) => each !== ""), spec);
      }
      // SignServer tells nothing of its workers.
      if (type !== "signserver") assert.equal(keys.find(({ name }) => name === scene.nameOf("off"))?.state, "disabled");
      assert.equal(
        keys.some(({ spec }) => offers(spec).length === 0),
        false,
      );
    });

    for (const spec of everyKind)
      for (const [scheme, hash] of offers(spec))
        it(`signs by ${spec} with ${scheme} and ${hash}`, async () => {
          const digest = createHash(hash).update(message).digest();
          const whole = scheme === "ed25519" ? { message } : {};
          const before = count("signed");
          const outcome = await service.submit(asked({ key: keyOf(spec), scheme, hash, digest, ...whole }), { signal });
          assert.equal(isValid(scheme, hash, described(spec).publicKey, signed(outcome).signature), true);
          assert.equal(count("signed") - before, 1);
        });

    it("signs nothing for a digest of another length", async () => {
      const before = count("signed");
      for (const digest of [Buffer.alloc(31, 1), Buffer.alloc(33, 1)]) {
        const outcome = await service.submit(asked({ key: keyOf("p256"), digest }), { signal });
        assert.equal(outcome.status, "denied", String(digest.length));
      }
      assert.equal(count("signed"), before);
    });

    it("denies with a code that says what to do", async () => {
      const codeOf = async (changes: Partial<SignRequest>): Promise<string> => {
        const outcome = await service.submit(asked(changes), { signal });
        return outcome.status === "denied" ? outcome.code : outcome.status;
      };
      assert.equal(await codeOf({ key: keyOf("off") }), "key-disabled");
      assert.equal(await codeOf({ key: "no-such-key" }), "key-not-found");
      assert.equal(
        ["unsupported", "algorithm-not-allowed"].includes(await codeOf({ key: keyOf("p256"), scheme: "rsa-pss" })),
        true,
      );
      if (waits === undefined) assert.equal(await codeOf({ key: keyOf("release") }), "forbidden");
    });

    if (waits !== undefined) {
      const approve = (): void => {
        const waiting = scene.engine.requests.pending().at(-1);
        scene.engine.requests.approve("lead", waiting?.id ?? "", "fine");
      };
      it("waits for an approval under a ticket that survives a restart", async () => {
        const one = await service.submit(asked({ key: keyOf("release") }), { signal });
        assert.ok(one.status === "pending", JSON.stringify(one));
        const ticket = JSON.parse(JSON.stringify(one.ticket));
        const again = await (await scene.open()).resume(ticket, { signal });
        assert.deepEqual(again.status === "pending" && again.ticket, ticket);
        approve();
        const { signature } = signed(await (await scene.open()).resume(ticket, { signal }));
        assert.equal(isValid("ecdsa", "sha256", described("release").publicKey, signature), true);
      });

      it("tells of a rejection", async () => {
        const one = await service.submit(
          asked({ key: keyOf("release"), digest: createHash("sha256").update("r").digest() }),
          { signal },
        );
        assert.ok(one.status === "pending");
        const waiting = scene.engine.requests.pending().at(-1);
        scene.engine.requests.reject("lead", waiting?.id ?? "", "no");
        const outcome = await service.resume(one.ticket, { signal });
        // Control groups know approval only: what nobody approves runs out.
        assert.equal(outcome.status, type === "vault" ? "pending" : "denied");
      });

      it(`has a request ${waits === "left" ? "given up" : "withdrawn"}`, async () => {
        const one = await service.submit(
          asked({ key: keyOf("release"), digest: createHash("sha256").update("c").digest() }),
          { signal },
        );
        assert.ok(one.status === "pending");
        const withdrawn = await service.cancel(one.ticket, { signal }).then(
          () => true,
          (error: { code: string }) => error.code,
        );
        assert.ok(withdrawn === true || withdrawn === "service-denied");
        if (withdrawn === true) assert.equal((await service.resume(one.ticket, { signal })).status, "denied");
      });
    } else
      it("has no tickets to resume or withdraw, and says so", async () => {
        const ticket = { service: service.name, id: "1", requestHash: "" };
        await assert.rejects(service.resume(ticket, { signal }), { code: "service-denied" });
        await assert.rejects(service.cancel(ticket, { signal }), { code: "service-denied" });
        assert.deepEqual(await service.pending({ signal }), []);
        await assert.rejects(service.audit({ signal }), { code: "service-denied" });
      });

    it("never repeats a request whose answer was lost", async () => {
      await service.listKeys({ signal });
      const before = count("signed");
      scene.setFault("error-after-signing");
      await assert.rejects(service.submit(first(), { signal }), {
        code: "service-unavailable",
        message: /sent once and not repeated/,
      });
      assert.equal(count("signed") - before, 1);
    });

    if (!sessionless.includes(type))
      it("goes on with another session where one has ended", async () => {
        assert.ok(scene.endSessions !== undefined);
        await service.listKeys({ signal });
        scene.endSessions();
        const before = count("signed");
        signed(await service.submit(first(), { signal }));
        scene.endSessions();
        assert.ok((await service.listKeys({ signal })).length > 0);
        assert.equal(count("signed") - before, 1);
      });

    it("stops where it is cancelled, before anything is sent and while it waits", async () => {
      const before = count("requested");
      await assert.rejects(service.submit(first(), { signal: AbortSignal.abort() }), { code: "cancelled" });
      assert.equal(count("requested"), before);
      await service.listKeys({ signal });
      scene.setFault("stall");
      const controller = new AbortController();
      const waiting = service.submit(first(), { signal: controller.signal });
      setImmediate(() => controller.abort());
      await assert.rejects(waiting, { code: "cancelled" });
    });

    const broken: readonly (readonly [ContractFault, string])[] = [
      ["flood", "service-protocol"],
      ["malformed", "service-protocol"],
    ];
    for (const [fault, code] of broken)
      it(`takes no answer that is ${fault === "flood" ? "without an end" : "no JSON"}`, async () => {
        await service.listKeys({ signal });
        scene.setFault(fault);
        await assert.rejects(service.submit(first(), { signal }), { code });
      });

    it("says nothing secret, whatever the service repeats", async () => {
      scene.setFault("echo");
      const said = await service.submit(first(), { signal }).then(
        (outcome) => JSON.stringify(outcome),
        (error: unknown) => String(error),
      );
      assert.equal(said.includes(scene.engine.secrets.dev), false);
    });

    it("has no wrong signature attached", async () => {
      const registry = await startTrialRegistry();
      const place = { registry: registry.host, repository: "shop/app" };
      const log = { info: () => undefined, warn: () => undefined };
      const client = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });
      const image = await pushImage(client, place, "1", type);
      const ports = { registry: client, service, clock: { now: () => new Date() }, log };
      const prepared = await prepareSigning(
        ports,
        {
          reference: { ...place, tag: "1" },
          key: keyOf("p256"),
          format: "sigstore-bundle",
          trust: { policy: readPolicy([]), material: { trustedRoots: [] } },
          tool: "test/1",
        },
        { signal },
      );
      scene.setFault("wrong-signature");
      await assert.rejects(executeSigning(ports, prepared, { signal, waitMs: 0 }), { code: "signature-not-verified" });
      assert.deepEqual((await client.referrers(place, image.digest, { signal })).descriptors, []);
      await registry.stop();
    });

    it("is one that the configuration may name", () => {
      const text = `version: 1\nservices:\n  - name: s\n    type: ${type}\n    url: https://service.example\n    options: {unheard: of}\n`;
      const { value = emptyConfiguration, problems } = parseConfiguration(text, ".countersign.yaml");
      assert.equal(value.services[0]?.type, type);
      if (type !== "trial") assert.match(problems[0]?.message ?? "", /'unheard' is not a known option/);
    });
  });
