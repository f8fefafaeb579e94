import { X509Certificate } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { SigningService } from "../../../application/signingService.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readSignServerOptions } from "../../../core/policy/signServerOptions.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { trialSecret, type OpeningSources } from "../openingSources.ts";
import { readAuthorities, readNamedFile, readPointer } from "../serviceAddress.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { findSignServerCredentials } from "./credentials.ts";
import { createSignServerService } from "./signServer.ts";

const timeoutMs = 30_000;

/** Opens a service of the type `signserver`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openSignServer(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { name } = pointer;
  const { origin, options } = readPointer(pointer, readSignServerOptions);
  const { note, redact } = createUsedSecrets();
  const secret = trialSecret(sources, pointer.type, origin);
  const { environment } = sources.place;
  const kept = sources.secrets === undefined ? {} : { secrets: sources.secrets };
  const chains = await Promise.all(
    options.workers.map(async (worker) => {
      const pem = (await readNamedFile(name, "workers", worker.chainFile, sources.root)) ?? "";
      return [worker.name, chainIn(pem, `${worker.chainFile}, of signing service '${name}',`)] as const;
    }),
  );
  const authorities = await readAuthorities(name, options.caFile, sources.root);
  return createSignServerService({
    name,
    origin,
    options,
    chains: new Map(chains),
    credentials: () =>
      secret === undefined
        ? findSignServerCredentials({ origin, environment, ...kept })
        : Promise.resolve({ basic: { username: "dev", password: secret } }),
    note,
    redact,
    timeoutMs,
    now: () => Date.now(),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}

/** The worker's own certificate stands first in its file. */
function chainIn(pem: string, what: string): readonly X509Certificate[] {
  const chains = readConfiguredChains(pem, what);
  try {
    return chains.complete(new X509Certificate(pem));
  } catch (cause) {
    throw new AppError("configuration", `${what} does not begin with a certificate.`, { cause });
  }
}
