import { AppError } from "../../application/errors.ts";
import type { PendingSigning } from "../../application/pendingSigning.ts";
import type { PreparedSigning, SigningOutcome, SigningPorts, SigningTrust } from "../../application/signImage.ts";
import type { ImageReference } from "../../core/image/reference.ts";
import type { SigningFormat } from "../../core/sign/scheme.ts";
import type { Extension } from "../context.ts";
import { personAtEditor } from "./person.ts";

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

/** Goes on with a request that waits. Throws what the application throws; the caller says it. */
export async function resume(
  extension: Extension,
  pending: PendingSigning,
  waitMs: number,
  signal: AbortSignal,
): Promise<SigningOutcome> {
  const { resumeSigning } = await import("../../application/signImage.ts");
  // What is watched in the background asks nobody.
  const asks = waitMs === 0;
  const [ports, trust] = await Promise.all([portsFor(extension, pending.ticket.service, asks), trustOf(extension)]);
  // A signature that exists is kept until it is attached: a window that closes in between must not lose it.
  const onSigned = (signed: PendingSigning): Promise<void> => extension.signing.putPending(signed);
  return await resumeSigning(ports, pending, trust, { signal, waitMs, onSigned });
}

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

async function trustOf(extension: Extension): Promise<SigningTrust> {
  return { policy: extension.model.rulebook.policy, material: await extension.material() };
}
