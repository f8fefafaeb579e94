import type { PreparedSigning, SigningOutcome } from "../application/signImage.ts";
import { printable, stateWord } from "../core/report/words.ts";
import { exitCodes } from "./exitCodes.ts";
import type { Host } from "./host.ts";
import type { Format } from "./options.ts";
import { printJson } from "./output.ts";

/** Prints what would be signed, for `--dry-run`. */
export async function reportPlan(
  prepared: PreparedSigning,
  service: string,
  format: Format,
  host: Host,
): Promise<number> {
  const { plan, key } = prepared;
  const { artifact, image, attachment, acceptance, scheme, commands } = plan;
  if (format === "json") {
    const { name, custody, needs } = key;
    const described = { name, custody, needs, publicKey: key.publicKey };
    const value = {
      status: "planned",
      image: plan.reference,
      digest: image.digest,
      service,
      key: described,
      format: plan.format,
    };
    await printJson({ ...value, scheme, attachment, acceptance, commands }, host);
  } else {
    const lines = [
      `Would sign  ${printable(artifact)}`,
      `with        key ${printable(key.name)} of ${printable(service)} (${scheme.scheme}, ${scheme.hash})${key.needs.length === 0 ? "" : `, which needs ${key.needs.join(" and ")}`}`,
      `as          ${plan.format}, attached in ${printable(attachment.repository)}`,
    ];
    await host.output(`${lines.join("\n")}\nNothing was signed.\n`);
  }
  return exitCodes.clean;
}

/** Prints what a signing came to, and gives its exit code. */
export async function report(
  outcome: SigningOutcome,
  what: { readonly image: string; readonly digest: string },
  format: Format,
  host: Host,
): Promise<number> {
  if (format === "json") await printJson(outcomeJson(outcome, what), host);
  else await host.output(outcomeText(outcome, what));
  switch (outcome.status) {
    case "signed":
      return exitCodes.clean;
    case "pending":
      return exitCodes.pending;
    case "denied":
      return exitCodes.found;
  }
}

function outcomeJson(outcome: SigningOutcome, what: { readonly image: string; readonly digest: string }): object {
  switch (outcome.status) {
    case "signed": {
      const { signature, verdict, audit } = outcome;
      return { status: "signed", ...what, signature, state: verdict.state, audit, reason: verdict.reason };
    }
    case "pending": {
      const { pending, message } = outcome;
      const ticket = { id: pending.ticket.id, service: pending.ticket.service, expiresAt: pending.expiresAt };
      return { status: "pending", ...what, ticket, reason: { code: "approval-pending", message } };
    }
    case "denied":
      return {
        status: "denied",
        ...what,
        audit: outcome.audit,
        reason: { code: outcome.code, message: outcome.message },
      };
  }
}

function outcomeText(
  outcome: SigningOutcome,
  { image, digest }: { readonly image: string; readonly digest: string },
): string {
  const name = `${printable(image)} (${digest})`;
  switch (outcome.status) {
    case "signed":
      return `Signed ${name}\nsignature ${outcome.signature}\n${stateWord(outcome.verdict.state)}: ${printable(outcome.verdict.reason.message)}\n`;
    case "pending": {
      const { id, service } = outcome.pending.ticket;
      return `Not signed yet: ${name}\n${printable(outcome.message)}\nticket ${printable(id)}\nWhen it is approved: countersign sign --service ${printable(service)} --resume ${printable(id)}\n`;
    }
    case "denied":
      return `Not signed: ${name}\n${printable(outcome.message)} (${outcome.code})\n`;
  }
}
