import { createHash } from "node:crypto";
import type { PendingRequest } from "../../application/signingService.ts";
import { count, describeTime, printable } from "../../core/report/words.ts";
import type { ChainedEntry } from "./auditLog.ts";
import type { TrialKey } from "./keys.ts";

/** What an approver sees. */
export interface ApprovalView {
  readonly user: string;
  readonly pending: readonly PendingRequest[];
  readonly keys: readonly TrialKey[];
  readonly entries: readonly ChainedEntry[];
  /** Why the last decision was not taken. */
  readonly problem?: string;
}

const shownEntries = 50;
const requestHistory = 3;

const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3b434b); --quiet: light-dark(#57606a, #9aa4af); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p.quiet, td, th { color: var(--quiet); } .problem { border-left: 4px solid light-dark(#cf222e, #ff7b72); padding: .25rem .75rem; }
article { border: 1px solid var(--line); border-radius: 6px; padding: 1rem; margin: .75rem 0; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .15rem 1rem; margin: 0 0 1rem; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
form { display: flex; gap: .5rem; flex-wrap: wrap; } input { flex: 1 1 16rem; } input, button { font: inherit; padding: .35rem .75rem; border: 1px solid var(--line); border-radius: 6px; }
button.approve { background: #1a7f37; color: #fff; border-color: #1a7f37; } :focus-visible { outline: 2px solid light-dark(#0969da, #58a6ff); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; vertical-align: top; }
td:nth-child(4):not(:last-child) { overflow-wrap: anywhere; min-width: 12rem; }
@media (forced-colors: active) { button { border: 1px solid; } }
`;

/** The one style that the page's Content-Security-Policy lets in. */
export const styleHash = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** The page as HTML. Everything from outside is escaped. */
export function renderApprovals(view: ApprovalView): string {
  const { user, pending, entries, problem } = view;
  const newest = entries.toReversed();
  const requests =
    pending.length === 0
      ? `<p class="quiet">Nothing waits for an approval. <a href="">Look again</a></p>`
      : pending.map((request) => requestHtml(request, view)).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Approvals (${pending.length}), Countersign trial</title><style>${style}</style></head>
<body><header><h1>Approvals</h1><p class="quiet">The trial signing service on this machine. You decide as <strong>${escape(user)}</strong>. What it signs proves nothing to anybody else.</p></header>
<main>${problem === undefined ? "" : `<p class="problem" role="alert">${escape(problem)}</p>`}
<section aria-labelledby="waiting"><h2 id="waiting">${count(pending.length, "request")} waiting</h2>${requests}</section>
<section aria-labelledby="keys"><h2 id="keys">Keys</h2>${table(["Key", "Kind", "Asks for", "Signers", "Hours (UTC)"], view.keys.map(keyRow))}</section>
<section aria-labelledby="history"><h2 id="history">Audit log</h2>${table(["When", "What", "By", "Image", "Key", "Note"], newest.slice(0, shownEntries).map(entryRow))}</section>
</main></body></html>
`;
}

function requestHtml(request: PendingRequest, { entries }: ApprovalView): string {
  const { id, artifact, digest, key, requestedBy, requestedAt, justification, approvals } = request;
  const before = entries.filter(
    (entry) => entry.event === "signed" && (entry.artifact === artifact || entry.key === key),
  );
  const history = before
    .slice(-requestHistory)
    .toReversed()
    .map((entry) => `${describeTime(entry.at)}: ${entry.artifact ?? ""} by ${entry.actor}`);
  const facts: readonly (readonly [string, string])[] = [
    ["Digest", digest],
    ["Key", key],
    ["Requested by", `${requestedBy}, ${describeTime(requestedAt)}`],
    ["Justification", justification ?? "none given"],
    [
      "Approvals",
      `${approvals.have} of ${approvals.need}${approvals.by.length === 0 ? "" : `, by ${approvals.by.join(", ")}`}`,
    ],
    ["Signed before", history.length === 0 ? "nothing with this key or of this image" : history.join("; ")],
  ];
  return `<article aria-label="${escape(artifact)}"><h3>${escape(artifact)}</h3><dl>${facts
    .map(([name, value]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`)
    .join("")}</dl>
<form method="post" action="/approvals/${encodeURIComponent(id)}"><input name="comment" maxlength="2000" aria-label="Comment for the audit log" placeholder="Comment for the audit log">
<button class="approve" name="decision" value="approve">Approve</button><button name="decision" value="reject">Reject</button></form></article>`;
}

function keyRow({ description, policy }: TrialKey): readonly string[] {
  const { approvals = 1, signers, hours } = policy;
  const needs = description.needs.map((need) => (need === "approval" ? count(approvals, "approval") : need));
  return [
    description.name,
    description.state === "enabled" ? description.spec : `${description.spec}, ${description.state}`,
    needs.length === 0 ? "nothing" : needs.join(" and "),
    signers === undefined ? "everybody" : signers.join(", "),
    hours === undefined ? "always" : `${hours.from}:00 to ${hours.to}:00`,
  ];
}

function entryRow({ at, event, actor, artifact, key, note }: ChainedEntry): readonly string[] {
  return [describeTime(at), event, actor, artifact ?? "", key ?? "", note ?? ""];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((text) => `<${tag}>${escape(text)}</${tag}>`).join("");
  return `<table><thead><tr>${cells("th", head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("")}</tbody></table>`;
}

function escape(text: string): string {
  return printable(text).replace(/[&<>"']/gu, (unit) => `&#${unit.charCodeAt(0)};`);
}
