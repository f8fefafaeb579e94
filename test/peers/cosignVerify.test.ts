import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { createTrialService } from "../../src/adapters/services/trial.ts";
import { pushSignature } from "../../src/application/attachSignature.ts";
import { executeSigning, prepareSigning } from "../../src/application/signImage.ts";
import { parseDescriptor } from "../../src/core/image/manifest.ts";
import { isJsonArray, isJsonObject, readJson } from "../../src/core/json.ts";
import { assembleSignature } from "../../src/core/sign/assembleSignature.ts";
import { planSignature } from "../../src/core/sign/plan.ts";
import type { Descriptor } from "../../src/core/verdict/evidence.ts";
import { startTrialRegistry } from "../../src/trial/registry/trialRegistry.ts";
import { startTrialService, type TrialService } from "../../src/trial/service/startTrialService.ts";
import { pushImage } from "../helpers/registryScene.ts";
import { createTestKey } from "../helpers/signingKeys.ts";
import { cosignOffline, describeWithPeers, type Peers } from "./peers.ts";

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined };
const clock = { now: () => new Date() };
const trust = { policy: { rules: [], problems: [] }, material: { trustedRoots: [] } };
const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-test", log });

/** Whether `cosign verify --key` accepts the image. */
function accepts(peers: Peers, publicKey: string, artifact: string): Promise<boolean> {
  const file = join(peers.home, "key.pub");
  writeFileSync(file, publicKey);
  return peers.succeeds("cosign", ["verify", "--key", file, "--insecure-ignore-tlog", artifact]);
}

/** The manifests that refer to the image, as the registry has them. */
async function attached(host: string, repository: string, image: Descriptor): Promise<readonly unknown[]> {
  const place = { registry: host, repository };
  const { descriptors } = await registry.referrers(place, image.digest, { signal });
  return Promise.all(
    descriptors.map(async ({ digest }) => readJson((await registry.manifest(place, digest, { signal }))?.bytes ?? "")),
  );
}

const registries = [
  {
    what: "a registry with the referrers API",
    start: () => startTrialRegistry(),
  },
  {
    what: "docker-registry, which has no referrers API",
    start: async (peers: Peers) => ({ ...(await peers.startRegistry()), stop: () => Promise.resolve() }),
  },
];

for (const { what, start } of registries) {
  describeWithPeers(`cosign verify accepts what we attach on ${what}`, ["cosign", "docker-registry"], (peers) => {
    let host: string;
    let stop: () => Promise<void>;
    let trial: TrialService;

    before(async () => {
      const started = await start(peers);
      host = started.host;
      stop = started.stop;
      trial = await startTrialService({ retryAfterMs: 1 });
    });
    after(() => Promise.all([stop(), trial.stop()]));

    const signWithDev = async (repository: string): ReturnType<typeof executeSigning> => {
      const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
      const ports = { registry, service, log, clock };
      const reference = { registry: host, repository, tag: "1" };
      const request = { reference, key: "dev", format: "sigstore-bundle", trust, tool: "test" } as const;
      return executeSigning(ports, await prepareSigning(ports, request, { signal }), { signal, waitMs: 0 });
    };

    it("by the trial's key, and by no other", async () => {
      const image = await pushImage(registry, { registry: host, repository: "shop/one" }, "1", "one");
      assert.equal((await signWithDev("shop/one")).status, "signed");
      const [dev, release] = trial.keys;
      const artifact = `${host}/shop/one@${image.digest}`;
      assert.equal(await accepts(peers, dev!.publicKey, artifact), true);
      assert.equal(await accepts(peers, release!.publicKey, artifact), false);
    });

    it("beside what cosign attached before, in the same layout", async () => {
      const image = await pushImage(registry, { registry: host, repository: "shop/two" }, "1", "two");
      const artifact = `${host}/shop/two@${image.digest}`;
      await peers.run("cosign", ["generate-key-pair", "--output-key-prefix", `two-${host.split(":")[1]}`]);
      const prefix = join(peers.home, `two-${host.split(":")[1]}`);
      await peers.run("cosign", ["sign", "--key", `${prefix}.key`, ...cosignOffline, artifact]);
      assert.equal((await signWithDev("shop/two")).status, "signed");
      assert.equal(await accepts(peers, trial.keys[0]!.publicKey, artifact), true);
      assert.ok(
        await peers.succeeds("cosign", ["verify", "--key", `${prefix}.pub`, "--insecure-ignore-tlog", artifact]),
      );

      const manifests = await attached(host, "shop/two", image);
      assert.equal(manifests.length, 2);
      const [one, other] = manifests.map((manifest) => JSON.stringify(manifest, blank));
      assert.equal(one, other);
      const [theirs, ours] = await Promise.all(manifests.map((manifest) => payloadIn(host, "shop/two", manifest)));
      assert.equal(theirs, ours);
    });

    for (const spec of ["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"] as const) {
      it(`by a key of ${spec}`, async () => {
        const repository = `shop/${spec}`;
        const reference = { registry: host, repository, tag: "1" };
        const image = await pushImage(registry, reference, "1", spec);
        const { description, privateKey } = createTestKey(spec);
        const { value: plan } = planSignature(
          { reference, image, format: "sigstore-bundle" },
          trust.policy,
          description,
        );
        const hash = spec === "ed25519" ? null : plan!.scheme.hash;
        const signature = sign(hash, plan!.signedBytes, privateKey);
        await pushSignature(registry, reference, assembleSignature(plan!, signature, new Date()), image, { signal });
        // By the command that the person is shown.
        writeFileSync(join(peers.home, "dev.pub"), description.publicKey);
        const [program, ...args] = plan!.commands.verify.split(" ");
        assert.deepEqual([program, await peers.succeeds("cosign", args)], ["cosign", true]);
      });
    }
  });
}

/** The Base64 of the payload that the manifest's bundle carries. */
async function payloadIn(host: string, repository: string, manifest: unknown): Promise<unknown> {
  const layer =
    isJsonObject(manifest) && isJsonArray(manifest["layers"]) ? parseDescriptor(manifest["layers"][0]) : undefined;
  const bundle = readJson(await registry.blob({ registry: host, repository }, layer!, { signal }));
  const envelope = isJsonObject(bundle) ? bundle["dsseEnvelope"] : undefined;
  const payload = isJsonObject(envelope) ? envelope["payload"] : undefined;
  assert.equal(typeof payload, "string");
  return payload;
}

/** Leaves the layout of a manifest: what differs between two signatures is blanked, and members are put in order. */
function blank(name: string, value: unknown): unknown {
  if (["digest", "size", "org.opencontainers.image.created"].includes(name)) return "";
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}
