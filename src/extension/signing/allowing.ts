import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import { parseReference } from "../../core/image/reference.ts";
import { printable } from "../../core/report/words.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { prepare } from "./calls.ts";
import { report } from "./execute.ts";
import { askFormat } from "./formatStep.ts";
import { askImage } from "./imageStep.ts";
import { askKey, type ChosenKey } from "./keyStep.ts";
import { personAtEditor } from "./person.ts";
import { ask, pick, type Choice } from "./wizard.ts";

/** How long an allowance lasts, in hours: a working day. */
const hours = 8;

/**
 * Lets an approver allow one signature of one image beforehand, at a service that knows that: what is allowed is the hash
 * that the signature will be over, so nothing else can be signed under it.
 */
export async function allowSigning(extension: Extension, target: CommandTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const lifetime = new AbortController();
  const { signal } = lifetime;
  const title = "Allow one signature beforehand";
  const place = (step: number): { readonly title: string; readonly step: number; readonly totalSteps: number } => ({
    title,
    step,
    totalSteps: 5,
  });
  try {
    const given = target.reference === undefined ? undefined : parseReference(target.reference).value;
    const image = await askImage(extension, { ...place(1), current: given }, signal);
    if (image.kind !== "chosen") return;
    const obstacle = (_key: unknown): undefined => undefined;
    const acceptance = (): string => "";
    const key = await askKey(extension, { ...place(2), current: undefined, obstacle, acceptance }, signal);
    if (key.kind !== "chosen") return;
    const chosen = key.value;
    const service = await extension.signing.open(chosen.service.name, personAtEditor);
    if (service?.prequalify === undefined)
      throw new AppError("service-denied", `${chosen.service.name} does not take allowances beforehand.`);
    const format = await askFormat(extension, {
      ...place(3),
      reference: image.value,
      key: chosen.key,
      current: undefined,
    });
    if (format.kind !== "chosen") return;
    const comment = await ask({ ...place(4), prompt: "Comment for the audit log", value: "", validate: required });
    if (comment.kind !== "chosen") return;
    const choice = { reference: image.value, service: service.name, key: chosen.key.name, format: format.value };
    const items = prepare(extension, { ...choice, justification: comment.value }, signal).then(({ plan }) =>
      reviewItems(plan, chosen),
    );
    const confirmed = await pick<Uint8Array>({
      ...place(5),
      placeholder: "Enter allows. Any other line is copied",
      items,
    });
    if (confirmed.kind !== "chosen") return;
    const allowance = { key: chosen.key.name, digest: confirmed.value, comment: comment.value, hours, singleUse: true };
    await service.prequalify(allowance, { signal: AbortSignal.timeout(60_000) });
    extension.log.info(`Allowed one signature with key '${chosen.key.name}' at ${service.name}.`);
    void vscode.window.showInformationMessage(`Allowed one signature with key ${chosen.key.name} for ${hours} hours`);
  } catch (error) {
    report(extension, "Could not allow the signature", error);
  } finally {
    lifetime.abort();
  }
}

function reviewItems(
  plan: { readonly artifact: string; readonly digest: Uint8Array },
  { key, service }: ChosenKey,
): readonly Choice<Uint8Array>[] {
  const hash = Buffer.from(plan.digest).toString("hex");
  return [
    { label: "$(check) Allow", description: `one signature, for ${hours} hours`, value: plan.digest },
    { label: "$(package) Image", description: printable(plan.artifact), copies: plan.artifact },
    {
      label: "$(key) Key",
      description: printable(`${key.name} at ${service.name} (${service.origin})`),
      copies: key.name,
    },
    { label: "$(symbol-key) Hash to be signed", description: hash, copies: hash },
  ];
}

function required(text: string): string | undefined {
  return text.trim() === "" ? "Say why, for whoever reads the audit log." : undefined;
}
