import type { SigningService } from "../../../application/signingService.ts";
import { readCloudKmsOptions } from "../../../core/policy/cloudKmsOptions.ts";
import type { ServicePointer } from "../../../core/policy/configuration.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { createLease } from "../lease.ts";
import { trialSecret, type OpeningSources } from "../openingSources.ts";
import { readAuthorities, readNamedFile, readPointer } from "../serviceAddress.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { findAccessToken } from "./accessToken.ts";
import { createCloudKmsService } from "./cloudKms.ts";

const timeoutMs = 20_000;

/** Opens a service of the type `google-cloud-kms`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openCloudKms(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readCloudKmsOptions);
  const { note, redact } = createUsedSecrets();
  const secret = trialSecret(sources, pointer.type, origin);
  const now = (): number => Date.now();
  const { environment } = sources.place;
  const kept = sources.secrets === undefined ? {} : { secrets: sources.secrets };
  const tokens = createLease(
    (waiting) =>
      secret === undefined
        ? findAccessToken({ origin, environment, timeoutMs, note, now, ...kept }, waiting)
        : Promise.resolve({ value: secret }),
    now,
  );
  const authorities = await readAuthorities(pointer.name, options.caFile, sources.root);
  const chainFile = await readNamedFile(pointer.name, "chainFile", options.chainFile, sources.root);
  return createCloudKmsService({
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
