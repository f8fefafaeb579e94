import { homedir } from "node:os";
import { createDockerCredentials } from "../adapters/registry/dockerConfig.ts";
import { createHostCertificates } from "../adapters/registry/hostCertificates.ts";
import { createNodeWire } from "../adapters/registry/nodeWire.ts";
import { createRegistry } from "../adapters/registry/registry.ts";
import { silentLog, createLineLog } from "../adapters/log.ts";
import type { Log, Registry } from "../application/ports.ts";
import type { Host } from "./host.ts";
import { version } from "./version.ts";

/** The log of the command line: kept only where COUNTERSIGN_DEBUG asks for it. */
export function createLog(host: Host): Log {
  return host.environment["COUNTERSIGN_DEBUG"] === undefined ? silentLog : createLineLog(host.error);
}

/** A registry client with the logins and certificates that container tools keep for the person who runs the command. */
export function openRegistry(host: Host, plainHttp: readonly string[], log: Log): Registry {
  const { environment } = host;
  const person = { environment, homeDirectory: environment["HOME"] ?? homedir(), log };
  return createRegistry({
    credentials: createDockerCredentials(person),
    plainHttp,
    wire: createNodeWire({ environment, certificatesFor: createHostCertificates(person) }),
    userAgent: `countersign/${version}`,
    log,
  });
}
