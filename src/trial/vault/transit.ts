import { createHash, createPublicKey, randomUUID, X509Certificate } from "node:crypto";
import type { HashAlgorithm, KeySpec, SignRequest } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { textOrEmpty, type JsonObject } from "../../core/json.ts";
import { readPublicKey, verifyData } from "../../core/x509/publicKey.ts";
import { verifySha256 } from "../../core/x509/verifyDigest.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialKey } from "../service/keys.ts";
import type { TrialAnswer } from "../service/requests.ts";
import { failed, found, type VaultAnswer } from "./answers.ts";
import { certificationRequest } from "./certification.ts";

/** The transit secrets engine over the keys of the trial: each has the one version 1. */
export interface TrialTransit {
  list(): VaultAnswer;
  describe(name: string): VaultAnswer;
  /** Puts a request to the trial service; an answer where it cannot be put. `hash` stands in the path. */
  sign(user: string, name: string, hash: string | undefined, body: JsonObject): TrialAnswer | VaultAnswer;
  verify(name: string, hash: string | undefined, body: JsonObject): VaultAnswer;
  /** What the engine does with a key itself: `csr` and `set-certificate`. */
  change(name: string, verb: string | undefined, body: JsonObject): VaultAnswer;
}

const types: Readonly<Record<KeySpec, string>> = {
  rsa2048: "rsa-2048",
  rsa3072: "rsa-3072",
  rsa4096: "rsa-4096",
  p256: "ecdsa-p256",
  p384: "ecdsa-p384",
  p521: "ecdsa-p521",
  ed25519: "ed25519",
};

const hashes = new Map<string, HashAlgorithm>([
  ["sha2-256", "sha256"],
  ["sha2-384", "sha384"],
  ["sha2-512", "sha512"],
]);

/** Only the trial knows justifications; its keys may ask for one, and this interface cannot carry any. */
const justification = "Asked for through the interface of Vault, which carries no justification.";

export function createTrialTransit(engine: TrialEngine): TrialTransit {
  const keyOf = (name: string): TrialKey | undefined =>
    engine.keys.find(({ description }) => description.name === name);
  const certificates = new Map<string, string>();
  return {
    list: () => found({ keys: engine.keys.map(({ description }) => description.name) }, randomUUID()),
    describe: (name) => {
      const key = keyOf(name);
      return key === undefined ? failed(404) : found(describe(key, certificates.get(name), engine.now()), randomUUID());
    },
    change: (name, verb, body) => {
      const key = keyOf(name);
      if (key === undefined) return failed(400, `key with provided name '${name}' not found`);
      if ((body["version"] ?? 1) !== 1) return failed(400, "version does not exist");
      if (verb === "csr") return found({ name, csr: certificationRequest(key) }, randomUUID());
      if (verb !== "set-certificate") return failed(404, "no handler for route");
      const chain = textOrEmpty(body["certificate_chain"]);
      if (!isFor(key, chain))
        return failed(400, "failed to persist certificate chain: leaf certificate public key does match the key");
      certificates.set(name, chain);
      return found({ name, "certificate-chain": chain }, randomUUID());
    },
    sign: (user, name, hash, body) => {
      const key = keyOf(name);
      if (key === undefined) return failed(400, "signing key not found");
      const request = readSigning(key, hash, body);
      return typeof request === "string" ? failed(400, request) : engine.requests.submit(user, request);
    },
    verify: (name, hash, body) => {
      const key = keyOf(name);
      if (key === undefined) return failed(400, "signature verification key not found");
      const text = /^vault:v1:(.+)$/.exec(textOrEmpty(body["signature"]))?.[1];
      const signature = decodeBase64(text ?? "?");
      const request = readSigning(key, hash, body);
      if (signature === undefined || typeof request === "string") return failed(400, "invalid signature");
      return found({ valid: isSignature(key, request, signature) }, randomUUID());
    },
  };
}

function isFor({ description }: TrialKey, chain: string): boolean {
  try {
    return new X509Certificate(chain).publicKey.equals(createPublicKey(description.publicKey));
  } catch {
    return false;
  }
}

function describe({ description }: TrialKey, set: string | undefined, now: Date): object {
  const publicKey = createPublicKey(description.publicKey);
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
  return {
    name: description.name,
    type: types[description.spec],
    latest_version: 1,
    min_available_version: 0,
    min_decryption_version: 1,
    min_encryption_version: 0,
    allow_plaintext_backup: false,
    auto_rotate_period: 0,
    deletion_allowed: false,
    derived: false,
    exportable: false,
    imported_key: false,
    soft_deleted: description.state === "disabled",
    supports_signing: true,
    keys: {
      "1": {
        certificate_chain: set ?? description.certificateChain.join(""),
        creation_time: now.toISOString(),
        name: types[description.spec],
        public_key: description.spec === "ed25519" ? raw : description.publicKey,
      },
    },
  };
}

/** The request with the engine's defaults; a text says what is wrong with it. */
function readSigning({ description }: TrialKey, inPath: string | undefined, body: JsonObject): SignRequest | string {
  const input = decodeBase64(textOrEmpty(body["input"]));
  const hash = hashes.get(inPath ?? (textOrEmpty(body["hash_algorithm"]) || "sha2-256"));
  // Numbers are taken in quotes, too, and nothing in them is 0: the latest.
  const version = Number(body["key_version"] ?? 0);
  if (input === undefined || input.length === 0) return "unable to decode input as base64";
  if (hash === undefined) return "unsupported hash algorithm";
  if (version !== 0 && version !== 1) return "cannot sign: version is too new, or too old";
  const scheme = schemeOf(description.spec, body);
  if (scheme === undefined) return "unsupported signature algorithm, salt length or marshaling algorithm";
  const isPrehashed = body["prehashed"] === true;
  if (scheme === "ed25519" && isPrehashed) return "prehashed input is not supported for this key type";
  const digest = isPrehashed ? input : createHash(hash).update(input).digest();
  return {
    key: description.name,
    scheme,
    hash,
    digest,
    ...(scheme === "ed25519" ? { message: input } : {}),
    purpose: {
      artifact: { kind: "file", name: "unnamed (interface of Vault)", digest: `${hash}:${digest.toString("hex")}` },
      tool: "vault",
    },
    justification,
    idempotencyKey: randomUUID(),
  };
}

/** As the engine takes it, RSA is PSS where nothing is said. Its longest salt, the default too, is not imitated: it is refused. */
function schemeOf(spec: KeySpec, body: JsonObject): SignRequest["scheme"] | undefined {
  if (spec === "ed25519") return "ed25519";
  if (!spec.startsWith("rsa")) return (body["marshaling_algorithm"] ?? "asn1") === "asn1" ? "ecdsa" : undefined;
  const algorithm = textOrEmpty(body["signature_algorithm"]) || "pss";
  if (algorithm === "pkcs1v15") return "rsa-pkcs1v15";
  return algorithm === "pss" && body["salt_length"] === "hash" ? "rsa-pss" : undefined;
}

/** For what can be verified by a digest alone: SHA-256 with P-256, P-384, and RSA with PKCS #1 v1.5; and Ed25519 by its message. */
function isSignature({ description }: TrialKey, request: SignRequest, signature: Uint8Array): boolean {
  const key = readPublicKey(description.publicKey);
  if (key === undefined || request.scheme === "rsa-pss") return false;
  if (request.scheme === "ed25519") return verifyData(key, "sha256", request.message ?? new Uint8Array(), signature);
  return request.hash === "sha256" && verifySha256(key, request.digest, signature);
}
