import * as vscode from "vscode";
import { artifactOf, digestOf, type PendingRecord } from "../../application/pendingRecord.ts";
import type { AuditEntry, KeyDescription, PendingRequest } from "../../application/signingService.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { count, describeAge } from "../../core/report/words.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { describeKey } from "../signing/keyWords.ts";
import type { ServiceState } from "../signing/signingState.ts";
import { splitName } from "./grouping.ts";

/** An item of the view. Request items are command targets by themselves: they carry `request` and `service`. */
type Node =
  | ({ readonly kind: "request"; readonly shown: ShownRequest } & CommandTarget)
  | ({ readonly kind: "service"; readonly state: ServiceState } & CommandTarget)
  | { readonly kind: "key"; readonly service: string; readonly key: KeyDescription }
  | { readonly kind: "last"; readonly service: ServiceState; readonly entries: readonly AuditEntry[] }
  | { readonly kind: "entry"; readonly service: string; readonly entry: AuditEntry };

/** A request that waits: as the service lists it, as this workspace remembers it, or both. */
interface ShownRequest {
  readonly id: string;
  readonly service: string;
  readonly artifact: string;
  readonly key: string;
  readonly requestedAt: string;
  readonly listed?: PendingRequest;
  /** Whether it is decided here. */
  readonly decidable: boolean;
  readonly mine?: PendingRecord;
}

const lastSignings = 5;

/** The view "Signing": what waits for an approval, the services with their keys, and the last signings. */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<Node | undefined>();
  const treeDataProvider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    getChildren: (node) => [...(node === undefined ? rootsOf(extension) : childrenOf(node))],
    getTreeItem: (node) => toItem(node, extension.now()),
  };
  const view = vscode.window.createTreeView("countersign.signing", { treeDataProvider });
  const controller = new AbortController();
  const ask = (): void => void extension.signing.refresh(controller.signal);
  // The view may open before the configuration is read, and the configuration may name other services later.
  let configured = "";
  const askWhereNamed = (): void => {
    const named = JSON.stringify(extension.model.rulebook.configuration.services);
    if (!extension.model.ready || named === configured) return;
    configured = named;
    if (view.visible) ask();
  };
  return vscode.Disposable.from(
    view,
    changes,
    extension.signing.onDidChange(() => {
      const waiting = requestsOf(extension).length;
      view.badge = waiting === 0 ? undefined : { value: waiting, tooltip: count(waiting, "signing request") };
      changes.fire(undefined);
    }),
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) ask();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(ask),
    extension.model.onDidChange(askWhereNamed),
    new vscode.Disposable(() => controller.abort()),
  );
}

function requestsOf(extension: Extension): readonly ShownRequest[] {
  const shown = new Map<string, ShownRequest>();
  for (const mine of extension.signing.pending()) {
    const { id, service } = mine.ticket;
    const { key, requestedAt } = mine;
    shown.set(`${service} ${id}`, {
      id,
      service,
      artifact: artifactOf(mine),
      key: key.name,
      requestedAt,
      decidable: false,
      mine,
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

function rootsOf(extension: Extension): readonly Node[] {
  const requests = requestsOf(extension).map((shown): Node => ({
    kind: "request",
    shown,
    request: shown.id,
    service: shown.service,
  }));
  return [
    ...requests,
    ...extension.signing.services().map((state): Node => ({ kind: "service", state, service: state.name })),
  ];
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "service": {
      const service = node.state;
      const signed = service.audit.filter(({ event }) => event === "signed");
      const entries = signed.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, lastSignings);
      return [
        ...service.keys.map((key): Node => ({ kind: "key", service: service.name, key })),
        ...(entries.length === 0 ? [] : [{ kind: "last", service, entries } as const]),
      ];
    }
    case "last":
      return node.entries.map((entry) => ({ kind: "entry", service: node.service.name, entry }));
    case "request":
    case "key":
    case "entry":
      return [];
  }
}

function toItem(node: Node, now: Date): vscode.TreeItem {
  switch (node.kind) {
    case "request":
      return requestItem(node.shown, now);
    case "service": {
      const { name, origin, failure, keys, asksForSignIn = false, allows = false } = node.state;
      const { Expanded, None } = vscode.TreeItemCollapsibleState;
      const item = new vscode.TreeItem(name, failure === undefined ? Expanded : None);
      // Another item where it cannot be asked: the editor would keep it closed when its keys come.
      item.id = failure === undefined ? `service ${name}` : `service ${name} closed`;
      item.description = failure === undefined ? origin : asksForSignIn ? "asks for a sign-in" : "cannot be reached";
      item.tooltip = failure ?? `${origin}, ${count(keys.length, "key")}`;
      item.contextValue = ["service", ...(asksForSignIn ? ["closed"] : []), ...(allows ? ["allows"] : [])].join(" ");
      item.iconPath =
        failure === undefined
          ? new vscode.ThemeIcon("server")
          : new vscode.ThemeIcon(
              asksForSignIn ? "account" : "warning",
              new vscode.ThemeColor("list.warningForeground"),
            );
      item.accessibilityInformation = { label: `signing service ${name}, ${item.description}` };
      return item;
    }
    case "key":
      return keyItem(node.service, node.key);
    case "last": {
      const item = new vscode.TreeItem("Last signings", vscode.TreeItemCollapsibleState.Collapsed);
      item.id = `service ${node.service.name} last`;
      item.iconPath = new vscode.ThemeIcon("history");
      item.description = `${node.entries.length}`;
      item.accessibilityInformation = { label: count(node.entries.length, "last signing") };
      return item;
    }
    case "entry": {
      const { artifact, key, at, digest, actor } = node.entry;
      const item = new vscode.TreeItem(artifact === undefined ? node.entry.event : splitName(artifact).path);
      item.id = `service ${node.service} entry ${node.entry.id}`;
      item.description = [key, describeAge(at, now)].filter((part) => part !== undefined).join(" · ");
      item.tooltip = [artifact, digest, `by ${actor}`, at].filter((part) => part !== undefined).join("\n");
      item.iconPath = new vscode.ThemeIcon("pass");
      item.accessibilityInformation = { label: `${artifact ?? ""} signed with ${item.description}` };
      return item;
    }
  }
}

function requestItem(shown: ShownRequest, now: Date): vscode.TreeItem {
  const { id, service, artifact, key, requestedAt, decidable, listed, mine } = shown;
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
    mine?.signature === undefined
      ? by.length === 0
        ? "Nobody has approved yet"
        : `Approved by ${by.join(", ")}`
      : "The signature was made and is kept. Continue the request to bring it to its place.",
  ]
    .filter((line) => line !== "")
    .join("\n");
  item.iconPath = new vscode.ThemeIcon(mine?.signature === undefined ? "watch" : "warning");
  const traits = ["pending", ...(decidable ? ["decidable"] : []), ...(mine === undefined ? [] : ["mine"])];
  item.contextValue = traits.join(" ");
  item.accessibilityInformation = { label: `signing request for ${artifact}, ${item.description}` };
  return item;
}

/** How far a request is, in a few words. */
function stateOf({ listed, mine }: ShownRequest): string {
  if (mine?.signature !== undefined) return "kind" in mine ? "signed, not written yet" : "signed, not attached yet";
  return listed === undefined ? "waits" : `${listed.approvals.have} of ${listed.approvals.need} approvals`;
}

function keyItem(service: string, key: KeyDescription): vscode.TreeItem {
  const item = new vscode.TreeItem(key.name);
  item.id = `service ${service} key ${key.name}`;
  item.description = key.state === "enabled" ? describeKey(key) : key.state;
  const { issuer, managedBy, attributesSetBy } = key.governance;
  item.tooltip = [
    describeKey(key),
    `Certified by ${issuer}`,
    `Managed by ${managedBy}`,
    `Attributes set by ${attributesSetBy}`,
  ].join("\n");
  item.contextValue = "key";
  item.iconPath =
    key.state === "enabled"
      ? new vscode.ThemeIcon("key")
      : new vscode.ThemeIcon("circle-slash", new vscode.ThemeColor("disabledForeground"));
  item.accessibilityInformation = { label: `key ${key.name}, ${item.description}` };
  return item;
}
