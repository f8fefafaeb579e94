import type { Person, Secrets } from "../../application/ports.ts";
import type { StatePlace, TrialState } from "./trialState.ts";

/** What opening a service needs beyond what the configuration says of it. */
export interface OpeningSources {
  /** Environment and platform. */
  readonly place: StatePlace;
  /** Where sign-ins are kept; without it the environment alone is asked. */
  readonly secrets?: Secrets;
  /** Who answers what a service asks of the person that signs; without it nobody is there. */
  readonly person?: Person;
  /** Absolute path of the workspace, which files in the configuration are relative to. */
  readonly root?: string;
  /** The trial that runs: where a pointer names one of its addresses, its own secrets are used, and no others. */
  readonly trial?: Pick<TrialState, "venafi" | "vault" | "secrets" | "interfaces">;
}

/** The secret of the trial's user, where `origin` is the trial's own address for this type of service. */
export function trialSecret({ trial }: OpeningSources, type: string, origin: string): string | undefined {
  const interfaces = trial?.interfaces ?? {};
  return Object.hasOwn(interfaces, type) && interfaces[type] === origin ? trial?.secrets.dev : undefined;
}
