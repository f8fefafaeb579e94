import assert from "node:assert/strict";
import { noCredentials } from "../../../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../../../src/adapters/registry/registry.ts";
import { executeSigning, prepareSigning, type SigningOutcome } from "../../../../src/application/signImage.ts";
import type { SigningService } from "../../../../src/application/signingService.ts";
import { keptNames } from "../../../../src/adapters/services/signIns.ts";
import { commandLinePolicy } from "../../../../src/core/policy/commandLinePolicy.ts";
import { trialIdentities } from "../../../../src/trial/sigstore/identityProvider.ts";
import type { SigstoreFault } from "../../../../src/trial/sigstore/startTrialSigstore.ts";
import { startTrialRegistry, type TrialRegistry } from "../../../../src/trial/registry/trialRegistry.ts";
import { pushImage } from "../../../helpers/registryScene.ts";
import {
  browsingPerson,
  pipelineVariables,
  startSigstoreService,
  type SigstoreServiceScene,
} from "../../../helpers/sigstoreService.ts";
import { memorySecrets } from "../../../helpers/vaultScene.ts";

const { signal } = new AbortController();
const registry = createRegistry({
  credentials: noCredentials,
  userAgent: "countersign-test",
  log: { info: () => undefined, warn: () => undefined },
});

describe("a Sigstore instance as a signing service", () => {
  let scene: SigstoreServiceScene;
  let images: TrialRegistry;
  let tags = 0;
  before(async () => {
    [scene, images] = await Promise.all([startSigstoreService(), startTrialRegistry()]);
  });
  after(() => Promise.all([scene.stop(), images.stop()]));
  afterEach(() => scene.sigstore.setFault(undefined));

  const sign = async (
    service: SigningService,
    identity: string = trialIdentities.person,
    trustedRoot = scene.sigstore.trustedRoot,
    skewMs = 0,
  ): Promise<SigningOutcome> => {
    tags += 1;
    const place = { registry: images.host, repository: "shop/web" };
    await pushImage(registry, place, `${tags}`, `layer ${tags}`);
    const ports = {
      registry,
      service,
      clock: { now: () => new Date(Date.now() + skewMs) },
      log: { info: () => undefined, warn: () => undefined },
    };
    const policy = commandLinePolicy({ certificateIdentity: identity, certificateOidcIssuer: scene.sigstore.url });
    const root = { name: "people", text: trustedRoot, source: "test" };
    const trust = { policy, material: { trustedRoots: [root], defaultRoot: "people" } };
    const reference = { ...place, tag: `${tags}` };
    const request = { reference, key: "identity", format: "sigstore-bundle", trust, tool: "test/1" } as const;
    const prepared = await prepareSigning(ports, request, { signal });
    return executeSigning(ports, prepared, { signal, waitMs: 0 });
  };
  const referrers = async (): Promise<number> => {
    const place = { registry: images.host, repository: "shop/web" };
    const image = await registry.resolve({ ...place, tag: `${tags}` }, { signal });
    return (await registry.referrers(place, image?.digest ?? "", { signal })).descriptors.length;
  };

  for (const log of [1, 2, "none"] as const)
    it(`signs as a person who signs in in a browser (log ${log})`, async () => {
      const person = browsingPerson();
      const all = JSON.parse(scene.sigstore.trustedRoot) as object;
      // An instance without a log proves the time by stamps alone.
      const trustedRoot = JSON.stringify(log === "none" ? { ...all, tlogs: [] } : all);
      const outcome = await sign(await scene.open({ log, person, trustedRoot }), trialIdentities.person, trustedRoot);
      assert.ok(outcome.status === "signed", JSON.stringify(outcome));
      assert.equal(outcome.verdict.state, "verified", outcome.verdict.reason.message);
      const url = new URL(person.visits[0] ?? "");
      assert.deepEqual(
        ["response_type", "code_challenge_method", "scope"].map((each) => url.searchParams.get(each)),
        ["code", "S256", "openid email"],
      );
      assert.deepEqual(person.questions, []);
    });

  it("signs as a person who enters a code on another device", async () => {
    const person = browsingPerson();
    const service = await scene.open({ person, options: { signIn: "device" } });
    const outcome = await sign(service);
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
  });

  it("signs as the pipeline that it runs in", async () => {
    const service = await scene.open({ environment: pipelineVariables(scene.sigstore) });
    const [key] = await service.listKeys({ signal });
    assert.deepEqual([key?.needs, key?.custody], [[], "this-process"]);
    const outcome = await sign(service, trialIdentities.pipeline);
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
  });

  it("signs with a token that it is given", async () => {
    const token = scene.sigstore.provider.issue({ aud: "sigstore", sub: "a", email: trialIdentities.person });
    const environment = { COUNTERSIGN_SIGSTORE_URL: scene.sigstore.url, SIGSTORE_ID_TOKEN: token };
    const outcome = await sign(await scene.open({ environment }));
    assert.ok(outcome.status === "signed" && outcome.verdict.state === "verified", JSON.stringify(outcome));
  });

  it("signs in once for several signatures", async () => {
    const person = browsingPerson();
    const service = await scene.open({ person });
    for (let count = 0; count < 3; count += 1) assert.equal((await sign(service)).status, "signed");
    assert.equal(person.visits.length, 1);
  });

  const faults: readonly (readonly [SigstoreFault, string, RegExp])[] = [
    ["refuses", "authentication", /access_denied/u],
    ["wrong-nonce", "authentication", /another sign-in/u],
    ["wrong-issuer", "authentication", /another provider issued it/u],
    ["expired", "authentication", /has expired/u],
    ["other-identity", "service-protocol", /is for mallory@trial.localhost, and not/u],
    ["other-issuer", "service-protocol", /not for whom the identity token names/u],
    ["other-key", "service-protocol", /for another key/u],
    ["authority-fails", "service-unavailable", /authority failed.*Nothing was signed/u],
    ["promise-beside", "service-protocol", /beside it and not in it/u],
    ["no-promise", "signature-not-verified", /not attached/u],
    ["other-entry", "signature-not-verified", /not attached/u],
    ["known-entry", "service-denied", /already exists.*may hold an entry/u],
    ["log-fails", "service-unavailable", /log failed.*may hold an entry/u],
    ["stamps-nothing", "service-unavailable", /time stamp/u],
  ];
  for (const log of [1, 2] as const)
    for (const [fault, code, words] of faults)
      it(`attaches nothing where the instance misbehaves: ${fault} (log ${log})`, async () => {
        scene.sigstore.setFault(fault);
        const service = await scene.open({ log, person: browsingPerson() });
        await assert.rejects(sign(service), { code, message: words });
        assert.equal(await referrers(), 0);
      });

  it("goes by the time of the log where the clock here is fast, and attaches nothing where it is slow", async () => {
    const skewed = async (skewMs: number): Promise<SigningOutcome> => {
      const service = await scene.open({ person: browsingPerson() });
      return sign(service, trialIdentities.person, scene.sigstore.trustedRoot, skewMs);
    };
    const fast = await skewed(3_600_000);
    assert.equal(fast.status === "signed" && fast.verdict.state, "verified");
    const later = { code: "signature-not-verified", message: /later than the clock says it is now/u };
    await assert.rejects(skewed(-3_600_000), later);
    assert.equal(await referrers(), 0);
  });

  it("attaches nothing without a log entry where the trusted root has logs", async () => {
    const service = await scene.open({ log: "none", person: browsingPerson() });
    await assert.rejects(sign(service), { code: "signature-not-verified", message: /transparency log/u });
    assert.equal(await referrers(), 0);
  });

  it("attaches nothing that its trusted root does not prove", async () => {
    const other = await startSigstoreService();
    const service = await scene.open({ trustedRoot: other.sigstore.trustedRoot, person: browsingPerson() });
    await assert.rejects(sign(service), { message: /attached/u });
    assert.equal(await referrers(), 0);
    await other.stop();
  });

  it("waits on while somebody else calls back", async () => {
    scene.sigstore.setFault("wrong-state");
    const interruption = new AbortController();
    const person = browsingPerson();
    const visit: typeof person.visit = async (visited) => {
      const answer = await fetch(visited.url);
      assert.equal(answer.status, 400);
      const redirect = new URL(visited.url).searchParams.get("redirect_uri") ?? "";
      assert.equal((await fetch(redirect.replace("/auth/callback", "/"))).status, 404);
      // Of our own sign-in by its state, but of another provider (RFC 9207), or without a code.
      const state = new URL(visited.url).searchParams.get("state") ?? "";
      for (const query of [{ state, code: "x", iss: "https://other.example" }, { state }])
        assert.equal((await fetch(`${redirect}?${new URLSearchParams(query).toString()}`)).status, 400);
      interruption.abort();
    };
    const service = await scene.open({ person: { ...person, visit } });
    const submitted = service.submit(
      {
        key: "identity",
        scheme: "ecdsa",
        hash: "sha256",
        digest: Buffer.alloc(32),
        message: Buffer.from("text"),
        purpose: { artifact: { kind: "file", name: "a", digest: "b" }, tool: "test/1" },
        idempotencyKey: "once",
      },
      { signal: interruption.signal },
    );
    await assert.rejects(submitted, { code: "cancelled" });
  });

  describe("sends nobody's identity anywhere", () => {
    const isSilent = (work: () => Promise<unknown>, code: string, words: RegExp) => async (): Promise<void> => {
      const before = scene.sigstore.calls().length;
      await assert.rejects(work(), { code, message: words });
      assert.equal(scene.sigstore.calls().length, before);
    };

    it(
      "that nobody agreed to",
      isSilent(
        async () => sign(await scene.open({ environment: { SIGSTORE_ID_TOKEN: "a.b.c" } })),
        "configuration",
        /COUNTERSIGN_SIGSTORE_URL=http/u,
      ),
    );

    it(
      "that the person did not agree to",
      isSilent(
        async () => sign(await scene.open({ environment: {}, person: browsingPerson("no") })),
        "cancelled",
        /did not agree/u,
      ),
    );

    it("and asks once about where it goes", async () => {
      const [person, secrets] = [browsingPerson(), memorySecrets()];
      for (let count = 0; count < 2; count += 1)
        assert.equal((await sign(await scene.open({ environment: {}, person, secrets }))).status, "signed");
      assert.equal(person.questions.length, 1);
      assert.match(person.questions[0] ?? "", new RegExp(`sending your identity of .* to ${scene.sigstore.url}`, "u"));
    });

    it("and does not ask who agreed beforehand, for this provider", async () => {
      const { url } = scene.sigstore;
      for (const [issuer, asked] of [
        [`${url}/`, 0],
        ["https://other.example", 1],
      ] as const) {
        const [person, secrets] = [browsingPerson(), memorySecrets()];
        const [name = ""] = keptNames({ type: "sigstore", options: {} });
        await secrets.set(url, name, issuer);
        assert.equal((await sign(await scene.open({ environment: {}, person, secrets }))).status, "signed");
        assert.equal(person.questions.length, asked);
      }
    });

    it(
      "but to the address that the configuration names",
      isSilent(
        async () => {
          const url = "https://fulcio.example";
          const environment = { COUNTERSIGN_SIGSTORE_URL: url, SIGSTORE_ID_TOKEN: "a.b.c" };
          return sign(await scene.open({ url, environment }));
        },
        "configuration",
        /names https:\/\/fulcio.example; nothing was sent/u,
      ),
    );

    it(
      "without one",
      isSilent(async () => sign(await scene.open()), "authentication", /no identity token/u),
    );

    it(
      "that is none",
      isSilent(
        async () => {
          const environment = { COUNTERSIGN_SIGSTORE_URL: scene.sigstore.url, SIGSTORE_ID_TOKEN: "secret" };
          return sign(await scene.open({ environment }));
        },
        "authentication",
        /holds no identity token/u,
      ),
    );

    it(
      "that is for somebody else",
      isSilent(
        async () => {
          const token = scene.sigstore.provider.issue({ aud: "vault", sub: "a" });
          const environment = { COUNTERSIGN_SIGSTORE_URL: scene.sigstore.url, SIGSTORE_ID_TOKEN: token };
          return sign(await scene.open({ environment }));
        },
        "authentication",
        /meant for somebody else/u,
      ),
    );
  });

  for (const [what, changes, words] of [
    ["no signing configuration", { signingConfig: "{}" }, /media type/u],
    ["no trusted root", { trustedRoot: "{}" }, /trusted root cannot be used/u],
    ["a path elsewhere", { options: { trustedRoot: "../root.json" } }, /must not lead out/u],
    ["an unknown way to sign in", { options: { signIn: "password" } }, /must be one of browser, device/u],
  ] as const)
    it(`is not opened with ${what}`, async () => {
      await assert.rejects(scene.open(changes), { code: "configuration", message: words });
    });

  it("signs for no other format, whole messages only, and under its one name", async () => {
    const service = await scene.open({ environment: pipelineVariables(scene.sigstore) });
    const base = {
      key: "identity",
      scheme: "ecdsa",
      hash: "sha256",
      digest: Buffer.alloc(32),
      purpose: { artifact: { kind: "file", name: "a", digest: "b" }, tool: "test/1" },
      idempotencyKey: "once",
    } as const;
    for (const request of [
      base,
      { ...base, key: "other" },
      { ...base, message: Buffer.alloc(1), hash: "sha512" } as const,
    ])
      assert.equal((await service.submit(request, { signal })).status, "denied");
  });
});
