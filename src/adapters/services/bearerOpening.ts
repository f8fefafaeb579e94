import type { WaitOptions } from "../../application/ports.ts";
import type { ServicePointer } from "../../core/policy/configurationServices.ts";
import type { BearerPlace } from "./bearerCaller.ts";
import { readConfiguredChains, type ConfiguredChains } from "./configuredChains.ts";
import { createLease, type Lease, type Leased } from "./lease.ts";
import { trialSecret, type OpeningSources } from "./openingSources.ts";
import { readAuthorities, readNamedFile } from "./serviceAddress.ts";
import { createUsedSecrets } from "./serviceWords.ts";

/** What a search for a token is told. */
export interface TokenSearch {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly environment: OpeningSources["place"]["environment"];
  readonly secrets?: NonNullable<OpeningSources["secrets"]>;
  /** Told each secret that is used, so that no message repeats it. */
  readonly note: (secret: string) => void;
  readonly now: () => number;
}

/** A cloud's service for keys as it is opened, before its own protocol. */
export interface BearerOpening extends BearerPlace {
  readonly name: string;
  readonly chains: ConfiguredChains;
  readonly tokens: Lease<string>;
  readonly redact: (text: string) => string;
  readonly now: () => number;
}

const timeoutMs = 20_000;

/** Prepares a service that takes bearer tokens; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function prepareBearerService(
  pointer: ServicePointer,
  origin: string,
  files: { readonly caFile?: string; readonly chainFile?: string },
  sources: OpeningSources,
  find: (search: TokenSearch, options: WaitOptions) => Promise<Leased<string>>,
): Promise<BearerOpening> {
  const { note, redact } = createUsedSecrets();
  const secret = trialSecret(sources, pointer.type, origin);
  const now = (): number => Date.now();
  const { environment } = sources.place;
  const kept = sources.secrets === undefined ? {} : { secrets: sources.secrets };
  const search = { origin, timeoutMs, environment, note, now, ...kept };
  const tokens = createLease(
    (waiting) => (secret === undefined ? find(search, waiting) : Promise.resolve({ value: secret })),
    now,
  );
  const authorities = await readAuthorities(pointer.name, files.caFile, sources.root);
  const chainFile = await readNamedFile(pointer.name, "chainFile", files.chainFile, sources.root);
  return {
    name: pointer.name,
    origin,
    chains: readConfiguredChains(chainFile, `the 'chainFile' of signing service '${pointer.name}'`),
    tokens,
    redact,
    timeoutMs,
    now,
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  };
}
