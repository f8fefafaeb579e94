import { formatReference, type ImageReference } from "../core/image/reference.ts";
import { configurationPath } from "../core/policy/configuration.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import type { Inspection } from "../core/report/inspection.ts";
import { check } from "../core/rules/check.ts";
import { tagOf } from "../core/rules/pinFix.ts";
import { suppressionProblems } from "../core/rules/suppressions.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { Evidence } from "../core/verdict/evidence.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import type { CollectPorts } from "./collectEvidence.ts";
import type { RevocationPorts } from "./collectRevocations.ts";
import type { Files } from "./ports.ts";
import { readWorkspace, type ReadOptions, type Workspace } from "./readWorkspace.ts";
import { readTrustMaterial } from "./trustMaterial.ts";
import { verifyImages } from "./verifyImages.ts";

/** What an inspection needs of the outside world. */
export interface InspectionPorts extends CollectPorts, RevocationPorts {
  readonly files: Files;
}

/** What an inspection is made with, besides what the workspace holds. */
export interface InspectOptions extends ReadOptions {
  /** Trusted roots besides those that the workspace's configuration names; its default counts where the workspace names none. */
  readonly material: TrustMaterial;
  /** Nobody is asked: every image is `unknown`, or what a policy says without asking. */
  readonly offline?: boolean;
  /** As for `verifyImages`. */
  readonly evidence?: ReadonlyMap<string, Evidence>;
  readonly exhaustive?: boolean;
  /** Called with what each verdict rests on. */
  readonly onEvidence?: (evidence: Evidence) => void;
  readonly onProgress?: (done: number, total: number) => void;
  /** The tags of pinned images are asked for too, so that a pin whose tag has moved is a finding. */
  readonly checksPins?: boolean;
}

/** An inspection, and the policy that its verdicts rest on. */
export interface InspectedWorkspace extends Inspection {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly policy: TrustPolicy;
}

/**
 * Reads a workspace, judges every image that it refers to, and checks it by every rule.
 * Throws as `readWorkspace` does; a registry that fails is a verdict.
 */
export async function inspectWorkspace(ports: InspectionPorts, options: InspectOptions): Promise<InspectedWorkspace> {
  const workspace = await readWorkspace(ports, options);
  const trust = await readTrustMaterial(ports.files, workspace.configuration, options.material, options);
  const pinned = referencesOf(workspace);
  const references = options.checksPins === true ? withTags(pinned) : pinned;
  let done = 0;
  const verdicts = await verifyImages(ports, references, workspace.policy, trust.material, {
    signal: options.signal,
    offline: options.offline === true,
    ...(options.evidence === undefined ? {} : { evidence: options.evidence }),
    exhaustive: options.exhaustive === true,
    onVerdict: (_, evidence) => {
      options.onEvidence?.(evidence);
      options.onProgress?.(++done, references.length);
    },
  });
  options.signal.throwIfAborted();
  const { documents, policy, configuration } = workspace;
  const time = ports.clock.now();
  return {
    documents,
    policy,
    verdicts,
    findings: check(documents, verdicts, configuration, { policy, time }),
    problems: [
      ...workspace.problems,
      ...trust.problems,
      ...suppressionProblems(configuration, configurationPath, time),
    ],
  };
}

/** Every reference that is known from the files, once. One whose tag or digest is not known would be another image. */
function referencesOf({ documents }: Pick<Workspace, "documents">): readonly ImageReference[] {
  const uses = documents.flatMap(({ images }) => images);
  const known = uses.flatMap(({ reference, resolution }) =>
    reference === undefined || resolution === "partial" || resolution === "unresolved" ? [] : [reference],
  );
  return [...new Map(known.map((reference) => [formatReference(reference), reference])).values()];
}

/** The references, and those of their tags where they are pinned. */
function withTags(references: readonly ImageReference[]): readonly ImageReference[] {
  const all = references.flatMap((reference) => [reference, tagOf(reference) ?? reference]);
  return [...new Map(all.map((reference) => [formatReference(reference), reference])).values()];
}
