import { createVenafiService } from "../../src/adapters/services/venafi/venafi.ts";
import { openCredentials, type CredentialName } from "../../src/adapters/services/venafi/credentials.ts";
import type { Person, Secrets } from "../../src/application/ports.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { readVenafiOptions } from "../../src/core/policy/venafiOptions.ts";
import { createTrialEngine, type TrialEngine, type TrialEngineOptions } from "../../src/trial/service/engine.ts";
import {
  startTrialVenafi,
  type TrialVenafi,
  type TrialVenafiOptions,
} from "../../src/trial/venafi/startTrialVenafi.ts";

/** The trial behind the interface of Venafi, and clients of it. */
export interface VenafiScene {
  readonly engine: TrialEngine;
  readonly facade: TrialVenafi;
  /** A client as after a restart: what it knows is in `secrets` alone. By default the user dev signs in with a password. */
  client(options?: ClientOptions): SigningService;
}

export interface ClientOptions {
  readonly options?: Readonly<Record<string, string>>;
  readonly secrets?: MemorySecrets;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly now?: () => number;
  readonly origin?: string;
  readonly person?: Person;
}

export interface MemorySecrets extends Secrets {
  readonly values: Map<string, string>;
}

export async function startVenafiScene(
  options: { readonly engine?: TrialEngineOptions; readonly facade?: TrialVenafiOptions } = {},
): Promise<VenafiScene> {
  const engine = createTrialEngine(options.engine);
  const facade = await startTrialVenafi(engine, options.facade);
  return {
    engine,
    facade,
    client: ({
      options: configured = {},
      secrets,
      environment = {},
      timeoutMs = 30_000,
      now = Date.now,
      origin,
      person,
    } = {}) => {
      const place = origin ?? facade.url;
      const kept = secrets ?? secretsOf(place, { username: "dev", password: engine.secrets.dev });
      const { value, wrong } = readVenafiOptions(configured);
      if (value === undefined) throw new Error(wrong.join(" "));
      return createVenafiService({
        name: "csp",
        origin: place,
        options: value,
        credentials: openCredentials({ origin: place, secrets: kept, environment }),
        client: { machine: "laptop", username: "jane" },
        tls: { authorities: facade.root },
        timeoutMs,
        retryAfterMs: 1,
        now,
        ...(person === undefined ? {} : { person }),
      });
    },
  };
}

/** A store of secrets that tests can look into. */
export function secretsOf(origin: string, values: Partial<Record<CredentialName, string>>): MemorySecrets {
  const map = new Map(Object.entries(values).map(([name, value]) => [`${origin} venafi ${name}`, value]));
  return {
    values: map,
    get: (at, name) => Promise.resolve(map.get(`${at} ${name}`)),
    set: (at, name, value) => {
      map.set(`${at} ${name}`, value);
      return Promise.resolve();
    },
    delete: (at, name) => {
      map.delete(`${at} ${name}`);
      return Promise.resolve();
    },
  };
}
