import { generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openService } from "../../src/adapters/services/services.ts";
import type { Person } from "../../src/application/ports.ts";
import type { HashAlgorithm, KeySpec, SignatureScheme, SigningService } from "../../src/application/signingService.ts";
import type { ServicePointer } from "../../src/core/policy/configurationServices.ts";
import { startTrialAwsKms } from "../../src/trial/aws/startTrialAwsKms.ts";
import { startTrialKeyVault } from "../../src/trial/azure/startTrialKeyVault.ts";
import { startTrialCsc } from "../../src/trial/csc/startTrialCsc.ts";
import { startTrialCloudKms, trialKeyRing } from "../../src/trial/google/startTrialCloudKms.ts";
import type { TrialEngine } from "../../src/trial/service/engine.ts";
import { startTrialService } from "../../src/trial/service/startTrialService.ts";
import { startTrialSignServer } from "../../src/trial/signServer/startTrialSignServer.ts";
import { startTrialVault } from "../../src/trial/vault/startTrialVault.ts";
import { startTrialVenafi } from "../../src/trial/venafi/startTrialVenafi.ts";
import { createEngineOfEveryKind } from "./serviceScene.ts";

/** Ways to misbehave that every emulator knows. */
export type ContractFault = "stall" | "error-after-signing" | "malformed" | "flood" | "wrong-signature" | "echo";

/** What an emulator of one service is in front of the trial engine. */
interface Emulator {
  readonly url: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Who signs, as the environment says it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly person?: Person;
  setFault(fault: ContractFault | undefined): void;
  /** Ends every session; undefined where there are none. */
  readonly endSessions?: () => void;
  stop(): Promise<void>;
}

/** One service in front of the trial engine, whatever its protocol. */
export interface ContractScene extends Emulator {
  readonly engine: TrialEngine;
  readonly pointer: ServicePointer;
  /** A workspace with the files that the options name. */
  readonly root: string;
  /** A client as a new process opens it. */
  open(): Promise<SigningService>;
  /** How the service calls a key of the engine; undefined for a kind of key that it does not have. */
  nameOf(key: string): string | undefined;
}

type Offers = (spec: KeySpec) => readonly (readonly [SignatureScheme, HashAlgorithm])[];

/** What services offer beyond signing at once. */
export interface ContractCase {
  readonly type: string;
  readonly title?: string;
  readonly waits?: "cancelled" | "left";
  /** What the service signs with a kind of key. */
  readonly offers: Offers;
  readonly start: (options?: ContractOptions) => Promise<ContractScene>;
}

/** What is otherwise than usual. */
export interface ContractOptions {
  /** How far the clock of the service is from this machine's, in milliseconds; it then has keys of its own, of P-256 alone. */
  readonly skewMs?: number;
}

const everything: Offers = (spec) => {
  if (spec === "ed25519") return [["ed25519", "sha256"]];
  if (!spec.startsWith("rsa")) return (["sha256", "sha384", "sha512"] as const).map((hash) => ["ecdsa", hash]);
  return [
    ["rsa-pkcs1v15", "sha256"],
    ["rsa-pkcs1v15", "sha512"],
    ["rsa-pss", "sha256"],
    ["rsa-pss", "sha384"],
  ];
};
/** Each curve with one digest. */
const pinned: Offers = (spec) => {
  if (!spec.startsWith("p")) return everything(spec);
  return [["ecdsa", spec === "p521" ? "sha512" : spec === "p384" ? "sha384" : "sha256"]];
};

/** Keys of every kind take seconds to make: all cases share one engine. */
let shared: TrialEngine | undefined;

function caseOf(
  type: string,
  offers: Offers,
  nameOf: (key: string) => string,
  emulate: (
    engine: TrialEngine,
    put: (name: string, text: string) => string,
    root: string,
    skewMs: number,
  ) => Promise<Emulator>,
  more: Pick<ContractCase, "title" | "waits"> = {},
): ContractCase {
  return {
    type,
    offers,
    ...more,
    start: async ({ skewMs = 0 } = {}) => {
      shared ??= createEngineOfEveryKind();
      const engine = skewMs === 0 ? shared : createEngineOfEveryKind(["p256"], () => new Date(Date.now() + skewMs));
      const root = mkdtempSync(join(tmpdir(), `countersign-${type}-`));
      const put = (name: string, text: string): string => {
        writeFileSync(join(root, name), text);
        return join(root, name);
      };
      const emulator = await emulate(engine, put, root, skewMs);
      const environment = { COUNTERSIGN_STATE_DIR: join(root, "state"), HOME: root, ...emulator.environment };
      const pointer = { name: "acme", type, url: emulator.url, options: emulator.options ?? {} };
      const place = { environment, platform: process.platform };
      const person = emulator.person === undefined ? {} : { person: emulator.person };
      return {
        ...emulator,
        engine,
        environment,
        pointer,
        root,
        open: () => openService("acme", { configuration: { services: [pointer] }, place, root, ...person }),
        nameOf: (key) => (/^(?:off|release)$/.test(key) || isOffered(offers, key) ? nameOf(key) : undefined),
        stop: async () => {
          await emulator.stop();
          rmSync(root, { recursive: true, force: true });
        },
      };
    },
  };
}

function isOffered(offers: Offers, key: string): boolean {
  const spec = (["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"] as const).find(
    (each) => each === key,
  );
  return spec !== undefined && offers(spec).length > 0;
}

const trial = caseOf(
  "trial",
  everything,
  (key) => key,
  async (engine, put, root) => {
    const service = await startTrialService({ engine, retryAfterMs: 1 });
    const { url } = service;
    const known = { pid: process.pid, startedAt: "2026-01-01T00:00:00Z", registry: "127.0.0.1:1" };
    put("trial.json", JSON.stringify({ ...known, url, secrets: engine.secrets }));
    return {
      url,
      environment: { COUNTERSIGN_STATE_DIR: root },
      setFault: (kind) => service.setFault(kind === undefined || kind === "echo" ? undefined : { kind }),
      stop: () => service.stop(),
    };
  },
  { waits: "cancelled" },
);

const venafi = caseOf(
  "venafi",
  everything,
  (key) => `Trial\\${key}`,
  async (engine, put) => {
    const face = await startTrialVenafi(engine);
    put("ca.pem", face.root);
    return {
      url: face.url,
      options: { caFile: "ca.pem" },
      environment: {
        VSIGN_URL: face.url,
        COUNTERSIGN_VENAFI_USERNAME: "dev",
        COUNTERSIGN_VENAFI_PASSWORD: engine.secrets.dev,
      },
      setFault: (kind) => {
        if (kind === undefined) return face.setFault(undefined);
        return face.setFault(kind === "wrong-signature" ? { kind: "encoding", as: "swapped" } : { kind });
      },
      endSessions: () => face.expireSessions(),
      stop: () => face.stop(),
    };
  },
  { waits: "left" },
);

const vault = caseOf(
  "vault",
  everything,
  (key) => key,
  async (engine, _put, root) => {
    const appRole = { roleId: "role", secretId: "secret-of-the-role" };
    const face = await startTrialVault(engine, { logins: { appRole } });
    return {
      url: face.url,
      options: { authentication: "approle" },
      environment: {
        COUNTERSIGN_STATE_DIR: root,
        VAULT_ADDR: face.url,
        VAULT_ROLE_ID: appRole.roleId,
        VAULT_SECRET_ID: appRole.secretId,
      },
      setFault: (kind) => {
        if (kind === undefined) return face.setFault(undefined);
        return face.setFault(kind === "wrong-signature" ? { kind: "encoding", as: "side-by-side" } : { kind });
      },
      endSessions: () => face.endSessions(),
      stop: () => face.stop(),
    };
  },
  { waits: "left" },
);

/** The file with the certificates of all keys, for services that hold none or not all of a chain. */
function chainFile(
  engine: TrialEngine,
  put: (name: string, text: string) => string,
): Readonly<Record<"chainFile", string>> {
  const chains = engine.keys.flatMap(({ description }) => description.certificateChain);
  put("chains.pem", [...new Set(chains)].join(""));
  return { chainFile: "chains.pem" };
}

/** The emulators that share their faults. */
function faceOf(face: {
  readonly url: string;
  setFault(fault: { readonly kind: ContractFault } | undefined): void;
  endSessions(): void;
  stop(): Promise<void>;
}): Pick<Emulator, "url" | "setFault" | "endSessions" | "stop"> {
  return {
    url: face.url,
    setFault: (kind) => face.setFault(kind === undefined ? undefined : { kind }),
    endSessions: () => face.endSessions(),
    stop: () => face.stop(),
  };
}

const awsKms = caseOf(
  "aws-kms",
  pinned,
  (key) => `alias/${key}`,
  async (engine, put, _root, skewMs) => {
    const { endSessions: _, ...face } = faceOf(await startTrialAwsKms(engine, { skewMs }));
    return {
      ...face,
      options: { region: "eu-central-1", ...chainFile(engine, put) },
      environment: {
        AWS_ENDPOINT_URL_KMS: face.url,
        AWS_ACCESS_KEY_ID: "dev",
        AWS_SECRET_ACCESS_KEY: engine.secrets.dev,
      },
    };
  },
);

const keyVault = caseOf(
  "azure-key-vault",
  (spec) => (spec === "ed25519" ? [] : pinned(spec)),
  (key) => key,
  async (engine, put) => {
    const face = faceOf(await startTrialKeyVault(engine));
    return {
      ...face,
      options: chainFile(engine, put),
      environment: {
        AZURE_KEYVAULT_URL: face.url,
        AZURE_AUTHORITY_HOST: face.url,
        AZURE_TENANT_ID: "trial",
        AZURE_CLIENT_ID: "countersign",
        AZURE_CLIENT_SECRET: engine.secrets.dev,
      },
    };
  },
);

const cloudKms = caseOf(
  "google-cloud-kms",
  (spec) => {
    if (spec === "p521") return [];
    return spec.startsWith("rsa") ? [["rsa-pkcs1v15", "sha256"]] : pinned(spec);
  },
  (key) => `${key}/1`,
  async (engine, put) => {
    const face = faceOf(await startTrialCloudKms(engine));
    const credentials = {
      type: "authorized_user",
      client_id: "id",
      client_secret: "secret",
      refresh_token: engine.secrets.dev,
      token_uri: `${face.url}/token`,
    };
    return {
      ...face,
      options: { keyRing: trialKeyRing, ...chainFile(engine, put) },
      environment: {
        CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: face.url,
        GOOGLE_APPLICATION_CREDENTIALS: put("adc.json", JSON.stringify(credentials)),
      },
    };
  },
);

const csc = (specification: "v1" | "v2"): ContractCase =>
  caseOf(
    "csc",
    (spec) => (spec === "ed25519" ? [] : everything(spec)),
    (key) => key,
    async (engine) => {
      const modes = new Map([
        ["p384", "explicit"],
        ["p521", "browser"],
      ] as const);
      const signer = await startTrialCsc(engine, { modes });
      const face = faceOf(signer);
      return {
        ...face,
        options: { specification, ...(specification === "v2" ? { mode: "asynchronous" } : {}) },
        environment: {
          COUNTERSIGN_CSC_URL: face.url,
          COUNTERSIGN_CSC_CLIENT_ID: "dev",
          COUNTERSIGN_CSC_CLIENT_SECRET: engine.secrets.dev,
        },
        person: {
          answer: ({ prompt }) => Promise.resolve(prompt === "PIN" ? signer.pin : signer.oneTimeCode()),
          visit: async ({ url }) => void (await fetch(url)),
        },
      };
    },
    { title: `csc ${specification}`, ...(specification === "v2" ? { waits: "left" as const } : {}) },
  );

const signServer = caseOf(
  "signserver",
  (spec) => everything(spec).filter(([scheme]) => scheme !== "rsa-pss"),
  (key) => key,
  async (engine, put) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const client = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = engine.authority.issue("client", client.publicKey);
    const { endSessions: _, ...face } = faceOf(
      await startTrialSignServer(engine, {
        tls: { key: pemOf(privateKey), cert: engine.authority.issueServer(publicKey).join("") },
        clientCertificates: [new X509Certificate(certificate[0] ?? "").fingerprint256],
      }),
    );
    put("ca.pem", engine.authority.root);
    for (const { description } of engine.keys) put(`${description.name}.pem`, description.certificateChain.join(""));
    const workers = engine.keys.map(({ description: { name } }) => `${name}=${name}.pem`).join(",");
    return {
      ...face,
      options: { caFile: "ca.pem", workers },
      environment: {
        COUNTERSIGN_SIGNSERVER_URL: face.url,
        COUNTERSIGN_SIGNSERVER_CERTIFICATE_FILE: put("client.pem", certificate.join("")),
        COUNTERSIGN_SIGNSERVER_KEY_FILE: put("client.key", pemOf(client.privateKey)),
      },
    };
  },
);

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
