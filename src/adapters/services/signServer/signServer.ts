import { X509Certificate } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { DenyCode, SigningService, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonObject, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { SignServerOptions } from "../../../core/policy/signServerOptions.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { issuerOf, schemesOf, specOf } from "../keyKinds.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";
import type { SignServerCredentials } from "./credentials.ts";

/** How to reach a service. */
export interface SignServerConnection {
  readonly name: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly options: SignServerOptions;
  /** By the name of the worker: its certificates, its own first. */
  readonly chains: ReadonlyMap<string, readonly X509Certificate[]>;
  readonly credentials: () => Promise<SignServerCredentials>;
  readonly note: (secret: string) => void;
  readonly redact: (text: string) => string;
  readonly tls?: ServiceTls;
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Keyfactor SignServer as a signing service: its workers of the kind PlainSigner, which are sent the digest. It tells
 * neither keys nor algorithms, so the configuration names each worker with its certificates.
 */
export function createSignServerService(connection: SignServerConnection): SigningService {
  const { name, origin, options: settings, chains, redact } = connection;
  const describe = (worker: string): Promise<RemoteKey | undefined> => {
    const chain = chains.get(worker);
    return Promise.resolve(chain === undefined ? undefined : describeWorker(worker, chain, connection));
  };

  const sign = async (
    { description: key }: RemoteKey,
    { scheme, hash, digest, message }: SignRequest,
    ambiguity: string,
    options: WaitOptions,
  ): Promise<SignReply> => {
    const { client, basic } = await connection.credentials();
    if (client === undefined && basic === undefined)
      throw new AppError(
        "authentication",
        `There is no sign-in for ${origin}. Run "Sign in to a signing service" in the editor, or give the command line COUNTERSIGN_SIGNSERVER_URL=${origin} with COUNTERSIGN_SIGNSERVER_CERTIFICATE_FILE and COUNTERSIGN_SIGNSERVER_KEY_FILE, or with COUNTERSIGN_SIGNSERVER_USERNAME and COUNTERSIGN_SIGNSERVER_PASSWORD.`,
      );
    const encoded = basic === undefined ? "" : Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
    connection.note(encoded);
    connection.note(basic?.password ?? "");
    const isWhole = scheme === "ed25519";
    const metaData = isWhole
      ? {}
      : {
          metaData: {
            USING_CLIENTSUPPLIED_HASH: "true",
            CLIENTSIDE_HASHDIGESTALGORITHM: hash.replace("sha", "SHA-"),
          },
        };
    const data = Buffer.from(isWhole ? (message ?? new Uint8Array()) : digest).toString("base64");
    const action = "submit the request";
    const reply = await sendToService(
      {
        method: "POST",
        url: `${origin}${settings.path}/rest/v1/workers/${encodeURIComponent(key.name)}/process`,
        headers: {
          // Without it, the interface takes a request for one that a page in a browser was made to send.
          "x-keyfactor-requested-with": "XMLHttpRequest",
          ...(encoded === "" ? {} : { authorization: `Basic ${encoded}` }),
        },
        body: { data, encoding: "BASE64", ...metaData },
        timeoutMs: connection.timeoutMs,
        action,
        ambiguity,
        explainsFailures: true,
        tls: { ...connection.tls, ...(client === undefined ? {} : { client }) },
      },
      options,
    );
    const refusal = refusalOf(reply);
    if (reply.status === 429 || (reply.status >= 500 && refusal?.code !== "key-disabled"))
      throw new AppError(
        "service-unavailable",
        `Could not ${action} at ${origin}: ${refusal?.message ?? "it failed."} ${ambiguity}`,
      );
    if (refusal !== undefined) return refusal;
    const json: JsonObject = isJsonObject(reply.body) ? reply.body : {};
    const signature = decodeBase64(textOrEmpty(json["data"]));
    if (signature === undefined || signature.length === 0) return "the answer holds no signature";
    if (!isFor(textOrEmpty(json["signerCertificate"]), chains.get(key.name)?.[0]))
      return `worker ${key.name} has signed with another certificate than the configured one`;
    const audit = [json["archiveId"], json["requestId"]].map(oneLine).find((id) => id !== undefined);
    const found = typeof json["requestId"] === "number" ? String(json["requestId"]) : audit;
    return { status: "signed", signature, ...(found === undefined ? {} : { audit: found }) };
  };

  return createKeyService(
    { name, origin },
    {
      encoding: "der",
      maximumMessage: 64 * 1024,
      auditLog: "The audit log of SignServer says what its workers have signed.",
      names: () => Promise.resolve(settings.workers.map((worker) => worker.name)),
      describe,
      sign,
      redact,
    },
  );
}

function describeWorker(
  name: string,
  chain: readonly X509Certificate[],
  { origin, options, now }: SignServerConnection,
): RemoteKey | undefined {
  const leaf = chain[0];
  const spec = leaf === undefined ? undefined : specOf(leaf.publicKey);
  if (leaf === undefined || spec === undefined) return undefined;
  // A worker signs with RSA in one way.
  const schemes = schemesOf(spec).filter(({ scheme }) => !scheme.startsWith("rsa") || scheme === options.rsa);
  return {
    id: name,
    description: {
      name,
      spec,
      schemes,
      publicKey: leaf.publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: chain.map((certificate) => certificate.toString()),
      custody: "unknown",
      state: Date.parse(leaf.validTo) < now() ? "expired" : "enabled",
      needs: [],
      governance: {
        issuer: issuerOf(chain),
        managedBy: `the administrators of worker ${name} at ${new URL(origin).host}`,
        attributesSetBy: "whoever issued the configured certificate; the worker's configuration is not told",
      },
    },
  };
}

const codes = new Map<number, DenyCode>([
  [401, "unauthenticated"],
  [403, "forbidden"],
  [404, "key-not-found"],
]);

function refusalOf({ status, body }: ServiceReply): Extract<SignReply, { readonly status: "denied" }> | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = isJsonObject(body) ? (oneLine(body["error"]) ?? oneLine(body["message"])) : undefined;
  const isKey = /disabled|offline|not active|signer certificate|key usage/i.test(said ?? "");
  const isAlgorithm = /algorithm|hash/i.test(said ?? "");
  const code = codes.get(status) ?? (isKey ? "key-disabled" : isAlgorithm ? "algorithm-not-allowed" : "unsupported");
  return { status: "denied", code, message: said ?? `It refuses (status ${status}).` };
}

/** A certificate that is not told says nothing; the signature is verified all the same. */
function isFor(text: string, expected: X509Certificate | undefined): boolean {
  const der = decodeBase64(text);
  if (text === "" || der === undefined || expected === undefined) return text === "";
  try {
    return new X509Certificate(der).publicKey.equals(expected.publicKey);
  } catch {
    return false;
  }
}
