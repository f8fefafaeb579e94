import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDockerCredentials } from "../../src/adapters/registry/dockerConfig.ts";
import { createNodeWire } from "../../src/adapters/registry/nodeWire.ts";
import type { Wire } from "../../src/adapters/registry/wire.ts";
import { createRegistry, type RegistryOptions } from "../../src/adapters/registry/registry.ts";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import type { Registry, Repository } from "../../src/application/ports.ts";
import { verifyImages } from "../../src/application/verifyImages.ts";
import type { ImageReference } from "../../src/core/image/reference.ts";
import type { TrustPolicy } from "../../src/core/policy/policy.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { attach, failureOf, neverAborted, pushImage } from "../helpers/registryScene.ts";
import { cosignOffline, describeWithPeers, type Peers } from "./peers.ts";

const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const http = "--allow-http-registry";

/** A client that counts its requests. */
function countingRegistry(options: Partial<RegistryOptions> = {}): {
  readonly registry: Registry;
  readonly take: () => string[];
} {
  const asked: string[] = [];
  const direct = createNodeWire({ environment: {} });
  const counting: Wire = (request, signal) => {
    asked.push(`${request.method} ${request.url.pathname}`);
    return direct(request, signal);
  };
  const registry = createRegistry({
    credentials: noCredentials,
    userAgent: "countersign-test",
    log,
    wire: counting,
    ...options,
  });
  return { registry, take: () => asked.splice(0) };
}

function trusting(publicKey: string): TrustPolicy {
  const source = { file: "policy.yaml", line: 1 };
  const authority = {
    kind: "key",
    name: "test",
    source,
    publicKeys: [publicKey],
    hashAlgorithm: "sha256",
    format: "any",
  } as const;
  const rule = {
    name: "test",
    source,
    mode: "enforce",
    globs: [{ glob: "**", source }],
    authorities: [authority],
    notUnderstood: [],
  } as const;
  return { rules: [rule], problems: [] };
}

async function verdictOf(
  registry: Registry,
  reference: ImageReference,
  policy: TrustPolicy,
): Promise<Verdict | undefined> {
  const verdicts = await verifyImages({ registry, clock }, [reference], policy, { trustedRoots: [] }, neverAborted);
  return [...verdicts.values()][0];
}

async function cosignKey(peers: Peers): Promise<string> {
  await peers.run("cosign", ["generate-key-pair"]);
  return readFileSync(join(peers.home, "cosign.pub"), "utf8");
}

describeWithPeers(
  "docker-registry, which has no referrers API",
  ["docker-registry", "cosign", "crane", "oras"],
  (peers) => {
    let host: string;
    let repository: Repository;
    let policy: TrustPolicy;
    const { registry, take } = countingRegistry();
    before(async () => {
      ({ host } = await peers.startRegistry());
      repository = { registry: host, repository: "acme/app" };
      policy = trusting(await cosignKey(peers));
      for (const tag of ["signed", "unsigned", "both"]) await pushImage(registry, repository, tag, tag);
    });

    it("stores what we push as crane reads it, and the other way round", async () => {
      const image = await registry.resolve({ ...repository, tag: "signed" }, neverAborted);
      assert.equal((await peers.run("crane", ["digest", `${host}/acme/app:signed`])).trim(), image?.digest);
      await peers.run("crane", ["copy", `${host}/acme/app:signed`, `${host}/acme/copy:1`]);
      const copied = await registry.manifest({ registry: host, repository: "acme/copy" }, "1", neverAborted);
      assert.deepEqual(copied?.descriptor, image);
    });

    it("costs four requests for what cosign signed, once it is known to have no API", async () => {
      const image = await registry.resolve({ ...repository, tag: "signed" }, neverAborted);
      const signed = { ...repository, tag: "signed" };
      await peers.run("cosign", [
        "sign",
        "--key",
        "cosign.key",
        ...cosignOffline,
        http,
        `${host}/acme/app@${image?.digest}`,
      ]);
      take();
      const first = await verdictOf(registry, signed, policy);
      assert.equal(first?.state, "verified", first?.reason.message);
      assert.deepEqual(
        take().map((line) => line.replaceAll(/sha256([:-])[0-9a-f]{64}/gu, "sha256$1<hex>")),
        [
          "HEAD /v2/acme/app/manifests/signed",
          "GET /v2/acme/app/referrers/sha256:<hex>",
          "GET /v2/acme/app/manifests/sha256-<hex>",
          "GET /v2/acme/app/manifests/sha256:<hex>",
          "GET /v2/acme/app/blobs/sha256:<hex>",
        ],
      );
      assert.equal((await verdictOf(registry, signed, policy))?.state, "verified");
      assert.equal(take().length, 4);
      assert.equal(
        (await verdictOf(registry, { ...repository, digest: image?.digest ?? "" }, policy))?.state,
        "verified",
      );
      assert.equal(take().length, 3);
    });

    it("costs three requests for what nobody signed", async () => {
      const image = await registry.resolve({ ...repository, tag: "unsigned" }, neverAborted);
      take();
      assert.equal((await verdictOf(registry, { ...repository, tag: "unsigned" }, policy))?.state, "unsigned");
      assert.equal(take().length, 3);
      assert.equal(
        (await verdictOf(registry, { ...repository, digest: image?.digest ?? "" }, policy))?.state,
        "unsigned",
      );
      assert.equal(take().length, 3);
    });

    it("keeps cosign's signature where we add to the list, and oras finds both", async () => {
      const image = await registry.resolve({ ...repository, tag: "both" }, neverAborted);
      assert.ok(image);
      const name = `${host}/acme/app@${image.digest}`;
      await peers.run("cosign", ["sign", "--key", "cosign.key", ...cosignOffline, http, name]);
      const ours = await attach(registry, repository, image, {
        artifactType: "application/vnd.example.note",
        text: "note",
      });
      await peers.run("cosign", ["verify", "--key", "cosign.pub", "--insecure-ignore-tlog", http, name]);
      const found = await peers.run("oras", ["discover", "--plain-http", "--format", "json", name]);
      assert.ok(found.includes(ours.digest));
      assert.equal((await verdictOf(registry, { ...repository, tag: "both" }, policy))?.state, "verified");
    });

    it("says that a repository or image does not exist", async () => {
      const absent = { registry: host, repository: "acme/absent", tag: "1" };
      assert.equal((await verdictOf(registry, absent, policy))?.reason.code, "image-not-found");
      assert.equal(
        (await verdictOf(registry, { ...repository, tag: "absent" }, policy))?.reason.code,
        "image-not-found",
      );
    });
  },
);

describeWithPeers("docker-registry, asking for a password", ["docker-registry", "cosign", "crane"], (peers) => {
  it("is asked with what crane stored in Docker's config file", async () => {
    const { host, username, password } = await peers.startRegistry({ login: true });
    const policy = trusting(await cosignKey(peers));
    const repository = { registry: host, repository: "acme/app" };
    const image = { ...repository, tag: "1" };
    await peers.run("crane", ["auth", "login", host, "--username", username, "--password-stdin"], password);

    const credentials = createDockerCredentials({ environment: peers.environment, homeDirectory: peers.home, log });
    const { registry, take } = countingRegistry({ credentials });
    const { digest } = await pushImage(registry, repository, "1");
    await peers.run("cosign", ["sign", "--key", "cosign.key", ...cosignOffline, http, `${host}/acme/app@${digest}`]);
    await verdictOf(registry, image, policy);
    take();
    const verdict = await verdictOf(registry, image, policy);
    assert.equal(verdict?.state, "verified", verdict?.reason.message);
    assert.equal(take().length, 4);

    const anonymous = await verdictOf(countingRegistry().registry, image, policy);
    assert.equal(anonymous?.state, "unknown");
    assert.equal(anonymous?.reason.code, "authentication");
  });
});

for (const referrersApi of [true, false]) {
  describeWithPeers(
    `the trial registry, ${referrersApi ? "with" : "without"} the referrers API`,
    ["cosign", "crane", "oras", "notation"],
    (peers) => {
      let host: string;
      let stop: () => Promise<void>;
      before(async () => {
        ({ host, stop } = await startTrialRegistry({ referrersApi }));
      });
      after(() => stop());

      it("serves crane, oras, cosign and notation: push, sign and verify", async () => {
        const repository = { registry: host, repository: "acme/app" };
        const { registry, take } = countingRegistry();
        const policy = trusting(await cosignKey(peers));
        writeFileSync(join(peers.home, "file.txt"), "content");
        const { digest } = await pushImage(registry, repository, "1");
        const name = `${host}/acme/app@${digest}`;
        assert.equal((await peers.run("crane", ["digest", `${host}/acme/app:1`])).trim(), digest);
        await peers.run("oras", ["push", "--plain-http", `${host}/acme/files:1`, "file.txt:text/plain"]);
        await peers.run("oras", ["pull", "--plain-http", `${host}/acme/files:1`, "-o", "pulled"]);
        assert.equal(readFileSync(join(peers.home, "pulled/file.txt"), "utf8"), "content");

        await peers.run("cosign", ["sign", "--key", "cosign.key", ...cosignOffline, http, name]);
        await peers.run("cosign", ["verify", "--key", "cosign.pub", "--insecure-ignore-tlog", http, name]);
        await registry.referrers(repository, digest, neverAborted);
        take();
        assert.equal((await verdictOf(registry, { ...repository, tag: "1" }, policy))?.state, "verified");
        assert.equal(take().length, 4);

        await peers.run("notation", ["cert", "generate-test", "--default", "test.example"]);
        await peers.run("notation", ["sign", "--insecure-registry", name]);
        assert.match(
          await peers.run("notation", ["ls", "--insecure-registry", name]),
          /application\/vnd\.cncf\.notary\.signature/u,
        );
        const both = await verdictOf(registry, { ...repository, tag: "1" }, policy);
        assert.equal(both?.state, "verified", both?.reason.message);
        assert.equal(
          await peers.succeeds("cosign", ["verify", "--key", "absent.pub", "--insecure-ignore-tlog", http, name]),
          false,
        );
      });
    },
  );
}

describeWithPeers("the trial registry, asking for a login", ["crane"], (peers) => {
  it("gives crane and us tokens for what the login may do", async () => {
    const login = { kind: "bearer", username: "jane", password: "word", anonymousPull: true } as const;
    const { host, stop } = await startTrialRegistry({ login });
    const repository = { registry: host, repository: "acme/app" };
    await peers.run("crane", ["auth", "login", host, "--username", "jane", "--password-stdin"], "word");
    const credentials = createDockerCredentials({ environment: peers.environment, homeDirectory: peers.home, log });
    const { digest } = await pushImage(countingRegistry({ credentials }).registry, repository, "1");
    assert.equal((await peers.run("crane", ["digest", `${host}/acme/app:1`])).trim(), digest);
    await peers.run("crane", ["tag", `${host}/acme/app:1`, "2"]);
    const everyone = countingRegistry().registry;
    assert.equal((await everyone.resolve({ ...repository, tag: "2" }, neverAborted))?.digest, digest);
    assert.equal((await failureOf(pushImage(everyone, repository, "3", "other"))).code, "authentication");
    await stop();
  });
});
