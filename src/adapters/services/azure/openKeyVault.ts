import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configuration.ts";
import { readKeyVaultOptions } from "../../../core/policy/keyVaultOptions.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { createLease } from "../lease.ts";
import { trialSecret, type OpeningSources } from "../openingSources.ts";
import { readAuthorities, readNamedFile, readPointer } from "../serviceAddress.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { findToken } from "./entra.ts";
import { createKeyVaultService } from "./keyVault.ts";

const timeoutMs = 20_000;

/** Opens a service of the type `azure-key-vault`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openKeyVault(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readKeyVaultOptions);
  const { note, redact } = createUsedSecrets();
  const { authentication } = options;
  const secret = trialSecret(sources, pointer.type, origin);
  const now = (): number => Date.now();
  const place = {
    origin,
    timeoutMs,
    note,
    now,
    environment: sources.place.environment,
    ...(authentication === undefined ? {} : { authentication }),
    ...(sources.secrets === undefined ? {} : { secrets: sources.secrets }),
  };
  const tokens = createLease(
    (waiting) => (secret === undefined ? findToken(place, waiting) : Promise.resolve({ value: secret })),
    now,
  );
  const authorities = await readAuthorities(pointer.name, options.caFile, sources.root);
  const chainFile = await readNamedFile(pointer.name, "chainFile", options.chainFile, sources.root);
  return createKeyVaultService({
    name: pointer.name,
    origin,
    options,
    chains: readConfiguredChains(chainFile, `the 'chainFile' of signing service '${pointer.name}'`),
    tokens,
    redact,
    timeoutMs,
    now,
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}
