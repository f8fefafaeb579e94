import { randomUUID } from "node:crypto";
import { checkSignature } from "../core/sign/checkSignature.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import { assembleFileBundle, planFile, type FilePlan, type FileToSign } from "../core/sign/planFile.ts";
import { requestHash } from "../core/sign/requestHash.ts";
import { verifyBundleForFile } from "../core/signature/verifyBundle.ts";
import { awaitedOf, awaitOutcome } from "./awaitOutcome.ts";
import { AppError } from "./errors.ts";
import type { PendingFile } from "./pendingFile.ts";
import type { Clock, Log, WaitOptions } from "./ports.ts";
import { keyNamed } from "./signingKeys.ts";
import { ownTicket, signRequestOf } from "./signingRequest.ts";
import type { DenyCode, KeyDescription, SigningService, SignOutcome, SignRequest, Ticket } from "./signingService.ts";
import { collectWitness, type WitnessPorts } from "./witness.ts";

/** Where a bundle is written. */
export interface BundleOutput {
  /** For people, and for the record of a request that waits. */
  readonly path: string;
  /** Throws AppError `file-unwritable` where the bundle would not be written: before anything is asked for. */
  prepare(options: WaitOptions): Promise<void>;
  /** Writes all of it or nothing. Throws AppError `file-unwritable`. */
  write(bytes: Uint8Array, options: WaitOptions): Promise<void>;
}

/** What signing a file needs of the outside world. */
export interface FileSigningPorts extends WitnessPorts {
  readonly service: SigningService;
  readonly clock: Clock;
  readonly log: Log;
  readonly output: BundleOutput;
}

/** What a person asks for. */
export interface FileSigningRequest {
  readonly file: FileToSign;
  readonly key: string;
  readonly terms?: Omit<SigningTerms, "signedAt">;
  readonly justification?: string;
  readonly tool: string;
}

/** A signing of a file that is settled, and not yet requested. */
export interface PreparedFile {
  readonly plan: FilePlan;
  readonly key: KeyDescription;
  readonly request: SignRequest;
}

/** What the signing of a file came to. */
export type FileOutcome =
  | {
      readonly status: "signed";
      readonly file: string;
      readonly digest: string;
      readonly bundle: string;
      readonly audit?: string;
    }
  | { readonly status: "pending"; readonly pending: PendingFile; readonly message: string }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string; readonly audit?: string };

/** How long and how the signing of a file waits; see `SigningWait`. */
export interface FileWait extends WaitOptions {
  readonly waitMs: number;
  readonly onSubmit?: (intended: PendingFile) => Promise<void> | void;
  readonly onPending?: (pending: PendingFile, message: string) => Promise<void> | void;
  readonly onSigned?: (pending: PendingFile) => Promise<void> | void;
}

/** Settles the signing of a file; asks for nothing. Throws AppError `usage` or `file-unwritable`. */
export async function prepareFile(
  ports: Pick<FileSigningPorts, "service" | "clock" | "output">,
  request: FileSigningRequest,
  options: WaitOptions,
): Promise<PreparedFile> {
  await ports.output.prepare(options);
  const key = keyNamed(await ports.service.listKeys(options), request.key, ports.service);
  if (key.needs.includes("justification") && (request.justification ?? "").trim() === "")
    throw new AppError("usage", `Key '${key.name}' needs a justification: say why the file is to be signed.`);
  const plan = planned(request.file, key, request.terms ?? {});
  return { plan, key, request: signRequestOf(plan, artifactOf(plan), request, randomUUID()) };
}

/** Requests the signature, once, waits for an approval where one is needed, verifies the bundle and writes it. Throws AppError. */
export async function executeFile(
  ports: FileSigningPorts,
  prepared: PreparedFile,
  options: FileWait,
): Promise<FileOutcome> {
  const { plan, request } = prepared;
  ports.log.info(
    `Asking ${ports.service.name} (${ports.service.origin}) to sign ${plan.name} with key '${plan.key.name}'.`,
  );
  if (ports.service.keyless === undefined) {
    const intended = { ticket: ownTicket(ports.service.name, request), unanswered: { tool: request.purpose.tool } };
    await options.onSubmit?.(recordOf(prepared, ports.output.path, ports.clock.now(), intended));
  }
  return settle(ports, prepared, await ports.service.submit(request, options), options);
}

/** Goes on with the signing of a file that waited, or whose bundle could not be written. The file must be the same. */
export async function resumeFile(
  ports: FileSigningPorts,
  pending: PendingFile,
  content: Uint8Array,
  options: FileWait,
): Promise<FileOutcome> {
  const { ticket } = pending;
  const prepared = await preparedAgain(ports, pending, content, options);
  await ports.output.prepare(options);
  if (pending.signature === undefined)
    return settle(ports, prepared, await ports.service.resume(ticket, options), options, ticket);
  const audit = pending.audit === undefined ? {} : { audit: pending.audit };
  return writeBundle(ports, prepared, { signature: Buffer.from(pending.signature, "base64"), ...audit }, true, options);
}

/** What a record was made for, settled as it was then. Throws AppError `service-protocol` where it does not fit any more. */
export async function preparedAgain(
  { service }: Pick<FileSigningPorts, "service">,
  pending: PendingFile,
  content: Uint8Array,
  options: WaitOptions,
): Promise<PreparedFile> {
  const { ticket } = pending;
  const key = keyNamed(await service.listKeys(options), pending.key.name, service);
  if (ticket.service !== service.name || key.publicKey.trim() !== pending.key.publicKey.trim())
    throw new AppError(
      "service-protocol",
      `Request ${ticket.id} was made with another service or key than '${key.name}' of ${service.name}; nothing was written. Sign again.`,
    );
  const plan = planned({ name: pending.file, content }, key, pending.terms);
  const asked = { ...pending, tool: pending.unanswered?.tool ?? "" };
  const request = signRequestOf(plan, artifactOf(plan), asked, ticket.id);
  if (requestHash(request) !== ticket.requestHash)
    throw new AppError(
      "service-protocol",
      `${pending.file} is not what request ${ticket.id} was made for: it has changed since, or the record has. Nothing was written.`,
    );
  return { plan, key, request };
}

async function settle(
  ports: FileSigningPorts,
  prepared: PreparedFile,
  first: SignOutcome,
  options: FileWait,
  known?: Ticket,
): Promise<FileOutcome> {
  let ticket = known ?? ownTicket(ports.service.name, prepared.request);
  const record = (more: Pick<PendingFile, "ticket" | "expiresAt" | "signature" | "audit">): PendingFile =>
    recordOf(prepared, ports.output.path, ports.clock.now(), more);
  const outcome = await awaitOutcome(ports, awaitedOf(prepared.request), first, {
    ...options,
    keep: async (pending) => {
      ticket = pending.ticket;
      await options.onPending?.(record(pending), pending.message);
    },
  });
  if (outcome.status === "denied") return outcome;
  if (outcome.status === "pending") return { status: "pending", pending: record(outcome), message: outcome.message };
  const { signature, audit } = outcome;
  const told = audit === undefined ? {} : { audit };
  const checked = checkOf(ports, prepared, signature);
  const kept = await keep(
    ports,
    options,
    record({ ticket, signature: Buffer.from(checked).toString("base64"), ...told }),
  );
  return writeBundle(ports, prepared, { signature: checked, ...told }, kept, options);
}

async function keep(ports: FileSigningPorts, options: FileWait, record: PendingFile): Promise<boolean> {
  // A key that goes with this process could not be vouched for later.
  if (ports.service.keyless !== undefined) return false;
  try {
    await options.onSigned?.(record);
    return options.onSigned !== undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown reason";
    ports.log.warn(`The signature of ${record.file} could not be kept before its bundle is written: ${why}`);
    return false;
  }
}

async function writeBundle(
  ports: FileSigningPorts,
  prepared: PreparedFile,
  returned: { readonly signature: Uint8Array; readonly audit?: string },
  kept: boolean,
  options: WaitOptions,
): Promise<FileOutcome> {
  const { plan } = prepared;
  const { audit } = returned;
  const recorded = audit === undefined ? "" : ` The service recorded the signature as ${audit}.`;
  const advice = kept
    ? " The signature was kept: resume the signing to write it."
    : " The signature could not be kept.";
  try {
    const signature = checkOf(ports, prepared, returned.signature);
    const { timeStampAuthority } = plan.terms;
    const witness = await collectWitness(ports, { plan, signature, stamped: signature, timeStampAuthority }, options);
    const bundle = assembleFileBundle(plan, signature, witness);
    const { keyless } = ports.service;
    verify(
      ports,
      plan,
      keyless === undefined ? assembleFileBundle(plan, signature, { ...witness, timestamps: [] }) : bundle,
    );
    await ports.output.write(bundle, options);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "signature-not-verified") throw error;
    throw new AppError(error.code, `${plan.name} was signed. ${error.message}${recorded}${advice}`, { cause: error });
  }
  ports.log.info(`Wrote ${ports.output.path}.`);
  const signed = { status: "signed", file: plan.name, digest: plan.fileDigest, bundle: ports.output.path } as const;
  return { ...signed, ...(audit === undefined ? {} : { audit }) };
}

/** The bundle as anybody will verify it. A key's time stamp was checked when it came; others need not know its authority. */
function verify(ports: FileSigningPorts, plan: FilePlan, bundle: Uint8Array): void {
  const named = ports.service.keyless?.trust();
  const { verified, reason } = verifyBundleForFile({
    bundleText: Buffer.from(bundle).toString("utf8"),
    artifact:
      plan.terms.predicate === undefined
        ? { bytes: plan.payload }
        : { sha256: plan.fileDigest.slice("sha256:".length) },
    ...(named === undefined
      ? { keyPem: plan.key.publicKey }
      : { trustedRootText: named.trustedRoot, identity: named.identity, issuer: named.issuer }),
    time: ports.clock.now(),
  });
  if (!verified) throw notVerified(ports, plan, reason.message);
}

function checkOf(ports: FileSigningPorts, { plan }: PreparedFile, returned: Uint8Array): Uint8Array {
  const { value, problems } = checkSignature(plan, returned);
  if (value === undefined) throw notVerified(ports, plan, problems.map(({ message }) => message).join(" "));
  return value;
}

function notVerified({ service }: FileSigningPorts, plan: FilePlan, why: string): AppError {
  return new AppError(
    "signature-not-verified",
    `What ${service.name} returned for ${plan.name} is not a valid signature by key '${plan.key.name}', and was not written. ${why}`,
  );
}

function planned(file: FileToSign, key: KeyDescription, terms: SigningTerms): FilePlan {
  const { value, problems } = planFile(file, key, terms);
  if (value === undefined) throw new AppError("usage", problems.map(({ message }) => message).join(" "));
  return value;
}

function artifactOf({ name, fileDigest }: FilePlan): SignRequest["purpose"]["artifact"] {
  return { kind: "file", name, digest: fileDigest };
}

function recordOf(
  { plan, request }: PreparedFile,
  output: string,
  now: Date,
  state: Pick<PendingFile, "ticket" | "expiresAt" | "signature" | "audit" | "unanswered">,
): PendingFile {
  const { ticket, expiresAt, signature, audit, unanswered } = state;
  return {
    version: 1,
    kind: "file",
    ticket,
    file: plan.name,
    digest: plan.fileDigest,
    output,
    key: { name: plan.key.name, publicKey: plan.key.publicKey },
    terms: plan.terms,
    ...(request.justification === undefined ? {} : { justification: request.justification }),
    requestedAt: now.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(signature === undefined ? {} : { signature }),
    ...(audit === undefined ? {} : { audit }),
    ...(unanswered === undefined ? {} : { unanswered }),
  };
}
