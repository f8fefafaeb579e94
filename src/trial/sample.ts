import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { noCredentials } from "../adapters/registry/credentials.ts";
import { createRegistry } from "../adapters/registry/registry.ts";
import { openService } from "../adapters/services/services.ts";
import { pushSignature } from "../application/attachSignature.ts";
import type { WaitOptions } from "../application/ports.ts";
import type { SigningService } from "../application/signingService.ts";
import { executeSigning, prepareSigning } from "../application/signImage.ts";
import { formatReference, type ImageReference } from "../core/image/reference.ts";
import { readPolicy } from "../core/policy/readPolicy.ts";
import { attachBundle } from "../core/sign/attachment.ts";
import { signatureStatement } from "../core/sign/statement.ts";
import type { Descriptor } from "../core/verdict/evidence.ts";
import type { VerdictState } from "../core/verdict/verdict.ts";
import type { TrialDescription } from "./daemon.ts";
import { pushSampleImage, pushSampleIndex } from "./sample/pushSampleImage.ts";
import { deadRegistry, identities, sampleFiles } from "./sample/sampleFiles.ts";
import { createTrialSigstore } from "./sigstore/createTrialSigstore.ts";

/** What the sample is made from. */
export interface SampleOptions extends WaitOptions {
  /** Folder of the workspace; made where it does not exist, and its files of the same names replaced. */
  readonly folder: string;
  /** The running trial, as `trialUp` gives it. */
  readonly trial: Pick<TrialDescription, "registry" | "keys">;
  /** The trial's signing service; found by its state without it. */
  readonly service?: SigningService;
}

/** The images of the sample, with the verdict that each is made for. */
export interface Sample {
  readonly images: readonly { readonly reference: string; readonly state: VerdictState }[];
}

/** How an image of the sample is signed; what `shop-workflow` signs is an index of two platforms, `absent` is referred to and not pushed. */
type Signing = "base-workflow" | "shop-workflow" | "dev-key" | "stranger" | "tampered" | "none" | "absent";

const images: readonly (readonly [string, string, Signing, VerdictState])[] = [
  ["base/node", "22", "base-workflow", "verified"],
  ["base/nginx", "1.27", "none", "unsigned"],
  ["shop/web", "2.0", "shop-workflow", "verified"],
  ["shop/checkout", "1.9", "dev-key", "verified"],
  ["shop/search", "3.1", "stranger", "untrusted"],
  ["shop/payments", "2.2", "tampered", "invalid"],
  ["shop/cart", "1.4", "none", "unsigned"],
  ["shop/mailer", "1.0", "none", "unsigned"],
  ["shop/migrate", "0.9", "absent", "unknown"],
];

const day = 24 * 60 * 60 * 1000;

/** Writes the sample workspace and pushes its images to the trial's registry, so that all five verdicts appear. */
export async function createSample(options: SampleOptions): Promise<Sample> {
  const { folder, trial, signal } = options;
  const place = { environment: process.env, platform: process.platform };
  const service = options.service ?? (await openService("trial", { configuration: { services: [] }, place }));
  const log = { info: () => undefined, warn: () => undefined };
  const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign-sample", log });
  const sigstore = createTrialSigstore({ now: new Date() });
  const files = sampleFiles({ registry: trial.registry, keys: trial.keys, trustedRoot: sigstore.trustedRoot });

  for (const [path, text] of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }

  const path = "policy/images.yaml";
  const policy = readPolicy([{ path, text: files.get(path) ?? "" }]);
  const signedAt = new Date(Date.now() - 3 * day);
  const keyless = (digest: string, identity: string, issuer: string = identities.issuer): Buffer =>
    sigstore.signImageKeyless({ digest, identity, issuer, at: signedAt });

  const bundleFor = (signing: Signing, { digest }: Descriptor): Uint8Array | undefined => {
    switch (signing) {
      case "base-workflow":
        return keyless(digest, identities.base);
      case "shop-workflow":
        return keyless(digest, identities.shop);
      case "stranger":
        return keyless(digest, "jane@example.com", "https://accounts.google.com");
      case "tampered":
        return withStatementFor(digest, keyless(`sha256:${"0".repeat(64)}`, identities.shop));
      case "dev-key":
      case "none":
      case "absent":
        return undefined;
    }
  };

  const signWithDev = async (reference: ImageReference): Promise<void> => {
    const ports = { registry, service, log, clock: { now: () => new Date() } };
    const trust = { policy, material: { trustedRoots: [] } };
    const request = { reference, key: "dev", format: "sigstore-bundle", trust, tool: "countersign sample" } as const;
    await executeSigning(ports, await prepareSigning(ports, request, { signal }), { signal, waitMs: 0 });
  };

  await Promise.all(
    images.map(async ([repository, tag, signing], index) => {
      if (signing === "absent") return;
      const reference = { registry: trial.registry, repository, tag };
      const created = new Date(Date.now() - (index + 4) * day);
      const image = await (signing === "shop-workflow"
        ? pushSampleIndex(registry, reference, { created, architectures: ["amd64", "arm64"] }, { signal })
        : pushSampleImage(registry, reference, created, { signal }));
      const bundle = bundleFor(signing, image);
      if (bundle !== undefined)
        await pushSignature(registry, reference, attachBundle(bundle, image, signedAt), image, { signal });
      if (signing === "dev-key") await signWithDev(reference);
    }),
  );
  const inRegistry = images.map(([repository, tag, , state]) => ({
    reference: formatReference({ registry: trial.registry, repository, tag }),
    state,
  }));
  return { images: [...inRegistry, { reference: `${deadRegistry}/tools/reports:5`, state: "unknown" }] };
}

/** A signature for another image, with the statement about this one put in the other's place. */
function withStatementFor(digest: string, bundle: Buffer): Buffer {
  const text = bundle.toString("utf8");
  const payload = /"payload":"([^"]+)"/.exec(text)?.[1] ?? "";
  return Buffer.from(text.replace(payload, signatureStatement(digest).toString("base64")), "utf8");
}
