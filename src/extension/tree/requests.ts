import * as vscode from "vscode";
import type { LostAnswer } from "../../application/lostAnswer.ts";
import { artifactOf, digestOf, type PendingRecord } from "../../application/pendingRecord.ts";
import type { PendingRequest } from "../../application/signingService.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { describeAge } from "../../core/report/words.ts";
import type { Extension } from "../context.ts";
import type { FoundAnswer } from "../signing/signingState.ts";
import { splitName } from "./grouping.ts";

/** A request that waits: as the service lists it, as this workspace remembers it, or both. */
export interface ShownRequest {
  readonly id: string;
  readonly service: string;
  readonly artifact: string;
  readonly key: string;
  readonly requestedAt: string;
  readonly listed?: PendingRequest;
  /** Whether it is decided here. */
  readonly decidable: boolean;
  readonly mine?: PendingRecord;
  /** What is known of it, where the service's answer was lost. */
  readonly lost?: FoundAnswer | "not-looked";
}

/** Every request that is not done: those of this workspace, and those that the services list. */
export function requestsOf(extension: Extension): readonly ShownRequest[] {
  const shown = new Map<string, ShownRequest>();
  for (const mine of extension.signing.pending()) {
    const { id, service } = mine.ticket;
    const { key, requestedAt } = mine;
    // Its progress is on screen.
    if (extension.signing.isAsking(id)) continue;
    const lost = mine.unanswered === undefined ? undefined : (extension.signing.answerTo(id) ?? "not-looked");
    const found = typeof lost === "object" && lost.answer.kind === "waits" ? lost.answer.pending.ticket.id : id;
    shown.set(`${service} ${found}`, {
      id: found,
      service,
      artifact: artifactOf(mine),
      key: key.name,
      requestedAt,
      decidable: false,
      mine,
      ...(lost === undefined ? {} : { lost }),
    });
  }
  for (const { name, requests, decides } of extension.signing.services()) {
    for (const listed of requests) {
      const { id, artifact, key, requestedAt } = listed;
      const place = `${name} ${listed.ticket ?? id}`;
      const known = shown.get(place);
      shown.set(place, {
        id,
        service: name,
        artifact,
        key,
        requestedAt,
        ...known,
        // Under another id it is the person's own, which somebody else decides.
        decidable: decides && listed.ticket === undefined,
        listed,
      });
    }
  }
  return [...shown.values()];
}

/** A request as the view shows it. */
export function requestItem(shown: ShownRequest, now: Date): vscode.TreeItem {
  const { id, service, artifact, key, requestedAt, decidable, listed, mine, lost } = shown;
  const { path, registry } = splitName(artifact);
  const item = new vscode.TreeItem(path);
  item.id = `request ${service} ${id}`;
  const state = stateOf(shown);
  item.description = [state, key, describeAge(requestedAt, now), registry].filter((part) => part !== "").join(" · ");
  const by = listed?.approvals.by ?? [];
  const digest = listed?.digest ?? (mine === undefined ? undefined : digestOf(mine));
  item.tooltip = [
    `Request ${id} at ${service}`,
    digest === undefined ? "" : shortDigest(digest),
    listed === undefined ? "" : `Requested by ${listed.requestedBy}`,
    listed?.justification ?? mine?.justification ?? "",
    typeof lost === "object" ? lost.words : lost === undefined ? "" : "What became of it has not been looked for yet",
    standing(shown, by),
  ]
    .filter((line) => line !== "")
    .join("\n");
  item.iconPath = new vscode.ThemeIcon(
    lost === undefined ? (mine?.signature === undefined ? "watch" : "warning") : "question",
  );
  const traits = [
    "pending",
    ...(decidable ? ["decidable"] : []),
    ...(mine === undefined ? [] : ["mine"]),
    ...(lost === undefined ? [] : ["lost"]),
  ];
  item.contextValue = traits.join(" ");
  item.accessibilityInformation = { label: `signing request for ${artifact}, ${item.description}` };
  return item;
}

function standing({ listed, mine, lost }: ShownRequest, by: readonly string[]): string {
  if (mine?.signature !== undefined)
    return "The signature was made and is kept. Continue the request to bring it to its place.";
  if (lost !== undefined && listed === undefined) return "";
  return by.length === 0 ? "Nobody has approved yet" : `Approved by ${by.join(", ")}`;
}

/** How far a request is, in a few words. */
function stateOf({ listed, mine, lost }: ShownRequest): string {
  if (lost !== undefined) return lost === "not-looked" ? "no answer came" : lostState(lost.answer);
  if (mine?.signature !== undefined) return "kind" in mine ? "signed, not written yet" : "signed, not attached yet";
  return listed === undefined ? "waits" : `${listed.approvals.have} of ${listed.approvals.need} approvals`;
}

/** What became of a request whose answer was lost; the item's tooltip says it in a sentence. */
function lostState(answer: LostAnswer): string {
  switch (answer.kind) {
    case "waits":
      return `answer lost, waits with ${answer.approvals.have} of ${answer.approvals.need} approvals`;
    case "signed":
      return "answer lost, signed and not attached yet";
    case "denied":
      return "answer lost, refused";
    case "logged":
      return "answer lost, signed by the service's log";
    case "never-received":
      return "never arrived, nothing was signed";
    case "not-known":
      return "answer lost, the service cannot tell";
  }
}
