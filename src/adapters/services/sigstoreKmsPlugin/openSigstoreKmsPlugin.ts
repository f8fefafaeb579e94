import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join, relative } from "node:path";
import { AppError } from "../../../application/errors.ts";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import type { OpeningSources } from "../openingSources.ts";
import { openPlugin } from "../program/openPlugin.ts";
import { createSigstoreKmsPluginService } from "./sigstoreKmsPlugin.ts";

/** Opens a service that is a plug-in of cosign, found on PATH; starts nothing. AppError `configuration` or `file-unreadable`. */
export async function openSigstoreKmsPlugin(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const locate = (name: string): Promise<string> => locateOnPath(`sigstore-kms-${name}`, sources);
  return createSigstoreKmsPluginService(await openPlugin(pointer, "sigstore-kms-plugin", locate, sources));
}

/** Never below the workspace, which could bring a program of its own. */
async function locateOnPath(program: string, { place, root }: OpeningSources): Promise<string> {
  const file = place.platform === "win32" ? `${program}.exe` : program;
  const folders = (place.environment["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const path = join(folder, file);
    if (root !== undefined && !relative(root, path).startsWith("..")) continue;
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new AppError(
    "configuration",
    `There is no plug-in ${program} on PATH. Install it, or correct the option 'plugin' of its service in .countersign.yaml.`,
  );
}
