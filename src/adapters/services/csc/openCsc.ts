import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readCscOptions } from "../../../core/policy/cscOptions.ts";
import { trialSecret, type OpeningSources } from "../openingSources.ts";
import { readAuthorities, readPointer } from "../serviceAddress.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { openCscCredentials } from "./credentials.ts";
import { createCscService } from "./csc.ts";

const timeoutMs = 30_000;

/** Opens a service of the type `csc`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openCsc(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readCscOptions);
  const { note, redact } = createUsedSecrets();
  const secret = trialSecret(sources, pointer.type, origin);
  const { environment } = sources.place;
  const kept = sources.secrets === undefined ? {} : { secrets: sources.secrets };
  const authorities = await readAuthorities(pointer.name, options.caFile, sources.root);
  return createCscService({
    name: pointer.name,
    origin,
    options,
    credentials: openCscCredentials({ origin, environment, ...kept }),
    note,
    redact,
    timeoutMs,
    now: () => Date.now(),
    ...(secret === undefined ? {} : { secret }),
    ...(sources.person === undefined ? {} : { person: sources.person }),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}
