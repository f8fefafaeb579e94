import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import type { OpeningSources } from "../openingSources.ts";
import { openPlugin } from "../program/openPlugin.ts";
import { notationPluginFile } from "./location.ts";
import { createNotationPluginService } from "./notationPlugin.ts";

/** Opens a service that is a plug-in of notation, where notation finds it; starts nothing. AppError `configuration` or `file-unreadable`. */
export async function openNotationPlugin(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const locate = (name: string): Promise<string> => Promise.resolve(notationPluginFile(name, sources.place));
  return createNotationPluginService(await openPlugin(pointer, "notation-plugin", locate, sources), Date.now);
}
