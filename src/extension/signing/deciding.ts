import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import type { PendingRequest } from "../../application/signingService.ts";
import { describeAge, printable } from "../../core/report/words.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { splitName } from "../tree/grouping.ts";
import { auditLine, entriesAbout } from "./auditLog.ts";
import { report } from "./execute.ts";
import { personAtEditor } from "./person.ts";
import type { ServiceState } from "./signingState.ts";
import { ask, pick, type Choice, type StepPlace } from "./wizard.ts";

type Verb = "approve" | "reject";

/** A request with the service that it waits at. */
interface Waiting {
  readonly service: ServiceState;
  readonly request: PendingRequest;
}

const words = {
  approve: { title: "Approve", doing: "Approving", icon: "check", comment: "Comment for the audit log (optional)" },
  reject: { title: "Reject", doing: "Rejecting", icon: "close", comment: "Why? The requester reads it" },
} as const;

const historyLines = 5;

/** Leads an approver through a decision: the comment, then everything that the decision is about. Enter there decides. */
export async function decide(extension: Extension, target: CommandTarget, verb: Verb): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const waiting = await chooseRequest(extension, target, verb);
  if (waiting === undefined) return;
  const { service, request } = waiting;
  const { title, doing } = words[verb];
  try {
    const comment = await settleComment(extension, waiting, verb);
    if (comment === undefined) return;
    const options = { location: vscode.ProgressLocation.Window, title: `${doing} request ${request.id}` };
    await vscode.window.withProgress(options, async () => {
      const opened = await extension.signing.open(service.name, personAtEditor);
      if (opened?.decide === undefined)
        throw new AppError("service-denied", `Requests at ${service.name} cannot be decided here any more.`);
      const decision = { id: request.id, approve: verb === "approve", comment };
      await opened.decide(decision, { signal: AbortSignal.timeout(60_000) });
      extension.log.info(`${title}d request ${request.id} at ${service.name}: ${printable(request.artifact)}.`);
    });
  } catch (error) {
    report(extension, `Could not ${verb} the request`, error);
  } finally {
    await extension.signing.refresh(AbortSignal.timeout(15_000)).catch(() => undefined);
  }
}

/** The comment, once the person has seen what it is about and decided; undefined where they left. */
async function settleComment(extension: Extension, waiting: Waiting, verb: Verb): Promise<string | undefined> {
  const { title: verbWord, comment: prompt } = words[verb];
  const title = `${verbWord} the request to sign ${splitName(waiting.request.artifact).path}`;
  const place = (step: number): StepPlace => ({ title, step, totalSteps: 2 });
  let comment = "";
  for (;;) {
    const validate = (text: string): string | undefined =>
      verb === "reject" && text.trim() === "" ? "Say why, so that the requester knows what to change." : undefined;
    const answer = await ask({ ...place(1), prompt, value: comment, validate });
    if (answer.kind !== "chosen") return undefined;
    comment = answer.value;
    const items = reviewItems(waiting, verb, comment, extension.now());
    const placeholder = `Enter ${verb === "approve" ? "approves" : "rejects"}. Any other line is copied`;
    const decided = await pick<true>({ ...place(2), placeholder, items });
    if (decided.kind === "chosen") return comment;
    if (decided.kind === "left") return undefined;
  }
}

function reviewItems({ service, request }: Waiting, verb: Verb, comment: string, now: Date): readonly Choice<true>[] {
  const { title, icon } = words[verb];
  const { key, digest, artifact, requestedBy, requestedAt, justification } = request;
  const fact = (glyph: string, label: string, text: string, detail?: string): Choice<true> => ({
    label: `$(${glyph}) ${label}`,
    description: printable(text),
    ...(detail === undefined ? {} : { detail: printable(detail) }),
    copies: text,
  });
  const history = entriesAbout(service.audit, request).slice(0, historyLines);
  return [
    {
      label: `$(${icon}) ${title}`,
      description: comment === "" ? "without a comment" : printable(comment),
      value: true,
    },
    fact("package", "Digest", digest, artifact),
    fact("key", "Key", key, `at ${service.name} (${service.origin})`),
    fact("account", "Requested by", requestedBy, `${describeAge(requestedAt, now)}, request ${request.id}`),
    fact("comment", "Justification", justification ?? "none given"),
    { label: "Earlier with this key or image", kind: vscode.QuickPickItemKind.Separator },
    ...(history.length === 0
      ? [{ label: "$(history) Nothing", description: "the audit log has no other entry about them" }]
      : history.map((entry) => fact("history", entry.event, auditLine(entry, now)))),
  ];
}

async function chooseRequest(extension: Extension, target: CommandTarget, verb: Verb): Promise<Waiting | undefined> {
  const services = await extension.signing.refresh(AbortSignal.timeout(15_000));
  const waiting = services
    .filter(({ decides }) => decides)
    .flatMap((service) => service.requests.map((request): Waiting => ({ service, request })));
  const named = waiting.find(
    ({ service, request }) => request.id === target.request && (target.service ?? service.name) === service.name,
  );
  if (named !== undefined) return named;
  if (waiting.length === 0) {
    void vscode.window.showInformationMessage("No request that you may decide waits for an approval.");
    return undefined;
  }
  const items = waiting.map((each) => ({
    label: `$(clock) ${printable(each.request.artifact)}`,
    description: `${each.request.key} at ${each.service.name}, asked by ${printable(each.request.requestedBy)}`,
    ...(each.request.justification === undefined ? {} : { detail: printable(each.request.justification) }),
    each,
  }));
  const options = { title: `Which request to ${verb}?`, placeHolder: "Request", matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.each;
}
