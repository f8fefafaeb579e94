import { AppError } from "../../application/errors.ts";
import type { PendingFile } from "../../application/pendingFile.ts";
import type { PendingRecord } from "../../application/pendingRecord.ts";
import type { PendingSigning } from "../../application/pendingSigning.ts";
import type { WaitOptions } from "../../application/ports.ts";
import type { FileOutcome } from "../../application/signFile.ts";
import type { PreparedSigning, SigningOutcome, SigningPorts, SigningTrust } from "../../application/signImage.ts";
import type { ImageReference } from "../../core/image/reference.ts";
import type { SigningFormat } from "../../core/sign/scheme.ts";
import type { Extension } from "../context.ts";
import { readSubject, uriOf } from "./fileSubject.ts";
import { personAtEditor } from "./person.ts";
import { endedSession } from "./signInAgain.ts";

/** What a person has chosen to sign, and with what. */
export interface SigningChoice {
  readonly reference: ImageReference;
  readonly service: string;
  readonly key: string;
  readonly format: SigningFormat;
  readonly justification?: string;
}

/** Settles a signing without asking a key for anything. */
export async function prepare(
  extension: Extension,
  choice: SigningChoice,
  signal: AbortSignal,
): Promise<PreparedSigning> {
  const { prepareSigning } = await import("../../application/signImage.ts");
  const [ports, trust] = await Promise.all([portsFor(extension, choice.service), trustOf(extension)]);
  const { reference, key, format, justification } = choice;
  const tool = `Countersign for VS Code`;
  const request = { reference, key, format, trust, tool, ...(justification === undefined ? {} : { justification }) };
  return await prepareSigning(ports, request, { signal });
}

/** Goes on with a request that waits, of an image or of a file. Throws what the application throws; the caller says it. */
export async function resume(
  extension: Extension,
  pending: PendingRecord,
  waitMs: number,
  signal: AbortSignal,
): Promise<SigningOutcome | FileOutcome> {
  // What is watched in the background asks nobody.
  const asks = waitMs === 0;
  const ports = await portsFor(extension, pending.ticket.service, asks);
  const outcome =
    "kind" in pending
      ? await resumeFileOf(extension, ports, pending, { waitMs, signal })
      : await resumeImage(extension, ports, pending, { waitMs, signal });
  const ended = endedSession(outcome);
  if (ended !== undefined) throw ended;
  return outcome;
}

async function resumeImage(
  extension: Extension,
  ports: SigningPorts,
  pending: PendingSigning,
  options: WaitOptions & { readonly waitMs: number },
): Promise<SigningOutcome> {
  const { resumeSigning } = await import("../../application/signImage.ts");
  // A signature that exists is kept until it is attached: a window that closes in between must not lose it.
  const onSigned = (signed: PendingSigning): Promise<void> => extension.signing.putPending(signed);
  return await resumeSigning(ports, pending, await trustOf(extension), { ...options, onSigned });
}

/** The file is read when there is something to write: it may be away, or be written to, while its request waits. */
async function resumeFileOf(
  extension: Extension,
  ports: SigningPorts,
  pending: PendingFile,
  options: WaitOptions & { readonly waitMs: number },
): Promise<FileOutcome> {
  const [{ followFile }, { resumeFile }] = await Promise.all([
    import("../../application/followFile.ts"),
    import("../../application/signFile.ts"),
  ]);
  const followed = await followFile(ports, pending, options);
  if (followed.status !== "signed") return followed;
  await extension.signing.putPending(followed.pending);
  try {
    const { content, output } = await readSubject(uriOf(pending));
    return await resumeFile({ ...ports, output }, followed.pending, content, options);
  } catch (cause) {
    if (!(cause instanceof AppError) || !beforeWriting.has(cause.code)) throw cause;
    const kept = "The signature was made and is kept: continue the request once the file is as it was.";
    throw new AppError(cause.code, `${cause.message} ${kept}`, { cause });
  }
}

/** Failures of the file itself: it is gone, is too large, or has changed since. */
const beforeWriting: ReadonlySet<string> = new Set(["file-unreadable", "usage", "limit-reached", "service-protocol"]);

/** What signing through a service needs; without `asks`, a service that needs an answer of the person fails. Throws AppError `configuration` where there is no such service. */
export async function portsFor(extension: Extension, name: string, asks = true): Promise<SigningPorts> {
  const service = await extension.signing.open(name, asks ? personAtEditor : undefined);
  if (service === undefined)
    throw new AppError(
      "configuration",
      `There is no signing service named '${name}'. Name it in .countersign.yaml, or start the trial.`,
    );
  return {
    registry: await extension.connections.registry(),
    service,
    clock: extension.connections.clock,
    log: extension.log,
  };
}

/** What signatures are judged by here. */
export async function trustOf(extension: Extension): Promise<SigningTrust> {
  return { policy: extension.model.rulebook.policy, material: await extension.material() };
}
