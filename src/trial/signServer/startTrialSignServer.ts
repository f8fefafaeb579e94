import { createHash, randomUUID, X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import type { HashAlgorithm } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { objectIn, textOrEmpty, type JsonObject } from "../../core/json.ts";
import { startFace, type FaceContext, type TrialFace } from "../face.ts";
import type { LoopbackAnswer, LoopbackCall } from "../loopback.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialUser } from "../service/keyPolicy.ts";
import { digestLengths } from "../service/signScheme.ts";

/** How the face is started. */
export interface TrialSignServerOptions {
  /** PEM of the server's key and chain; without it there is no TLS, and nobody can show a certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** SHA-256 of the client certificates that may sign, in hex with colons; they stand for the user `dev`. */
  readonly clientCertificates?: readonly string[];
  /** How workers sign with RSA. */
  readonly rsa?: "rsa-pkcs1v15" | "rsa-pss";
}

const users: readonly TrialUser[] = ["dev", "lead"];
const hashes = new Map<string, HashAlgorithm>([
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

/**
 * Starts the trial service behind the REST interface of Keyfactor SignServer: each key is a worker of the kind PlainSigner
 * of the same name, and the users sign in with their secrets as passwords, or with client certificates.
 */
export async function startTrialSignServer(
  engine: TrialEngine,
  options: TrialSignServerOptions = {},
): Promise<TrialFace> {
  return startFace(engine, {
    product: "Keyfactor SignServer",
    nameOf: ({ method, url: { pathname } }) => ({ name: `${method} ${pathname}`, sign: pathname.endsWith("/process") }),
    route: (call, context) => route(call, options, context),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
}

function route(call: LoopbackCall, options: TrialSignServerOptions, context: FaceContext): LoopbackAnswer {
  const [, name] = /^\/signserver\/rest\/v1\/workers\/([^/]+)\/process$/.exec(call.url.pathname) ?? [];
  if (call.method !== "POST" || name === undefined) return failed(404, "There is nothing at this path.");
  const user = userOf(call, options, context.engine);
  if (user === undefined) return failed(401, "Client authentication is required.");
  return process(decodeURIComponent(name), call.body, user, options, context);
}

function process(
  worker: string,
  body: JsonObject,
  user: TrialUser,
  { rsa = "rsa-pkcs1v15" }: TrialSignServerOptions,
  context: FaceContext,
): LoopbackAnswer {
  const key = context.engine.keys.find(({ description }) => description.name === worker);
  if (key === undefined) return failed(404, `No such worker: ${worker}`);
  if (key.description.state !== "enabled") return failed(500, "Worker is not active: it is disabled.");
  const metaData = objectIn(body, "metaData");
  const text = textOrEmpty(body["data"]);
  const data = body["encoding"] === "BASE64" ? decodeBase64(text) : Buffer.from(text, "utf8");
  const isHash = textOrEmpty(metaData["USING_CLIENTSUPPLIED_HASH"]) === "true";
  const hash = isHash ? hashes.get(textOrEmpty(metaData["CLIENTSIDE_HASHDIGESTALGORITHM"])) : "sha256";
  const isEdwards = key.description.spec === "ed25519";
  if (data === undefined || hash === undefined || (isEdwards && isHash))
    return failed(400, "The data or the hash algorithm is not accepted by the worker.");
  if (isHash && data.length !== digestLengths[hash])
    return failed(400, "Client-side hashed request data length does not match the hash algorithm.");
  const scheme = isEdwards ? "ed25519" : key.description.spec.startsWith("rsa") ? rsa : "ecdsa";
  const digest = isHash ? data : createHash(hash).update(data).digest();
  const answer = context.sign(user, { key: worker, scheme, hash, digest, ...(isEdwards ? { message: data } : {}) });
  if (answer.status === "denied") return failed(403, answer.message);
  return {
    status: 200,
    body: {
      data: answer.signature.toString("base64"),
      requestId: String(answer.audit),
      archiveId: randomUUID(),
      metaData: {},
      signerCertificate: new X509Certificate(key.description.certificateChain[0] ?? "").raw.toString("base64"),
    },
  };
}

function userOf(
  { headers, request }: LoopbackCall,
  { clientCertificates = [] }: TrialSignServerOptions,
  { secrets }: TrialEngine,
): TrialUser | undefined {
  const shown = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
  if (shown !== undefined && clientCertificates.includes(shown.fingerprint256)) return "dev";
  const [, encoded = ""] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
  const given = Buffer.from(encoded, "base64").toString("utf8");
  return users.find((user) => given === `${user}:${secrets[user]}`);
}

function failed(status: number, error: string): LoopbackAnswer {
  return { status, body: { error } };
}
