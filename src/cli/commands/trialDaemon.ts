import { runTrialDaemon } from "../../trial/daemon.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";

/** The background process of the trial: serves until it is told to end. */
export async function trialDaemon(_args: readonly string[], host: Host): Promise<number> {
  const place = { environment: host.environment, platform: process.platform };
  await runTrialDaemon({ signal: host.signal, place });
  return exitCodes.clean;
}
