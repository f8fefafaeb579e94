import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readVaultOptions } from "../../../core/policy/vaultOptions.ts";
import { readAuthorities, readPointer } from "../serviceAddress.ts";
import type { OpeningSources } from "../openingSources.ts";
import { openCredentials } from "./credentials.ts";
import { createVaultService } from "./vault.ts";
import { openWrappingTokens } from "./wrappingTokens.ts";

const timeoutMs = 20_000;

/** Opens a service of the type `vault`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openVault(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readVaultOptions);
  const { trial, place } = sources;
  const secret = trial?.vault?.url === origin ? trial.secrets.dev : undefined;
  const credentials =
    secret === undefined
      ? openCredentials({ ...sources, origin, settings: options, environment: place.environment })
      : { get: (name: string) => Promise.resolve(name === "token" ? secret : undefined) };
  const namespace = options.namespace ?? ("namespace" in credentials ? credentials.namespace : undefined);
  const authorities = await readAuthorities(pointer.name, options.caFile, sources.root);
  return createVaultService({
    name: pointer.name,
    origin,
    options,
    credentials,
    wrappingTokens: openWrappingTokens(origin, place, sources.secrets),
    timeoutMs,
    now: () => Date.now(),
    ...(sources.person === undefined ? {} : { person: sources.person }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}
