import { createHash } from "node:crypto";
import type { KeySpec, SignOutcome, SignRequest, Ticket } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonObject, readJson, type JsonObject } from "../../../core/json.ts";
import { keySpecs, signatureFrom } from "../keyKinds.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { mechanismOf } from "./mechanisms.ts";
import { refusalOf } from "./refusal.ts";
import { textIn } from "./values.ts";

/** Who asks, as approval rules and the archive of the product see it. */
export interface ClientDescription {
  readonly machine: string;
  readonly username: string;
}

/** A signing request as it is sent: the product signs it again only where it is repeated unchanged. */
export interface VenafiSigning {
  readonly spec: KeySpec;
  /** The JSON body. */
  readonly body: JsonObject;
}

const maximumState = 64 * 1024;
const maximumJustification = 2000;

/** Puts a request to the product's `sign`; a text says why it cannot be. Tells who asks and for what, and no secret. */
export function signingOf(
  request: SignRequest,
  key: { readonly keyId: string; readonly spec: KeySpec },
  client: ClientDescription,
): VenafiSigning | string {
  const mechanism = mechanismOf(request);
  if (typeof mechanism === "string") return mechanism;
  if ((request.justification ?? "").length > maximumJustification)
    return `The justification is longer than ${maximumJustification} characters.`;
  const { artifact, tool } = request.purpose;
  const [name = "countersign", version = ""] = tool.split(/[/ ]/);
  const body = {
    ClientInfo: { ClientLibraryName: name === "" ? "countersign" : name, ClientLibraryVersion: version },
    ProcessInfo: {
      Executable: "countersign",
      CommandLine: `sign ${artifact.kind} ${artifact.name} ${artifact.digest}`,
      Machine: client.machine,
      Username: client.username,
    },
    KeyId: key.keyId,
    ...mechanism,
    Parameter: mechanism.Parameter ?? {},
    ...(request.justification === undefined ? {} : { Justification: request.justification }),
  };
  return { spec: key.spec, body };
}

/** What a request is known by, and how often it is asked for. */
export interface RequestPlace {
  readonly service: string;
  readonly requestHash: string;
  readonly retryAfterMs: number;
}

/** A request that waits for an approval; `id` as the service calls it, else one of our own over what was sent. */
export function pendingOf(
  signing: VenafiSigning,
  { service, requestHash, retryAfterMs }: RequestPlace,
  id = ticketId({}, signing),
): Extract<SignOutcome, { status: "pending" }> {
  const state = JSON.stringify({ version: 1, spec: signing.spec, body: signing.body });
  return {
    status: "pending",
    ticket: { service, id, requestHash, state },
    approvals: { have: 0, need: 1, by: [] },
    message: "Waiting for an approval at the service.",
    retryAfterMs,
  };
}

/**
 * What an answer to `sign` means; undefined where it is not understood. While an approval is pending the product says
 * `TryLater`, and whatever else it sends then is no signature.
 */
export function outcomeOf(reply: ServiceReply, signing: VenafiSigning, context: RequestPlace): SignOutcome | undefined {
  const json: JsonObject = isJsonObject(reply.body) ? reply.body : {};
  if (json["TryLater"] === true && reply.status < 400) return pendingOf(signing, context, ticketId(json, signing));
  const refusal = refusalOf(reply);
  if (refusal !== undefined) return { status: "denied", ...refusal };
  if (json["Success"] !== true && json["Result"] !== 1) return undefined;
  const raw = decodeBase64(textIn(json, "ResultData") ?? "");
  const signature = raw === undefined ? undefined : signatureFrom(raw, signing.spec, "either");
  return signature === undefined ? undefined : { status: "signed", signature };
}

/** The request that a ticket stands for; undefined where its state is not one. */
export function signingOfTicket(ticket: Ticket): VenafiSigning | undefined {
  const { state } = ticket;
  const json = state === undefined || state.length > maximumState ? undefined : readJson(state);
  if (!isJsonObject(json) || json["version"] !== 1 || !isJsonObject(json["body"])) return undefined;
  const spec = keySpecs.find((candidate) => candidate === json["spec"]);
  return spec === undefined ? undefined : { spec, body: json["body"] };
}

/** The digest by which the product says to know the request, where it gives one; else one of our own over what was sent. */
function ticketId(json: JsonObject, signing: VenafiSigning): string {
  const given = ["Digest", "RequestDigest", "RequestHash", "TicketId"]
    .map((name) => textIn(json, name))
    .find((text) => text !== undefined && /^[\w+/=.{}-]{8,200}$/.test(text));
  return given ?? createHash("sha256").update(JSON.stringify(signing.body)).digest("hex");
}
