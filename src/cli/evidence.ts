import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "../application/errors.ts";
import type { Inspection } from "../core/report/inspection.ts";
import type { Evidence } from "../core/verdict/evidence.ts";
import { readEvidence, writeEvidence, type EvidenceFile } from "../core/verdict/evidenceFile.ts";
import { readBytesFile } from "./trust.ts";

/** Evidence of a few thousand signatures. */
const maximumSize = 256 * 1024 * 1024;

/** What the options about evidence come to, for a command that judges. */
interface OpenEvidence {
  readonly held: EvidenceFile | undefined;
  readonly options: { readonly evidence?: EvidenceFile["evidence"]; readonly exhaustive: boolean };
  readonly report: Pick<Inspection, "evidence" | "steps">;
  /** Keeps what a verdict rests on, to be exported. */
  keep(this: void, evidence: Evidence): void;
  export(): Promise<void>;
}

/** Reads the options about evidence. AppError `usage` or `configuration` where they cannot be followed. */
export async function openEvidence(
  command: string,
  values: {
    readonly evidence?: string | undefined;
    readonly "export-evidence"?: string | undefined;
    readonly explain?: boolean | undefined;
    readonly offline?: boolean | undefined;
  },
  cwd: string,
): Promise<OpenEvidence> {
  const { evidence: from, "export-evidence": to } = values;
  if (to !== undefined && (from !== undefined || values.offline === true))
    throw new AppError(
      "usage",
      `--export-evidence asks registries, which --evidence and --offline rule out; see 'countersign ${command} --help'.`,
    );
  const held = from === undefined ? undefined : await readEvidenceFile(from, cwd, new Date());
  const kept: Evidence[] = [];
  return {
    held,
    options: { ...(held === undefined ? {} : { evidence: held.evidence }), exhaustive: to !== undefined },
    report: {
      ...(held === undefined || from === undefined ? {} : { evidence: { file: from, collectedAt: held.collectedAt } }),
      ...(values.explain === true ? { steps: true } : {}),
    },
    keep: (evidence) => void (to === undefined ? 0 : kept.push(evidence)),
    export: () => (to === undefined ? Promise.resolve() : exportEvidence(to, cwd, kept)),
  };
}

async function readEvidenceFile(path: string, cwd: string, now: Date): Promise<EvidenceFile> {
  const read = readEvidence((await readBytesFile(path, cwd, maximumSize)).toString("utf8"), now);
  if (read.kind === "evidence") return read.file;
  throw new AppError(
    "configuration",
    `Could not use ${path} as evidence: it ${read.why}. Write it with 'countersign verify --export-evidence'.`,
  );
}

async function exportEvidence(path: string, cwd: string, evidence: readonly Evidence[]): Promise<void> {
  try {
    await writeFile(resolve(cwd, path), writeEvidence(evidence));
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw new AppError("configuration", `Could not write the evidence to ${path} (${why}).`, { cause });
  }
}
