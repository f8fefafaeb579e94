import { homedir } from "node:os";
import * as vscode from "vscode";
import type { CollectPorts } from "../application/collectEvidence.ts";
import type { RevocationPorts } from "../application/collectRevocations.ts";
import type { ContentCache } from "../application/contentCache.ts";
import type { Clock, Log, Registry } from "../application/ports.ts";
import { isText, isTextList, setting } from "./settings.ts";

/** The outside world, made when it is first needed: none of this loads while the extension starts. */
export interface Connections {
  readonly clock: Clock;
  readonly log: Log;
  /** The registry client, one for the life of the window. Throws where the workspace is not trusted. */
  registry(): Promise<Registry>;
  /** What verifying needs; content is remembered by digest. */
  collecting(): Promise<CollectPorts & RevocationPorts>;
  /** Makes the client anew, as settings or logins have changed; content that is addressed by its digest stays. */
  forget(): void;
}

export function createConnections(log: Log, version: string): Connections {
  const clock: Clock = { now: () => new Date() };
  let collecting: Promise<CollectPorts & RevocationPorts> | undefined;
  let content: ContentCache | undefined;
  const lastDigests = new Map<string, string>();
  const connect = async (): Promise<CollectPorts & RevocationPorts> => {
    const [registries, fetches, nodes, certificates, { createRevocations }, logins, { createContentCache }] =
      await Promise.all([
        import("../adapters/registry/registry.ts"),
        import("../adapters/registry/fetchWire.ts"),
        import("../adapters/registry/nodeWire.ts"),
        import("../adapters/registry/hostCertificates.ts"),
        import("../adapters/revocations.ts"),
        import("../adapters/registry/dockerConfig.ts"),
        import("../application/contentCache.ts"),
      ]);
    const folder = setting("registry.dockerConfig", isText, "");
    const environment = folder === "" ? process.env : { ...process.env, DOCKER_CONFIG: folder };
    const person = { environment, homeDirectory: homedir(), log };
    const certificatesFor = certificates.createHostCertificates(person);
    // Looked up at each call: the editor replaces the global one after the extension has been loaded.
    const usual = fetches.createFetchWire((input, init) => globalThis.fetch(input, init));
    const special = nodes.createNodeWire({ environment, certificatesFor });
    const registry = registries.createRegistry({
      credentials: logins.createDockerCredentials(person),
      plainHttp: setting("registry.plainHttp", isTextList, []),
      wire: fetches.createHostWire(usual, special, certificatesFor),
      userAgent: `countersign/${version} (vscode)`,
      log,
    });
    content ??= createContentCache();
    return { registry, clock, content, lastDigests, revocations: createRevocations({ log }) };
  };
  const guarded = (): Promise<CollectPorts & RevocationPorts> => {
    // The last line of defence: whoever asks, a workspace that nobody trusts reaches no registry and no process.
    if (!vscode.workspace.isTrusted) return Promise.reject(new Error("This workspace is not trusted."));
    collecting ??= connect();
    return collecting;
  };
  return {
    clock,
    log,
    collecting: guarded,
    registry: async () => (await guarded()).registry,
    forget() {
      collecting = undefined;
    },
  };
}
