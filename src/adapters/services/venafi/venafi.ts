import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import type { PendingRequest, SigningService, SignOutcome, Ticket } from "../../../application/signingService.ts";
import type { VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import { requestHash } from "../../../core/sign/requestHash.ts";
import type { ServiceTls } from "../serviceRequest.ts";
import { findInArchive, listArchive } from "./archive.ts";
import { createCaller } from "./caller.ts";
import type { Credentials } from "./credentials.ts";
import type { VenafiKey } from "./keyDescription.ts";
import { listVenafiKeys } from "./keys.ts";
import { findSubmission } from "./lostRequest.ts";
import { createSession } from "./session.ts";
import { outcomeOf, signingOf, signingOfTicket, type ClientDescription, type VenafiSigning } from "./sign.ts";
import { decideTicket, listTickets, prequalifyDigest } from "./tickets.ts";

/** How to reach a service and who asks. */
export interface VenafiConnection {
  readonly name: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly options: VenafiOptions;
  readonly credentials: Credentials;
  readonly client: ClientDescription;
  readonly person?: Person;
  readonly tls?: ServiceTls;
  /** Limit for one request, in milliseconds. */
  readonly timeoutMs?: number;
  /** How long to wait between two look-ups for an approval, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Milliseconds since 1970. */
  now(): number;
}

const notRepeated =
  "The request was sent once and not repeated, so it is not known whether the key signed: the archive of the service says so.";

/** What was listed longer ago than this, in milliseconds, is asked for again before a key of it signs. */
const fresh = 30_000;

/** How long what is nice to know is looked for, in milliseconds: the archive's reference to a signature, the state of an approval. */
const archiveLimit = 5_000;

/**
 * Venafi CodeSign Protect (CyberArk and Palo Alto Code Sign Manager), self-hosted and SaaS, as a signing service. Keys are
 * called `Project\Environment`, in SaaS by their label. `submit` sends its request exactly once; `resume` sends the same
 * one again, unchanged, which is how the product hands out what was approved.
 */
export function createVenafiService(connection: VenafiConnection): SigningService {
  const { name, options: settings, retryAfterMs = 5_000 } = connection;
  const place = { ...connection, timeoutMs: connection.timeoutMs ?? 20_000 };
  const caller = createCaller(place, createSession(place, connection.credentials));
  let known: readonly VenafiKey[] = [];
  let listedAt = 0;

  const list = async (options: WaitOptions): Promise<readonly VenafiKey[]> => {
    known = await listVenafiKeys(caller, settings, connection.now(), options);
    listedAt = connection.now();
    return known;
  };
  const keyNamed = async (keyName: string, options: WaitOptions): Promise<VenafiKey | undefined> => {
    const find = (keys: readonly VenafiKey[]): VenafiKey | undefined =>
      keys.find(({ description }) => description.name === keyName);
    const shown = find(known);
    if (shown !== undefined && connection.now() - listedAt < fresh) return shown;
    const found = find(await list(options));
    // Its environment keeps its id when its key is replaced.
    if (shown !== undefined && found !== undefined && shown.description.publicKey !== found.description.publicKey)
      throw new AppError(
        "service-protocol",
        `Key '${keyName}' of ${name} was rotated since it was described; nothing was sent. Sign again.`,
        { nothingSent: true },
      );
    return found;
  };
  const onlySelfHosted = (what: string): void => {
    if (settings.product === "saas")
      throw new AppError(
        "service-denied",
        `Could not ${what}: ${name} is the SaaS product, which does not offer that.`,
      );
  };

  const send = async (
    signing: VenafiSigning,
    hash: string,
    action: string,
    options: WaitOptions,
  ): Promise<SignOutcome> => {
    const call = { path: "vedhsm/api/sign", body: signing.body, action, ambiguity: notRepeated };
    const reply = await caller.once(call, options);
    const outcome = outcomeOf(reply, signing, { service: name, requestHash: hash, retryAfterMs });
    if (outcome?.status === "denied") return { ...outcome, message: caller.redact(outcome.message) };
    if (outcome !== undefined) return outcome;
    throw new AppError(
      "service-protocol",
      `Could not ${action} at ${connection.origin}: the answer (status ${reply.status}) holds neither a signature by the key nor a reason. ${notRepeated}`,
    );
  };

  /** Adds where the archive has it, where the session may look. The signature counts without it. */
  const withAudit = async (
    outcome: SignOutcome,
    dn: string | undefined,
    signing: VenafiSigning,
    { signal }: WaitOptions,
  ): Promise<SignOutcome> => {
    const data = signing.body["Data"];
    if (outcome.status !== "signed" || dn === undefined || typeof data !== "string") return outcome;
    const limited = { signal: AbortSignal.any([signal, AbortSignal.timeout(archiveLimit)]) };
    const audit = await findInArchive(caller, dn, data, limited).catch(() => undefined);
    return audit === undefined ? outcome : { ...outcome, audit: audit.id };
  };

  /** How far the approval is, where the session may see its ticket; nothing depends on it. */
  const approvalsOf = async (
    ticket: Ticket,
    { signal }: WaitOptions,
  ): Promise<PendingRequest["approvals"] | undefined> => {
    if (settings.product === "saas") return undefined;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(archiveLimit)]);
    const listed = await listTickets(caller, { signal: limited, own: [ticket] }).catch(() => []);
    return listed.find((each) => each.ticket === ticket.id)?.approvals;
  };

  return {
    name,
    origin: connection.origin,
    listKeys: async (options) => (await list(options)).map(({ description }) => description),
    submit: async (request, options) => {
      const key = await keyNamed(request.key, options);
      if (key === undefined)
        return { status: "denied", code: "key-not-found", message: `${name} has no key '${request.key}'.` };
      const signing = signingOf(request, { keyId: key.keyId, spec: key.description.spec }, connection.client);
      if (typeof signing === "string") return { status: "denied", code: "unsupported", message: signing };
      const outcome = await send(signing, requestHash(request), "submit the request", options);
      return withAudit(outcome, key.dn, signing, options);
    },
    resume: async (ticket, options) => {
      const signing = signingOfTicket(ticket);
      if (signing === undefined)
        throw new AppError("service-protocol", `The record of request ${ticket.id} is not complete; sign again.`);
      const outcome = await send(signing, ticket.requestHash, `ask for request ${ticket.id}`, options);
      // The same ticket all the time, whatever the service calls it now: records are kept under its id.
      if (outcome.status === "pending")
        return { ...outcome, ticket, approvals: (await approvalsOf(ticket, options)) ?? outcome.approvals };
      const dn = known.find(({ keyId }) => keyId === signing.body["KeyId"])?.dn;
      return withAudit(outcome, dn, signing, options);
    },
    cancel: (ticket: Ticket) =>
      Promise.reject(
        new AppError(
          "service-denied",
          `Request ${ticket.id} cannot be withdrawn by who asked for it: ${name} does not offer that. Ask an approver to reject it, or let it run out; nothing is attached meanwhile.`,
        ),
      ),
    find: async (request, options) => {
      const key = await keyNamed(request.key, options);
      if (key === undefined || settings.product === "saas") return { kind: "none", isCertain: false };
      const signing = signingOf(request, { keyId: key.keyId, spec: key.description.spec }, connection.client);
      if (typeof signing === "string") return { kind: "none", isCertain: true };
      const place = { service: name, requestHash: requestHash(request), retryAfterMs };
      return await findSubmission(caller, { signing, dn: key.dn, place }, options);
    },
    pending: async (options) => (settings.product === "saas" ? [] : await listTickets(caller, options)),
    audit: async (options) => {
      onlySelfHosted("read the archive of signatures");
      return await listArchive(caller, settings, options);
    },
    decide: async (decision, options) => {
      onlySelfHosted("decide about a request");
      await decideTicket(caller, decision, options);
    },
    prequalify: async (prequalification, options) => {
      onlySelfHosted("allow a digest");
      const key = await keyNamed(prequalification.key, options);
      if (key?.dn === undefined)
        throw new AppError("service-denied", `${name} tells no environment of the key '${prequalification.key}'.`);
      await prequalifyDigest(caller, key.dn, prequalification, options);
    },
  };
}
