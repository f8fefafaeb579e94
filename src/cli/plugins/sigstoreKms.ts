import { createHash } from "node:crypto";
import { systemClock } from "../../adapters/clock.ts";
import {
  algorithmName,
  hashOfNumber,
  protocolVersion,
  schemeOf,
} from "../../adapters/services/sigstoreKmsPlugin/terms.ts";
import { digestLengths, hashAlgorithms } from "../../adapters/services/keyKinds.ts";
import { AppError } from "../../application/errors.ts";
import { signMessage } from "../../application/signMessage.ts";
import type { HashAlgorithm } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import { printable } from "../../core/report/words.ts";
import { isSignatureOver } from "../../core/sign/verifyMessage.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { createLog } from "../registryClient.ts";
import { version } from "../version.ts";
import { refusalText } from "./outcomeText.ts";
import { openPluginKey, readPluginSettings } from "./pluginKey.ts";
import { readStandardInput } from "./standardInput.ts";
import { openTicketStore } from "./ticketStore.ts";

const maximumArguments = 1024 * 1024;
/** The message is held in memory: what comes back is checked over it. */
const maximumMessage = 256 * 1024 * 1024;
/** Time that is left for the answer before the program that asked gives up, in milliseconds. */
const margin = 5_000;

/**
 * `sigstore-kms-countersign v1 JSON`: the key management service of cosign's keys `countersign://SERVICE/KEY`. The message
 * is on standard input, one JSON object goes out. Failures are in it: the exit code is not looked at by those who ask.
 */
export async function sigstoreKmsPlugin(args: readonly string[], host: Host): Promise<number> {
  let answer: object;
  try {
    answer = await answerTo(args, host);
  } catch (error) {
    if (!(error instanceof AppError)) answer = failure("Something went wrong inside countersign.");
    else answer = failure(error.message);
  }
  await host.output(`${JSON.stringify(answer)}\n`);
  return exitCodes.clean;
}

interface Call {
  readonly keyId: string;
  readonly method: string;
  readonly options: JsonObject;
  readonly hash: HashAlgorithm | undefined;
  readonly deadline: number | undefined;
}

async function answerTo(args: readonly string[], host: Host): Promise<object> {
  const call = readCall(args);
  if (typeof call === "string") return failure(call);
  if (call.method === "createKey") return failure("Keys are made in the signing service, not from here.");
  const settings = readPluginSettings(new Map(), host);
  const { service, key } = await openPluginKey(call.keyId, settings, host);
  const name = algorithmName(key.spec);
  switch (call.method) {
    case "defaultAlgorithm":
      return { defaultAlgorithm: { defaultAlgorithm: name } };
    case "supportedAlgorithms":
      return { supportedAlgorithms: { supportedAlgorithms: [name] } };
    case "publicKey":
      return { publicKey: { publicKeyPEM: Buffer.from(key.publicKey, "utf8").toString("base64") } };
    case "signMessage":
    case "verifySignature":
      break;
    default:
      return failure(`The method '${printable(call.method)}' is not known.`);
  }
  const message = await readStandardInput(host, maximumMessage);
  const hash = hashFor(call, message);
  if (hash === "another message")
    return failure(
      "The digest is not of the message on standard input. A digest alone is not signed: nobody could say what it is of, and the signature could not be checked.",
    );
  if (hash === undefined) return failure("Only SHA-256, SHA-384 and SHA-512 are signed with.");
  const scheme = schemeOf(key.spec);
  if (call.method === "verifySignature") {
    const text = call.options["signature"];
    const signature = typeof text === "string" ? decodeBase64(text) : undefined;
    const how = { publicKey: key.publicKey, scheme, hash };
    return signature !== undefined && isSignatureOver(message, signature, how)
      ? { verifySignature: {} }
      : failure(`The signature is not one by key '${printable(key.name)}' over the message.`);
  }
  const place = { environment: host.environment, platform: process.platform };
  const tickets = openTicketStore(service.name, place);
  const ports = { service, clock: systemClock, log: createLog(host), tickets };
  const { justification, waitMs } = settings;
  const left = call.deadline === undefined ? Infinity : Math.max(0, call.deadline - Date.now() - margin);
  const outcome = await signMessage(
    ports,
    {
      message,
      key,
      scheme,
      hash,
      tool: `countersign/${version} for cosign`,
      // The statements that cosign signs hold no time: the same image gives the same bytes.
      repeatable: true,
      ...(justification === undefined ? {} : { justification }),
    },
    {
      signal: host.signal,
      waitMs: Math.min(waitMs, left),
      onPending: ({ id }, said) => {
        if (waitMs > 0) host.error(`Waiting: ${printable(said)} Ticket ${printable(id)}.\n`);
      },
    },
  );
  if (outcome.status === "signed")
    return { signMessage: { signature: Buffer.from(outcome.signature).toString("base64") } };
  return failure(refusalText(outcome, { service: service.name, key: key.name, program: "cosign" }));
}

/** What is asked for, or why it is not understood. */
function readCall([first, second, ...others]: readonly string[]): Call | string {
  if (first !== protocolVersion || second === undefined || others.length > 0)
    return "This program is a plug-in: cosign runs it. Try 'cosign sign --key countersign://SERVICE/KEY IMAGE'.";
  const json = second.length > maximumArguments ? undefined : readJson(second);
  const init = isJsonObject(json) ? json["initOptions"] : undefined;
  if (!isJsonObject(json) || !isJsonObject(init)) return "The request is not understood.";
  const { keyResourceID: keyId, protocolVersion: spoken, hashFunc, ctxDeadline } = init;
  const method = json["methodName"];
  if (typeof keyId !== "string" || typeof method !== "string" || spoken !== protocolVersion)
    return "The request is not understood.";
  const own = Object.hasOwn(json, method) ? json[method] : undefined;
  const options = isJsonObject(own) ? own : {};
  const message = messageOptions(options);
  const deadline = typeof ctxDeadline === "string" ? Date.parse(ctxDeadline) : NaN;
  return {
    keyId,
    method,
    options,
    hash: hashOfNumber(message["hashFunc"] ?? hashFunc),
    deadline: Number.isNaN(deadline) ? undefined : deadline,
  };
}

function messageOptions(options: JsonObject): JsonObject {
  const more = options["signOptions"] ?? options["verifyOptions"];
  const message = isJsonObject(more) ? more["messageOptions"] : undefined;
  return isJsonObject(message) ? message : {};
}

/** cosign gives the digest besides the message, and the number of another hash than the digest's for larger curves: the digest counts. */
function hashFor(call: Call, message: Uint8Array): HashAlgorithm | "another message" | undefined {
  const { digest: text } = messageOptions(call.options);
  if (typeof text !== "string" || text === "") return call.hash;
  const digest = decodeBase64(text);
  const hash = hashAlgorithms.find((each) => digestLengths[each] === digest?.length);
  if (hash === undefined || digest === undefined) return undefined;
  return createHash(hash).update(message).digest().equals(digest) ? hash : "another message";
}

function failure(message: string): object {
  return { errorMessage: message };
}
