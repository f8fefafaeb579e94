import { startTrialRegistry } from "./registry/trialRegistry.ts";
import { startTrialService, type TrialService, type TrialServiceOptions } from "./service/startTrialService.ts";

/** A running trial: a registry and a signing service in this process. */
export interface Trial {
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  readonly service: TrialService;
  stop(): Promise<void>;
}

/** Starts the trial's registry and its signing service, on loopback, in this process. */
export async function startTrial(options: TrialServiceOptions = {}): Promise<Trial> {
  const registry = await startTrialRegistry({});
  try {
    const service = await startTrialService(options);
    return {
      registry: registry.host,
      service,
      stop: async () => {
        await Promise.all([service.stop(), registry.stop()]);
      },
    };
  } catch (error) {
    await registry.stop();
    throw error;
  }
}
