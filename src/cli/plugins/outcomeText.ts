import type { MessageOutcome } from "../../application/signMessage.ts";
import { printable } from "../../core/report/words.ts";

/** What stands around a refusal. */
export interface RefusalContext {
  readonly service: string;
  readonly key: string;
  /** The program that asked. */
  readonly program: "cosign" | "notation";
}

const waiting = new Map<RefusalContext["program"], string>([
  ["cosign", "set COUNTERSIGN_WAIT=15m, and give cosign --timeout as long"],
  ["notation", "give notation --plugin-config wait=15m, or set COUNTERSIGN_WAIT=15m"],
]);
const justifying = new Map<RefusalContext["program"], string>([
  ["cosign", "Set COUNTERSIGN_JUSTIFICATION."],
  ["notation", "Give notation --plugin-config justification=..., or set COUNTERSIGN_JUSTIFICATION."],
]);

/** Why there is no signature, and what to do: the program that asked shows it to the person. */
export function refusalText(
  outcome: Exclude<MessageOutcome, { status: "signed" }>,
  { service, key, program }: RefusalContext,
): string {
  const name = `Key '${printable(key)}' of ${printable(service)}`;
  switch (outcome.status) {
    case "pending":
      return `${name} has not signed yet: ${printable(outcome.message)} Ticket ${printable(outcome.ticket.id)}. When it is approved, run the same command again: it goes on with this request and makes no other. To wait within the command, ${waiting.get(program)}.`;
    case "not-sent":
      return `${name} needs an approval. ${program} signs the time of day too, so a second run would be another request: nothing was sent. To wait for the approval within the command, ${waiting.get(program)}; or use 'countersign sign', which goes on with a request once it is approved.`;
    case "withdrawn":
      return outcome.left === undefined
        ? `${name} was not approved in time, and nothing was signed: ${printable(outcome.message)} Request ${printable(outcome.ticket.id)} was withdrawn. To wait longer, ${waiting.get(program)}.`
        : `${name} was not approved in time. Request ${printable(outcome.ticket.id)} could not be withdrawn: ${printable(outcome.left)} What it signs from now on is not used.`;
    case "denied": {
      const how = outcome.code === "justification-required" ? ` ${justifying.get(program)}` : "";
      return `${name} did not sign: ${printable(outcome.message)} (${outcome.code})${how}`;
    }
  }
}
