import * as vscode from "vscode";
import { keptBy, keptNames, signInWays } from "../../adapters/services/signIns.ts";
import type { ServicePointer } from "../../core/policy/configurationServices.ts";
import type { Extension } from "../context.ts";
import { createSecrets } from "../secrets.ts";
import { signInService } from "./signInService.ts";

const providerId = "countersign";

/**
 * The sign-ins to signing services in the editor's own list of accounts, where a person sees and ends them. A session
 * names a service and how one is signed in; it never carries what was typed, whoever asks for it.
 */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  let known: readonly vscode.AuthenticationSession[] = [];
  const look = async (): Promise<void> => {
    const before = known;
    known = await sessionsOf(extension);
    const isIn = (list: readonly vscode.AuthenticationSession[], { id }: vscode.AuthenticationSession): boolean =>
      list.some((each) => each.id === id);
    const added = known.filter((session) => !isIn(before, session));
    const removed = before.filter((session) => !isIn(known, session));
    if (added.length + removed.length > 0) changes.fire({ added, removed, changed: [] });
  };
  const provider: vscode.AuthenticationProvider = {
    onDidChangeSessions: changes.event,
    async getSessions() {
      known = await sessionsOf(extension);
      return [...known];
    },
    async createSession() {
      await signInService(extension);
      await look();
      const [session] = known;
      if (session === undefined) throw new Error("Nobody signed in to a signing service.");
      return session;
    },
    async removeSession(id) {
      const secrets = createSecrets(extension.context.secrets);
      for (const service of servicesOf(extension).filter((each) => idOf(each) === id))
        for (const name of keptNames(service)) await secrets.delete(new URL(service.url).origin, name);
      await look();
      await extension.signing.refresh(AbortSignal.timeout(15_000));
    },
  };
  return vscode.Disposable.from(
    changes,
    vscode.authentication.registerAuthenticationProvider(providerId, "Countersign", provider, {
      supportsMultipleAccounts: true,
    }),
    extension.context.secrets.onDidChange(() => void look()),
    extension.model.onDidChange(({ kind }) => {
      if (kind === "ready") void look();
    }),
  );
}

/** One session for each service that somebody is signed in to, completely, under exactly its origin. */
async function sessionsOf(extension: Extension): Promise<readonly vscode.AuthenticationSession[]> {
  const secrets = createSecrets(extension.context.secrets);
  const sessions = await Promise.all(
    servicesOf(extension).map(async (service) => {
      const { origin } = new URL(service.url);
      for (const way of signInWays(service)) {
        const kept = await Promise.all(keptBy(service, way).map((name) => secrets.get(origin, name)));
        if (kept.length === 0 || kept.some((value) => value === undefined)) continue;
        const account = { id: origin, label: `${service.name} at ${origin} (${way.label.toLowerCase()})` };
        return [{ id: idOf(service), accessToken: "", account, scopes: [] }];
      }
      return [];
    }),
  );
  return sessions.flat();
}

function servicesOf({ model }: Extension): readonly ServicePointer[] {
  return model.rulebook.configuration.services.filter(({ url }) => URL.canParse(url));
}

function idOf({ name, url }: ServicePointer): string {
  return `${name} ${new URL(url).origin}`;
}
