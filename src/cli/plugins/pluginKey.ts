import { createNodeFiles } from "../../adapters/files/nodeFiles.ts";
import { openService } from "../../adapters/services/services.ts";
import { AppError } from "../../application/errors.ts";
import { readWorkspace } from "../../application/readWorkspace.ts";
import type { KeyDescription, SigningService } from "../../application/signingService.ts";
import type { Host } from "../host.ts";
import { durationOf } from "../options.ts";

/** What a person says about a signing that another program asks for. */
export interface PluginSettings {
  /** Name of the service; else the key's id begins with it. */
  readonly service?: string;
  readonly justification?: string;
  readonly waitMs: number;
}

/** What the program that runs the plug-in passes on, before the environment. AppError `usage` where a value is not one. */
export function readPluginSettings(given: ReadonlyMap<string, string>, host: Host): PluginSettings {
  const { environment } = host;
  const justification = given.get("justification") ?? environment["COUNTERSIGN_JUSTIFICATION"];
  const wait = given.get("wait") ?? environment["COUNTERSIGN_WAIT"];
  const service = given.get("service");
  return {
    ...(service === undefined ? {} : { service }),
    ...(justification === undefined || justification === "" ? {} : { justification }),
    waitMs: wait === undefined || wait === "" ? 0 : durationOf("plugin", "The time to wait", wait),
  };
}

/**
 * Opens the service that a key's id names, `SERVICE/KEY`, and has it describe the key. Services are those of
 * `.countersign.yaml` in the folder where the program runs, and the trial.
 */
export async function openPluginKey(
  id: string,
  settings: Pick<PluginSettings, "service">,
  host: Host,
): Promise<{ readonly service: SigningService; readonly key: KeyDescription }> {
  const slash = id.indexOf("/");
  if (settings.service === undefined && (slash < 1 || slash === id.length - 1))
    throw new AppError("usage", `'${id}' names no key: say SERVICE/KEY, such as trial/dev.`);
  const serviceName = settings.service ?? id.slice(0, slash);
  const keyName = settings.service === undefined ? id.slice(slash + 1) : id;
  const { signal } = host;
  const files = createNodeFiles({ root: host.cwd, accepts: () => false });
  const selection = { files: [], folders: [] };
  const { configuration } = await readWorkspace({ files }, { selection, withoutPolicy: true, signal });
  const place = { environment: host.environment, platform: process.platform };
  const service = await openService(serviceName, { configuration, place, root: host.cwd });
  // Its key would be another one in each of the processes that a program starts.
  if (service.keyless !== undefined)
    throw new AppError(
      "usage",
      `${serviceName} signs by identities, and has no key that another program could sign with. Use 'countersign sign'.`,
    );
  const keys = await service.listKeys({ signal });
  const key = keys.find(({ name }) => name === keyName);
  if (key !== undefined) return { service, key };
  const known = keys.map(({ name }) => name).join(", ");
  throw new AppError("usage", `${serviceName} has no key '${keyName}'. Its keys: ${known === "" ? "none" : known}.`);
}
