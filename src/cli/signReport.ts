import type { FileOutcome } from "../application/signFile.ts";
import type { SigningOutcome } from "../application/signImage.ts";
import type { DenyCode } from "../application/signingService.ts";
import { printable, stateWord } from "../core/report/words.ts";
import { exitCodes } from "./exitCodes.ts";
import type { Host } from "./host.ts";
import type { Format } from "./options.ts";
import { printJson } from "./output.ts";

/** What the signing of one image came to. */
export interface ImageResult {
  /** Normalised. */
  readonly image: string;
  readonly digest: string;
  readonly platform?: string;
  readonly outcome: SigningOutcome;
}

/** Prints what a signing came to, of one image or of several of an index, and gives its exit code. */
export async function reportImages(results: readonly ImageResult[], format: Format, host: Host): Promise<number> {
  const [only, ...others] = results;
  if (only === undefined) return exitCodes.clean;
  if (format === "text") await host.output(results.map(imageText).join(""));
  else if (others.length === 0) await printJson(imageJson(only), host);
  else await printJson({ status: worstOf(results), signatures: results.map(imageJson) }, host);
  return exitCodeOf(worstOf(results));
}

/** Prints what the signing of a file came to, and gives its exit code. */
export async function reportFile(
  outcome: FileOutcome,
  what: { readonly file: string; readonly digest: string },
  format: Format,
  host: Host,
): Promise<number> {
  const { file, digest } = what;
  if (format === "json") await printJson(fileJson(outcome, { file, digest }), host);
  else await host.output(fileText(outcome, { file, digest }));
  return exitCodeOf(outcome.status);
}

type Status = SigningOutcome["status"];

function worstOf(results: readonly ImageResult[]): Status {
  const statuses = results.map(({ outcome: { status } }) => status);
  return statuses.find((status) => status === "denied") ?? statuses.find((status) => status === "pending") ?? "signed";
}

function exitCodeOf(status: Status): number {
  switch (status) {
    case "signed":
      return exitCodes.clean;
    case "pending":
      return exitCodes.pending;
    case "denied":
      return exitCodes.found;
  }
}

function imageJson({ outcome, ...what }: ImageResult): object {
  switch (outcome.status) {
    case "signed": {
      const { signature, verdict, audit } = outcome;
      return { status: "signed", ...what, signature, state: verdict.state, audit, reason: verdict.reason };
    }
    case "pending":
      return pendingJson(outcome, what);
    case "denied":
      return deniedJson(outcome, what);
  }
}

function fileJson(outcome: FileOutcome, what: { readonly file: string; readonly digest: string }): object {
  switch (outcome.status) {
    case "signed": {
      const { status, bundle, audit } = outcome;
      return { status, ...what, bundle, state: "verified", audit };
    }
    case "pending":
      return pendingJson(outcome, what);
    case "denied":
      return deniedJson(outcome, what);
  }
}

type Pending = Extract<SigningOutcome | FileOutcome, { status: "pending" }>;

function pendingJson({ pending, message }: Pending, what: object): object {
  const ticket = { id: pending.ticket.id, service: pending.ticket.service, expiresAt: pending.expiresAt };
  return { status: "pending", ...what, ticket, reason: { code: "approval-pending", message } };
}

function deniedJson(
  { code, message, audit }: { readonly code: DenyCode; readonly message: string; readonly audit?: string },
  what: object,
): object {
  return { status: "denied", ...what, audit, reason: { code, message } };
}

function imageText({ image, digest, platform, outcome }: ImageResult): string {
  const name = `${printable(image)} (${platform === undefined ? "" : `${printable(platform)}, `}${digest})`;
  switch (outcome.status) {
    case "signed":
      return `Signed ${name}\nsignature ${outcome.signature}\n${stateWord(outcome.verdict.state)}: ${printable(outcome.verdict.reason.message)}\n`;
    case "pending":
      return pendingText(outcome, name);
    case "denied":
      return `Not signed: ${name}\n${printable(outcome.message)} (${outcome.code})\n`;
  }
}

function fileText(outcome: FileOutcome, { file, digest }: { readonly file: string; readonly digest: string }): string {
  const name = `${printable(file)} (${digest})`;
  switch (outcome.status) {
    case "signed":
      return `Signed ${name}\nbundle ${printable(outcome.bundle)}\n`;
    case "pending":
      return pendingText(outcome, name);
    case "denied":
      return `Not signed: ${name}\n${printable(outcome.message)} (${outcome.code})\n`;
  }
}

function pendingText({ pending, message }: Pending, name: string): string {
  const { id, service } = pending.ticket;
  return `Not signed yet: ${name}\n${printable(message)}\nticket ${printable(id)}\nWhen it is approved: countersign sign --service ${printable(service)} --resume ${printable(id)}\n`;
}
