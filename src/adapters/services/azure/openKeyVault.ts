import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readKeyVaultOptions } from "../../../core/policy/keyVaultOptions.ts";
import { prepareBearerService } from "../bearerOpening.ts";
import type { OpeningSources } from "../openingSources.ts";
import { readPointer } from "../serviceAddress.ts";
import { findToken } from "./entra.ts";
import { createKeyVaultService } from "./keyVault.ts";

/** Opens a service of the type `azure-key-vault`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openKeyVault(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readKeyVaultOptions);
  const { authentication } = options;
  const chosen = authentication === undefined ? {} : { authentication };
  const opening = await prepareBearerService(pointer, origin, options, sources, (search, waiting) =>
    findToken({ ...search, ...chosen }, waiting),
  );
  return createKeyVaultService({ ...opening, options });
}
