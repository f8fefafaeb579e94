import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { executeCertification, prepareCertification, type Certified } from "../../src/application/certifyKey.ts";
import { AppError } from "../../src/application/errors.ts";
import type { KeyCertification } from "../../src/application/keyCertification.ts";
import type { KeySpec, SigningService } from "../../src/application/signingService.ts";
import { startVaultScene, type VaultScene } from "../helpers/vaultScene.ts";

const { signal } = new AbortController();
const specs: readonly KeySpec[] = ["p256", "p384", "rsa2048", "ed25519"];
const clock = { now: () => new Date() };

describe("certifying a transit key by the PKI engine", () => {
  let scene: VaultScene;
  beforeEach(async () => {
    scene = await startVaultScene({ specs, pki: { mount: "pki_int" } });
  });
  afterEach(() => scene.stop());

  const open = (options: Readonly<Record<string, string>> = { pkiMount: "pki_int" }): Promise<SigningService> =>
    scene.open({ options });
  const certify = async (
    service: SigningService,
    wish: { readonly key?: string; readonly role?: string; readonly commonName?: string; readonly hours?: number } = {},
    time = clock,
  ): Promise<Certified> => {
    const asked = { key: "p256", role: "code-signing", commonName: "release", ...wish };
    const prepared = await prepareCertification({ service }, asked, { signal });
    return executeCertification({ service, clock: time }, prepared, { signal });
  };
  /** The service with something else about its authority. */
  const changed = async (changes: Partial<KeyCertification>): Promise<SigningService> => {
    const service = await open();
    return { ...service, certification: { ...service.certification!, ...changes } };
  };
  const writes = (): readonly string[] =>
    scene.vault
      .calls()
      .map(({ target }) => target)
      .filter((target) => target.startsWith("POST"));
  const leafOf = async (key: string): Promise<string> =>
    (await (await open()).listKeys({ signal })).find(({ name }) => name === key)?.certificateChain[0] ?? "";

  for (const key of specs)
    it(`of ${key}: a request by the key, a certificate by the role, set beside the key`, async () => {
      const before = await leafOf(key);
      const { chain } = await certify(await open(), { key, hours: 720 });
      assert.equal(new X509Certificate(chain[0] ?? "").subject.includes("CN=release"), true);
      assert.equal(chain.length, 3);
      assert.notEqual(await leafOf(key), before);
      assert.equal((await leafOf(key)).trim(), chain[0]?.trim());
      assert.deepEqual(writes(), [
        `POST /v1/transit/keys/${key}/csr`,
        "POST /v1/pki_int/sign/code-signing",
        `POST /v1/transit/keys/${key}/set-certificate`,
      ]);
      const bodies = scene.vault.calls().map(({ body }) => body as Record<string, unknown>);
      const issued = bodies.find((body) => "csr" in body);
      assert.deepEqual([issued?.["common_name"], issued?.["ttl"]], ["release", "720h"]);
      assert.equal(bodies.find((body) => "certificate_chain" in body)?.["version"], 1);
    });

  it("changes nothing before it is confirmed, and says what it takes the place of", async () => {
    const prepared = await prepareCertification(
      { service: await open() },
      { key: "p256", role: "code-signing" },
      { signal },
    );
    assert.deepEqual([prepared.replaces, prepared.authority], [true, "pki_int/"]);
    assert.deepEqual(writes(), ["POST /v1/transit/keys/p256/csr"]);
  });

  it("sets no certificate that is not for signing code, and names the one that was issued", async () => {
    const before = await leafOf("p256");
    await assert.rejects(certify(await open(), { role: "server" }), {
      code: "service-protocol",
      message:
        /^Certificate [0-9a-f:]+ was issued by pki_int\/ and is not the key's.*also for something else.*Revoke it/,
    });
    assert.equal(await leafOf("p256"), before);
  });

  const issuedFor = async (key: string): Promise<Pick<KeyCertification, "issue">> => {
    const { certification } = await open();
    const request = await certification!.request(key, { signal });
    return { issue: (wish, _request, options) => certification!.issue(wish, request, options) };
  };
  it("sets no certificate that is for another key", async () => {
    const service = await changed(await issuedFor("p384"));
    await assert.rejects(certify(service), { code: "service-protocol", message: /is for another key/ });
    assert.equal(
      writes().some((target) => target.includes("set-certificate")),
      false,
    );
  });

  it("sets no certificate that is not valid now", async () => {
    const later = { now: () => new Date(Date.now() + 90 * 86_400_000) };
    await assert.rejects(certify(await open(), {}, later), { code: "service-protocol", message: /is valid from/ });
  });

  it("has nothing issued for a request that is not the key's", async () => {
    const { certification } = await open();
    for (const [request, words] of [
      [certification!.request("p384", { signal }), /it is for another key/],
      [Promise.resolve("nothing"), /it is no certification request/],
    ] as const)
      await assert.rejects(certify(await changed({ request: () => request })), {
        code: "service-protocol",
        message: words,
      });
    assert.equal(
      writes().some((target) => target.includes("/sign/")),
      false,
    );
  });

  it("looks whether it was set where the answer to that was lost", async () => {
    const { certification } = await open();
    const keep: KeyCertification["keep"] = async (key, chain, options) => {
      await certification!.keep(key, chain, options);
      throw new AppError("service-unavailable", "The answer was lost.");
    };
    const { chain } = await certify(await changed({ keep }));
    assert.equal((await leafOf("p256")).trim(), chain[0]?.trim());
  });

  it("does not wait for an approval of the certificate, and says so", async () => {
    scene.vault.setFault({ kind: "wrapped-issue" });
    await assert.rejects(certify(await open()), { code: "service-denied", message: /needs an approval/ });
    assert.equal(
      writes().some((target) => target.includes("set-certificate")),
      false,
    );
  });

  it("says that a certificate was issued where it could not be set, or was not", async () => {
    const failing = await changed({ keep: () => Promise.reject(new Error("lost")) });
    await assert.rejects(certify(failing), { message: /^Certificate [0-9a-f:]+ was issued/ });
    await assert.rejects(certify(await changed({ keep: () => Promise.resolve() })), {
      code: "service-protocol",
      message: /shows another one/,
    });
  });

  const refused: readonly (readonly [string, Parameters<typeof certify>[1], object])[] = [
    ["a role that there is not", { role: "nobody" }, { code: "service-denied", message: /unknown role: nobody/ }],
    ["a role that is a path", { role: "../../sys" }, { code: "usage" }],
    ["a name that the role wants", { commonName: "" }, { code: "service-denied", message: /common_name/ }],
    ["a key that there is not", { key: "absent" }, { code: "usage", message: /has no key 'absent'/ }],
  ];
  for (const [what, wish, error] of refused)
    it(`tells of ${what}`, async () => {
      await assert.rejects(certify(await open(), wish), error);
    });

  it("needs the PKI engine to be named", async () => {
    await assert.rejects(certify(await open({})), { code: "service-denied", message: /'pkiMount'/ });
    assert.deepEqual(writes(), []);
  });
});
