import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVault } from "../../src/adapters/services/vault/openVault.ts";
import type { Person, Secrets } from "../../src/application/ports.ts";
import type { KeySpec, SigningService, SignRequest } from "../../src/application/signingService.ts";
import { createTrialEngine, type TrialEngine } from "../../src/trial/service/engine.ts";
import { startTrialVault, type TrialVault, type TrialVaultOptions } from "../../src/trial/vault/startTrialVault.ts";

/** A key of each kind, and one that needs an approval. */
export const vaultKeys: readonly KeySpec[] = ["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"];

/** A facade with an engine of its own, and a state folder that is removed. */
export interface VaultScene {
  readonly engine: TrialEngine;
  readonly vault: TrialVault;
  readonly folder: string;
  /** A service as a new process opens it, with the developer's token in its environment. */
  open(changes?: {
    readonly options?: Readonly<Record<string, string>>;
    readonly environment?: Readonly<Record<string, string>>;
    readonly secrets?: Secrets;
    readonly person?: Person;
  }): Promise<SigningService>;
  stop(): Promise<void>;
}

export async function startVaultScene(
  options: TrialVaultOptions & { readonly now?: () => Date; readonly specs?: readonly KeySpec[] } = {},
): Promise<VaultScene> {
  const engine = createTrialEngine({
    keys: [
      ...(options.specs ?? vaultKeys).map((spec) => ({
        name: spec,
        spec,
        hashes: ["sha256", "sha384", "sha512"] as const,
      })),
      { name: "release", needs: ["approval"] as const },
    ],
    ...options,
  });
  const vault = await startTrialVault(engine, options);
  const folder = mkdtempSync(join(tmpdir(), "countersign-vault-"));
  return {
    engine,
    vault,
    folder,
    open: ({ options: fields = {}, environment, secrets, person } = {}) =>
      openVault(
        { name: "vault", type: "vault", url: vault.url, options: fields },
        {
          place: {
            platform: process.platform,
            environment: {
              COUNTERSIGN_STATE_DIR: folder,
              ...(environment ?? { VAULT_ADDR: vault.url, VAULT_TOKEN: engine.secrets.dev }),
            },
          },
          ...(secrets === undefined ? {} : { secrets }),
          ...(person === undefined ? {} : { person }),
        },
      ),
    stop: async () => {
      await vault.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A service at any address, as a new process opens it. */
export function openVaultAt(
  url: string,
  environment: Readonly<Record<string, string>>,
  options: Readonly<Record<string, string>> = {},
): Promise<SigningService> {
  const place = { platform: process.platform, environment };
  return openVault({ name: "vault", type: "vault", url, options }, { place });
}

/** A request over a message. */
export function vaultRequest(
  key: string,
  scheme: SignRequest["scheme"],
  hash: SignRequest["hash"] = "sha256",
  message: Uint8Array = Buffer.from("what is signed"),
): SignRequest {
  return {
    key,
    scheme,
    hash,
    digest: createHash(hash).update(message).digest(),
    ...(scheme === "ed25519" ? { message } : {}),
    purpose: { artifact: { kind: "image", name: "acme/app", digest: `sha256:${"0".repeat(64)}` }, tool: "test/1" },
    idempotencyKey: randomUUID(),
  };
}

/** A key of an identity provider, and a maker of its tokens. */
export function createIdentityProvider(): {
  readonly publicKey: KeyObject;
  token(claims: Readonly<Record<string, unknown>>): string;
} {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    publicKey,
    token: (claims) => {
      const signed = `${encode({ alg: "ES256", typ: "JWT" })}.${encode(claims)}`;
      const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${signed}.${signature.toString("base64url")}`;
    },
  };
}

/** Secrets in memory, as the editor keeps them. */
export function memorySecrets(): Secrets & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    get: (origin, name) => Promise.resolve(values.get(`${origin} ${name}`)),
    set: (origin, name, value) => Promise.resolve(void values.set(`${origin} ${name}`, value)),
    delete: (origin, name) => Promise.resolve(void values.delete(`${origin} ${name}`)),
  };
}
