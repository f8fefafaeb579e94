import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { Decision, PendingRequest, Prequalification, Ticket } from "../../../application/signingService.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import { isAbout } from "./archive.ts";
import type { Caller } from "./caller.ts";
import { keyNameOf } from "./environments.ts";
import { refusalOf } from "./refusal.ts";
import { signingOfTicket } from "./sign.ts";
import { objectsIn, textIn, textsIn, timeOf } from "./values.ts";

const pageSize = 100;
const maximumPages = 10;

/** Result codes of the product's flow interface: 0 is success. */
const flowResults = new Map<number, string>([
  [1, "the permission for this is missing"],
  [2, "there is no such ticket (any more)"],
  [10, "no use of the ticket remains"],
]);

/** The tickets that wait, as the caller may see them; `own` are known again by what they ask for. AppError `authentication` or `service-denied`. */
export async function listTickets(
  caller: Caller,
  options: WaitOptions & { readonly own?: readonly Ticket[] },
): Promise<readonly PendingRequest[]> {
  const requests: PendingRequest[] = [];
  for (let page = 0; page < maximumPages; page += 1) {
    const body = await flow(
      caller,
      {
        path: "tickets/enumerate",
        body: { TicketPageSize: pageSize, TicketPageNumber: page },
        action: "list the tickets",
      },
      options,
      true,
    );
    const tickets = objectsIn(body, "Tickets");
    requests.push(...tickets.flatMap((ticket) => readTicket(ticket, options.own ?? []) ?? []));
    if (tickets.length < pageSize) break;
  }
  return requests;
}

/** Approves or rejects a ticket, once. */
export async function decideTicket(caller: Caller, decision: Decision, options: WaitOptions): Promise<void> {
  const verb = decision.approve ? "approve" : "reject";
  // The product counts its tickets, and distinguishes a rejection that may be tried again (1) from a final one (2).
  const id = /^\d{1,15}$/.test(decision.id) ? Number(decision.id) : decision.id;
  const body = { TicketId: id, Comment: decision.comment, ...(decision.approve ? {} : { RejectionLevel: 2 }) };
  await flow(caller, { path: `tickets/${verb}`, body, action: `${verb} ticket ${decision.id}` }, options);
}

/** Allows one digest of an environment beforehand, once. */
export async function prequalifyDigest(
  caller: Caller,
  dn: string,
  { digest, comment, user, hours, singleUse }: Prequalification,
  options: WaitOptions,
): Promise<void> {
  const body = {
    Dn: dn,
    Data: Buffer.from(digest).toString("base64"),
    Comment: comment,
    ...(user === undefined ? {} : { User: user }),
    ...(hours === undefined ? {} : { Hours: hours }),
    ...(singleUse === undefined ? {} : { SingleUse: singleUse }),
  };
  const action = `allow a digest for ${keyNameOf(dn)}`;
  await flow(caller, { path: "actions/codesign/prequalify/create", body, action }, options);
}

/** One call of the flow interface, which counts results otherwise than the rest of the product. */
async function flow(
  caller: Caller,
  call: { readonly path: string; readonly body: object; readonly action: string },
  options: WaitOptions,
  isRead = false,
): Promise<JsonObject> {
  const sent = { ...call, path: `vedsdk/flow/${call.path}` };
  const reply = isRead ? await caller.read(sent, options) : await caller.once(sent, options);
  const json = isJsonObject(reply.body) ? reply.body : {};
  const result = json["Result"];
  const plain = Object.fromEntries(Object.entries(json).filter(([name]) => name !== "Result"));
  const refusal = refusalOf({ status: reply.status, body: plain });
  if (refusal === undefined && (result === undefined || result === 0)) return json;
  const known = typeof result === "number" ? flowResults.get(result) : undefined;
  const why =
    known === undefined ? (refusal?.message ?? `it answered with result ${JSON.stringify(result)}`) : `${known}.`;
  const code = refusal?.code === "unauthenticated" ? "authentication" : "service-denied";
  throw new AppError(code, caller.redact(`Could not ${call.action}: ${why}`));
}

/** What a ticket says of the request stands in pairs, whose names differ between versions: they are found by their words. */
function readTicket(ticket: JsonObject, own: readonly Ticket[]): PendingRequest | undefined {
  const id = textIn(ticket, "Id") ?? (typeof ticket["Id"] === "number" ? String(ticket["Id"]) : undefined);
  if (id === undefined) return undefined;
  const pairs = objectsIn(ticket, "Environment").flatMap((pair): (readonly [string, string])[] => {
    const [name, value] = [textIn(pair, "Key"), textIn(pair, "Value")];
    return name === undefined || value === undefined ? [] : [[name, value.slice(0, 2000)]];
  });
  const find = (pattern: RegExp): string | undefined => pairs.find(([name]) => pattern.test(name))?.[1];
  const dn = pairs.find(([, value]) => value.startsWith("\\VED\\Code Signing\\"))?.[1];
  const approvals = objectsIn(ticket, "Approvals");
  const need = typeof ticket["RequiredApprovals"] === "number" ? ticket["RequiredApprovals"] : 1;
  const justification = find(/justification/i);
  const texts = pairs.map(([, value]) => value);
  const mine = own.find((each) => isFor(texts, each));
  return {
    id,
    ...(mine === undefined ? {} : { ticket: mine.id }),
    key: dn === undefined ? "unknown" : keyNameOf(dn),
    artifact: find(/command/i) ?? find(/executable/i) ?? "unknown",
    digest: find(/digest|hash|^data$/i) ?? "unknown",
    requestedBy: find(/user|requester|requestor|identity/i) ?? "unknown",
    requestedAt: timeOf(ticket["CreationTime"]),
    ...(justification === undefined ? {} : { justification }),
    approvals: {
      have: approvals.length,
      need,
      by: approvals.flatMap((approval) => textIn(approval, "Universal") ?? textsIn(approval, "Approvers")),
    },
  };
}

/** Whether a ticket of the product, with these texts, is about what our own one asked for: the same digest, for the same artifact. */
function isFor(texts: readonly string[], own: Ticket): boolean {
  const body = signingOfTicket(own)?.body ?? {};
  const data = body["Data"];
  const command = textIn(objectsIn(body, "ProcessInfo")[0] ?? {}, "CommandLine");
  if (typeof data !== "string" || command === undefined || !texts.includes(command)) return false;
  const digests = texts.filter((text) => /^(?:\w+:)?[A-Za-z0-9+/]{40,}={0,2}$/.test(text));
  // Where the product names no digest, the command with the artifact's digest has to do.
  return digests.length === 0 || digests.some((text) => isAbout(text.replace(/^\w+:/, ""), data));
}
