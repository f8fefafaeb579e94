import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SigningService } from "../../../../src/application/signingService.ts";
import type { TrialFace } from "../../../../src/trial/face.ts";
import { startTrialSignServer } from "../../../../src/trial/signServer/startTrialSignServer.ts";
import type { TrialEngine } from "../../../../src/trial/service/engine.ts";
import { startJsonServer } from "../../../helpers/jsonServer.ts";
import { createEngineOfEveryKind, openFace } from "../../../helpers/serviceScene.ts";
import { isValid, request, signed } from "../../../helpers/signRequests.ts";

const { signal } = new AbortController();

describe("Keyfactor SignServer", () => {
  let engine: TrialEngine;
  let face: TrialFace;
  let root: string;
  before(async () => {
    engine = createEngineOfEveryKind(["p256", "p384", "rsa2048"]);
    face = await startTrialSignServer(engine, { rsa: "rsa-pss" });
    root = await mkdtemp(join(tmpdir(), "countersign-signserver-"));
    for (const { description } of engine.keys)
      await writeFile(join(root, `${description.name}.pem`), description.certificateChain.join(""));
    await writeFile(join(root, "none.pem"), "nothing");
  });
  after(async () => {
    await face.stop();
    await rm(root, { recursive: true });
  });

  const basic = (): Record<string, string> => ({
    COUNTERSIGN_SIGNSERVER_URL: face.url,
    COUNTERSIGN_SIGNSERVER_USERNAME: "dev",
    COUNTERSIGN_SIGNSERVER_PASSWORD: engine.secrets.dev,
  });
  const open = (
    workers: string,
    environment = basic(),
    more: Record<string, string> = {},
    at: { url: string } = face,
  ): Promise<SigningService> => openFace("signserver", at, environment, { root, options: { workers, ...more } });

  it("signs by user and password, and tells the archive's id", async () => {
    const outcome = signed(await (await open("p256=p256.pem")).submit(request({ key: "p256" }), { signal }));
    const pem = engine.keys[0]!.description.publicKey;
    assert.equal(isValid("ecdsa", "sha256", pem, outcome.signature), true);
    assert.match(outcome.audit ?? "", /^[0-9a-f-]{36}$/);
  });

  it("signs with RSA in the one way that is configured", async () => {
    const service = await open("rsa2048=rsa2048.pem", basic(), { rsa: "rsa-pss" });
    const [key] = await service.listKeys({ signal });
    assert.deepEqual(
      key?.schemes.map(({ scheme }) => scheme),
      ["rsa-pss"],
    );
    const outcome = signed(await service.submit(request({ key: "rsa2048", scheme: "rsa-pss" }), { signal }));
    assert.equal(isValid("rsa-pss", "sha256", key?.publicKey ?? "", outcome.signature), true);
  });

  it("takes no signature by another certificate than the configured one", async () => {
    await assert.rejects((await open("p256=p384.pem")).submit(request({ key: "p256" }), { signal }), {
      code: "service-protocol",
      message: /another certificate/,
    });
  });

  it("needs a sign-in that is about it", async () => {
    for (const environment of [{}, { ...basic(), COUNTERSIGN_SIGNSERVER_URL: "https://other.example" }])
      await assert.rejects((await open("p256=p256.pem", environment)).submit(request({ key: "p256" }), { signal }), {
        code: "authentication",
      });
    const wrong = { ...basic(), COUNTERSIGN_SIGNSERVER_PASSWORD: "wrong-password" };
    const outcome = await (await open("p256=p256.pem", wrong)).submit(request({ key: "p256" }), { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "unauthenticated");
  });

  it("is not opened with a file that holds no certificate", async () => {
    await assert.rejects(open("p256=none.pem"), { code: "configuration" });
    await assert.rejects(open("p256=absent.pem"), { code: "file-unreadable" });
  });

  it("tells a worker that is switched off from one that failed", async () => {
    const server = await startJsonServer();
    const environment = { ...basic(), COUNTERSIGN_SIGNSERVER_URL: server.url };
    const service = await open("p256=p256.pem", environment, {}, server);
    server.answer(() => [500, { error: "Worker is OFFLINE: crypto token not active" }]);
    const outcome = await service.submit(request({ key: "p256" }), { signal });
    assert.equal(outcome.status === "denied" && outcome.code, "key-disabled");
    server.answer(() => [500, { error: "Something went wrong" }]);
    await assert.rejects(service.submit(request({ key: "p256" }), { signal }), {
      code: "service-unavailable",
      message: /Something went wrong.*sent once and not repeated/,
    });
    await server.stop();
  });
});
