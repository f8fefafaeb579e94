import { readWorkspace } from "../../application/readWorkspace.ts";
import type { Host } from "../host.ts";
import { formatOf, parseOptions, reportOptions, thresholdOf } from "../options.ts";
import { inspectionExitCode } from "../outcome.ts";
import { printInspection } from "../output.ts";
import { locateWorkspace } from "../workspace.ts";

/** `countersign images [PATH...]`: what is referenced where. Asks nobody. */
export async function images(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("images", args, { ...reportOptions, offline: { type: "boolean" } });
  const format = formatOf("images", values.format);
  const threshold = thresholdOf("images", values["fail-on"]);
  const { files, selection } = await locateWorkspace(positionals, host.cwd);
  const { documents, problems } = await readWorkspace(
    { files },
    { ...(selection === undefined ? {} : { selection }), withoutPolicy: true, signal: host.signal },
  );
  const inspection = { documents, findings: [], problems };
  await printInspection(inspection, format, host);
  return inspectionExitCode(inspection, threshold);
}
