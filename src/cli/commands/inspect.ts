import { systemClock } from "../../adapters/clock.ts";
import { createRevocations } from "../../adapters/revocations.ts";
import { inspectWorkspace } from "../../application/inspectWorkspace.ts";
import { openEvidence } from "../evidence.ts";
import type { Host } from "../host.ts";
import {
  evidenceOptions,
  formatOf,
  networkOptions,
  parseOptions,
  pinOptions,
  reportOptions,
  thresholdOf,
  trustOptions,
} from "../options.ts";
import { inspectionExitCode } from "../outcome.ts";
import { printInspection } from "../output.ts";
import { startProgress } from "../progress.ts";
import { createLog, openRegistry } from "../registryClient.ts";
import { readTrust } from "../trust.ts";
import { locateWorkspace } from "../workspace.ts";

/** `countersign inspect [PATH...]`: references, verdicts and findings. */
export async function inspect(args: readonly string[], host: Host): Promise<number> {
  const options = { ...reportOptions, ...networkOptions, ...trustOptions, ...evidenceOptions, ...pinOptions };
  const { values, positionals } = parseOptions("inspect", args, options);
  const format = formatOf("inspect", values.format);
  const threshold = thresholdOf("inspect", values["fail-on"]);
  const [{ files, selection }, { policy, material }] = await Promise.all([
    locateWorkspace(positionals, host.cwd),
    readTrust("inspect", values, host.cwd),
  ]);
  const judged = await openEvidence("inspect", values, host.cwd);
  const log = createLog(host);
  const registry = openRegistry(host, values["plain-http"] ?? [], log);
  const progress = startProgress("Checking", host);
  try {
    const inspection = await inspectWorkspace(
      { files, registry, clock: systemClock, revocations: createRevocations({ log }) },
      {
        ...(selection === undefined ? {} : { selection }),
        ...(policy === undefined ? {} : { policy }),
        material,
        offline: values.offline === true,
        checksPins: values["check-pins"] === true,
        ...judged.options,
        onEvidence: judged.keep,
        onProgress: progress.show,
        signal: host.signal,
      },
    );
    progress.end();
    await judged.export();
    await printInspection({ ...inspection, ...judged.report }, format, host);
    return inspectionExitCode(inspection, threshold);
  } finally {
    progress.end();
  }
}
