import * as vscode from "vscode";
import type { AuditEntry, KeyDescription } from "../../application/signingService.ts";
import { count, describeAge } from "../../core/report/words.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { describeKey } from "../signing/keyWords.ts";
import type { ServiceState } from "../signing/signingState.ts";
import { splitName } from "./grouping.ts";
import { requestItem, requestsOf, type ShownRequest } from "./requests.ts";

/** An item of the view. Request items are command targets by themselves: they carry `request` and `service`. */
type Node =
  | ({ readonly kind: "request"; readonly shown: ShownRequest } & CommandTarget)
  | ({ readonly kind: "service"; readonly state: ServiceState } & CommandTarget)
  | { readonly kind: "key"; readonly service: string; readonly key: KeyDescription }
  | { readonly kind: "last"; readonly service: ServiceState; readonly entries: readonly AuditEntry[] }
  | { readonly kind: "entry"; readonly service: string; readonly entry: AuditEntry };

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
