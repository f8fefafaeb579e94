import { systemClock } from "../../adapters/clock.ts";
import { createRevocations } from "../../adapters/revocations.ts";
import { AppError } from "../../application/errors.ts";
import { readWorkspace } from "../../application/readWorkspace.ts";
import { readTrustMaterial } from "../../application/trustMaterial.ts";
import { verifyImages } from "../../application/verifyImages.ts";
import { formatReference, parseReference } from "../../core/image/reference.ts";
import { openEvidence } from "../evidence.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import {
  evidenceOptions,
  formatOf,
  networkOptions,
  parseOptions,
  reportOptions,
  thresholdOf,
  trustOptions,
} from "../options.ts";
import { verifyExitCode } from "../outcome.ts";
import { printInspection } from "../output.ts";
import { startProgress } from "../progress.ts";
import { createLog, openRegistry } from "../registryClient.ts";
import { oldRootProblems, readTrust } from "../trust.ts";
import { locateWorkspace } from "../workspace.ts";

/** `countersign verify IMAGE...`: verdicts for images that are named. */
export async function verify(args: readonly string[], host: Host): Promise<number> {
  const options = {
    ...reportOptions,
    ...networkOptions,
    ...trustOptions,
    ...evidenceOptions,
    all: { type: "boolean" },
  } as const;
  const { values, positionals } = parseOptions("verify", args, options);
  const format = formatOf("verify", values.format);
  const threshold = thresholdOf("verify", values["fail-on"]);
  if (values.all === true && (values.offline === true || values.evidence !== undefined))
    throw new AppError(
      "usage",
      "--all asks registries: leave out --offline and --evidence; see 'countersign verify --help'.",
    );
  const judged = await openEvidence("verify", values, host.cwd);
  const names = positionals.length === 0 ? [...(judged.held?.evidence.keys() ?? [])] : positionals;
  if (names.length === 0) {
    throw new AppError("usage", "Name at least one image to verify; see 'countersign verify --help'.");
  }
  const references = names.map((text) => {
    const { value, problems } = parseReference(text);
    if (value !== undefined) return { text, image: value, reference: formatReference(value) };
    throw new AppError("usage", `'${text}' is no image reference: ${problems[0]?.message ?? "it cannot be read."}`);
  });
  const trust = await readTrust("verify", values, host.cwd);
  const { files } = await locateWorkspace([], host.cwd);
  const { policy, configuration, problems } = await readWorkspace(
    { files },
    {
      selection: { files: [], folders: [] },
      ...(trust.policy === undefined ? {} : { policy: trust.policy }),
      signal: host.signal,
    },
  );
  const log = createLog(host);
  const registry = openRegistry(host, values["plain-http"] ?? [], log);
  const progress = startProgress("Checking", host);
  try {
    const { material } = await readTrustMaterial(files, configuration, trust.material, { signal: host.signal });
    let done = 0;
    const verdicts = await verifyImages(
      { registry, clock: systemClock, revocations: createRevocations({ log }) },
      references.map(({ image }) => image),
      policy,
      material,
      {
        signal: host.signal,
        offline: values.offline === true,
        all: values.all === true,
        ...judged.options,
        onVerdict: (_, evidence) => {
          judged.keep(evidence);
          progress.show(++done, references.length);
        },
      },
    );
    host.signal.throwIfAborted();
    progress.end();
    await judged.export();
    const said = [...problems, ...oldRootProblems(material, systemClock.now())];
    const inspection = { documents: [], references, verdicts, findings: [], problems: said, ...judged.report };
    await printInspection(inspection, format, host);
    return threshold === "never" ? exitCodes.clean : verifyExitCode(inspection);
  } finally {
    progress.end();
  }
}
