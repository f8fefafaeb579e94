import { generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openService } from "../../src/adapters/services/services.ts";
import type { HashAlgorithm, KeySpec, SignatureScheme, SigningService } from "../../src/application/signingService.ts";
import { startTrialCsc } from "../../src/trial/csc/startTrialCsc.ts";
import { startTrialSignServer } from "../../src/trial/signServer/startTrialSignServer.ts";
import type { Person } from "../../src/application/ports.ts";
import { startTrialAwsKms } from "../../src/trial/aws/startTrialAwsKms.ts";
import { startTrialKeyVault } from "../../src/trial/azure/startTrialKeyVault.ts";
import type { TrialFace } from "../../src/trial/face.ts";
import { startTrialCloudKms, trialKeyRing } from "../../src/trial/google/startTrialCloudKms.ts";
import type { TrialEngine } from "../../src/trial/service/engine.ts";
import { startTrialService } from "../../src/trial/service/startTrialService.ts";
import { startTrialVault } from "../../src/trial/vault/startTrialVault.ts";
import { startTrialVenafi } from "../../src/trial/venafi/startTrialVenafi.ts";
import { createEngineOfEveryKind } from "./serviceScene.ts";

/** Ways to misbehave that every emulator knows. */
export type ContractFault = "stall" | "error-after-signing" | "malformed" | "flood" | "wrong-signature" | "echo";

/** One service in front of the trial engine, whatever its protocol. */
export interface ContractScene {
  readonly engine: TrialEngine;
  /** A client as a new process opens it. */
  open(): Promise<SigningService>;
  /** How the service calls a key of the engine; undefined for a kind of key that it does not have. */
  nameOf(key: string): string | undefined;
  setFault(fault: ContractFault | undefined): void;
  /** Ends every session; undefined where there are none. */
  readonly endSessions?: () => void;
  stop(): Promise<void>;
}

/** What services offer beyond signing at once. */
export interface ContractCase {
  readonly type: string;
  readonly title?: string;
  readonly waits?: "cancelled" | "left";
  /** What the service signs with a kind of key. */
  readonly offers: (spec: KeySpec) => readonly (readonly [SignatureScheme, HashAlgorithm])[];
  readonly start: () => Promise<ContractScene>;
}

const environmentOf = (
  more: Readonly<Record<string, string>>,
): { environment: Record<string, string>; platform: string } => ({
  environment: { COUNTERSIGN_STATE_DIR: "/nonexistent", ...more },
  platform: process.platform,
});

type Opening = Parameters<typeof openService>[1];

function openAt(
  type: string,
  url: string,
  options: Readonly<Record<string, string>>,
  sources: Omit<Opening, "configuration">,
): Promise<SigningService> {
  return openService(type, { configuration: { services: [{ name: type, type, url, options }] }, ...sources });
}

const everything = (spec: KeySpec): readonly (readonly [SignatureScheme, HashAlgorithm])[] => {
  if (spec === "ed25519") return [["ed25519", "sha256"]];
  if (!spec.startsWith("rsa"))
    return [
      ["ecdsa", "sha256"],
      ["ecdsa", "sha384"],
      ["ecdsa", "sha512"],
    ];
  return [
    ["rsa-pkcs1v15", "sha256"],
    ["rsa-pkcs1v15", "sha512"],
    ["rsa-pss", "sha256"],
    ["rsa-pss", "sha384"],
  ];
};
/** Each curve with one digest. */
const pinned = (spec: KeySpec): readonly (readonly [SignatureScheme, HashAlgorithm])[] => {
  if (!spec.startsWith("p")) return everything(spec);
  return [["ecdsa", spec === "p521" ? "sha512" : spec === "p384" ? "sha384" : "sha256"]];
};

/** A scene of an emulator that faces share. */
function sceneOf(
  engine: TrialEngine,
  face: TrialFace,
  more: Pick<ContractScene, "open" | "nameOf" | "endSessions">,
): ContractScene {
  return {
    engine,
    ...more,
    setFault: (kind) => face.setFault(kind === undefined ? undefined : { kind }),
    stop: () => face.stop(),
  };
}

const awsKms: ContractCase = {
  type: "aws-kms",
  offers: pinned,
  start: async () => {
    const engine = createEngineOfEveryKind();
    const face = await startTrialAwsKms(engine);
    const environment = {
      AWS_ENDPOINT_URL_KMS: face.url,
      AWS_ACCESS_KEY_ID: "dev",
      AWS_SECRET_ACCESS_KEY: engine.secrets.dev,
    };
    const open = (): Promise<SigningService> =>
      openAt("aws-kms", face.url, { region: "eu-central-1" }, { place: environmentOf(environment) });
    return sceneOf(engine, face, { open, nameOf: (key) => `alias/${key}` });
  },
};

const keyVault: ContractCase = {
  type: "azure-key-vault",
  offers: (spec) => (spec === "ed25519" ? [] : pinned(spec)),
  start: async () => {
    const engine = createEngineOfEveryKind();
    const face = await startTrialKeyVault(engine);
    const environment = {
      AZURE_KEYVAULT_URL: face.url,
      AZURE_AUTHORITY_HOST: face.url,
      AZURE_TENANT_ID: "trial",
      AZURE_CLIENT_ID: "countersign",
      AZURE_CLIENT_SECRET: engine.secrets.dev,
    };
    const open = (): Promise<SigningService> =>
      openAt("azure-key-vault", face.url, {}, { place: environmentOf(environment) });
    const nameOf = (key: string): string | undefined => (key === "ed25519" ? undefined : key);
    return sceneOf(engine, face, { open, nameOf, endSessions: () => face.endSessions() });
  },
};

const cloudKms: ContractCase = {
  type: "google-cloud-kms",
  offers: (spec) => {
    if (spec === "p521") return [];
    return spec.startsWith("rsa") ? [["rsa-pkcs1v15", "sha256"]] : pinned(spec);
  },
  start: async () => {
    const engine = createEngineOfEveryKind();
    const face = await startTrialCloudKms(engine);
    const folder = mkdtempSync(join(tmpdir(), "countersign-google-"));
    const credentials = {
      type: "authorized_user",
      client_id: "id",
      client_secret: "secret",
      refresh_token: engine.secrets.dev,
      token_uri: `${face.url}/token`,
    };
    writeFileSync(join(folder, "adc.json"), JSON.stringify(credentials));
    const environment = {
      CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: face.url,
      GOOGLE_APPLICATION_CREDENTIALS: join(folder, "adc.json"),
    };
    const open = (): Promise<SigningService> =>
      openAt("google-cloud-kms", face.url, { keyRing: trialKeyRing }, { place: environmentOf(environment) });
    const nameOf = (key: string): string | undefined => (key === "p521" ? undefined : `${key}/1`);
    return {
      ...sceneOf(engine, face, { open, nameOf, endSessions: () => face.endSessions() }),
      stop: async () => {
        await face.stop();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

const trial: ContractCase = {
  type: "trial",
  waits: "cancelled",
  offers: everything,
  start: async () => {
    const engine = createEngineOfEveryKind();
    const service = await startTrialService({ engine, retryAfterMs: 1 });
    const folder = mkdtempSync(join(tmpdir(), "countersign-trial-"));
    const { url } = service;
    const state = {
      pid: process.pid,
      startedAt: "2026-01-01T00:00:00Z",
      registry: "127.0.0.1:1",
      url,
      secrets: engine.secrets,
    };
    writeFileSync(join(folder, "trial.json"), JSON.stringify(state));
    return {
      engine,
      open: () => openAt("trial", url, {}, { place: environmentOf({ COUNTERSIGN_STATE_DIR: folder }) }),
      nameOf: (key) => key,
      setFault: (kind) => service.setFault(kind === undefined || kind === "echo" ? undefined : { kind }),
      stop: async () => {
        await service.stop();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

const venafi: ContractCase = {
  type: "venafi",
  waits: "left",
  offers: everything,
  start: async () => {
    const engine = createEngineOfEveryKind();
    const face = await startTrialVenafi(engine);
    const folder = mkdtempSync(join(tmpdir(), "countersign-venafi-"));
    writeFileSync(join(folder, "ca.pem"), face.root);
    const environment = {
      VSIGN_URL: face.url,
      COUNTERSIGN_VENAFI_USERNAME: "dev",
      COUNTERSIGN_VENAFI_PASSWORD: engine.secrets.dev,
    };
    return {
      engine,
      open: () => openAt("venafi", face.url, { caFile: "ca.pem" }, { root: folder, place: environmentOf(environment) }),
      nameOf: (key) => `Trial\\${key}`,
      setFault: (kind) => {
        if (kind === undefined) return face.setFault(undefined);
        return face.setFault(kind === "wrong-signature" ? { kind: "encoding", as: "swapped" } : { kind });
      },
      endSessions: () => face.expireSessions(),
      stop: async () => {
        await face.stop();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

const vault: ContractCase = {
  type: "vault",
  waits: "left",
  offers: everything,
  start: async () => {
    const engine = createEngineOfEveryKind();
    const appRole = { roleId: "role", secretId: "secret-of-the-role" };
    const face = await startTrialVault(engine, { logins: { appRole } });
    const folder = mkdtempSync(join(tmpdir(), "countersign-vault-"));
    const environment = {
      COUNTERSIGN_STATE_DIR: folder,
      VAULT_ADDR: face.url,
      VAULT_ROLE_ID: appRole.roleId,
      VAULT_SECRET_ID: appRole.secretId,
    };
    return {
      engine,
      open: () => openAt("vault", face.url, { authentication: "approle" }, { place: environmentOf(environment) }),
      nameOf: (key) => key,
      setFault: (kind) => {
        if (kind === undefined) return face.setFault(undefined);
        return face.setFault(kind === "wrong-signature" ? { kind: "encoding", as: "side-by-side" } : { kind });
      },
      endSessions: () => face.endSessions(),
      stop: async () => {
        await face.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

const csc = (specification: "v1" | "v2"): ContractCase => ({
  type: "csc",
  title: `csc ${specification}`,
  ...(specification === "v2" ? { waits: "left" as const } : {}),
  offers: (spec) => (spec === "ed25519" ? [] : everything(spec)),
  start: async () => {
    const engine = createEngineOfEveryKind();
    const modes = new Map([
      ["p384", "explicit"],
      ["p521", "browser"],
    ] as const);
    const face = await startTrialCsc(engine, { modes });
    const environment = {
      COUNTERSIGN_CSC_URL: face.url,
      COUNTERSIGN_CSC_CLIENT_ID: "dev",
      COUNTERSIGN_CSC_CLIENT_SECRET: engine.secrets.dev,
    };
    const person: Person = {
      answer: ({ prompt }) => Promise.resolve(prompt === "PIN" ? face.pin : face.oneTimeCode()),
      visit: async ({ url }) => void (await fetch(url)),
    };
    const options: Record<string, string> = {
      specification,
      ...(specification === "v2" ? { mode: "asynchronous" } : {}),
    };
    const open = (): Promise<SigningService> =>
      openAt("csc", face.url, options, { place: environmentOf(environment), person });
    const nameOf = (key: string): string | undefined => (key === "ed25519" ? undefined : key);
    return sceneOf(engine, face, { open, nameOf, endSessions: () => face.endSessions() });
  },
});

const signServer: ContractCase = {
  type: "signserver",
  offers: (spec) =>
    spec.startsWith("rsa")
      ? [
          ["rsa-pkcs1v15", "sha256"],
          ["rsa-pkcs1v15", "sha512"],
        ]
      : everything(spec),
  start: async () => {
    const engine = createEngineOfEveryKind();
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const client = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = engine.authority.issue("client", client.publicKey);
    const face = await startTrialSignServer(engine, {
      tls: { key: pemOf(privateKey), cert: engine.authority.issueServer(publicKey).join("") },
      clientCertificates: [new X509Certificate(certificate[0] ?? "").fingerprint256],
    });
    const folder = mkdtempSync(join(tmpdir(), "countersign-signserver-"));
    const put = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    put("ca.pem", engine.authority.root);
    for (const { description } of engine.keys) put(`${description.name}.pem`, description.certificateChain.join(""));
    const workers = engine.keys.map(({ description: { name } }) => `${name}=${name}.pem`).join(",");
    const environment = {
      COUNTERSIGN_SIGNSERVER_URL: face.url,
      COUNTERSIGN_SIGNSERVER_CERTIFICATE_FILE: put("client.pem", certificate.join("")),
      COUNTERSIGN_SIGNSERVER_KEY_FILE: put("client.key", pemOf(client.privateKey)),
    };
    const open = (): Promise<SigningService> =>
      openAt(
        "signserver",
        face.url,
        { caFile: "ca.pem", workers },
        { root: folder, place: environmentOf(environment) },
      );
    return {
      ...sceneOf(engine, face, { open, nameOf: (key) => key }),
      stop: async () => {
        await face.stop();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Every service that signs, by its type in `.countersign.yaml`. */
export const contractCases: readonly ContractCase[] = [
  trial,
  venafi,
  vault,
  awsKms,
  keyVault,
  cloudKms,
  csc("v1"),
  csc("v2"),
  signServer,
];
