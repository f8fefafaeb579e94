import * as vscode from "vscode";
import type { PendingFile } from "../../application/pendingFile.ts";
import type { FileOutcome, FileSigningPorts, PreparedFile } from "../../application/signFile.ts";
import type { KeyDescription } from "../../application/signingService.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { portsFor } from "./calls.ts";
import { conclude, report, unlessSessionEnded, withProgress } from "./execute.ts";
import { placeOf, readSubject, type FileSubject } from "./fileSubject.ts";
import { keeping } from "./keeping.ts";
import { askKey, type ChosenKey } from "./keyStep.ts";
import { obstacleOf } from "./keyWords.ts";
import { fileReviewItems } from "./review.ts";
import { withSession } from "./signInAgain.ts";
import { askJustification, mapAnswer, pick, walk, type Answer, type Choice, type StepPlace } from "./wizard.ts";

interface Draft {
  readonly chosen?: ChosenKey;
  readonly justification: string;
  readonly confirmed?: Confirmed;
}

type StepName = "key" | "justification" | "review";

/** Guided signing of a file: the bundle is written beside it. */
export async function signFile(extension: Extension, target: CommandTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const uri = target.file === undefined ? await chooseFile() : vscode.Uri.parse(target.file, true);
  if (uri === undefined) return;
  const lifetime = new AbortController();
  try {
    const subject = await readSubject(uri);
    let start: Draft = { justification: "" };
    for (;;) {
      const settled = await guide(extension, subject, start, lifetime.signal);
      if (settled === undefined) return;
      const { confirmed } = settled;
      const outcome = await execute(extension, subject, confirmed);
      if (outcome !== undefined) {
        await extension.signing.rememberKey(confirmed.service, confirmed.prepared.key.name);
        await conclude(extension, outcome, { name: subject.name, file: uri });
        return;
      }
      start = settled;
    }
  } catch (error) {
    report(extension, `Could not sign ${uri.path}`, error);
  } finally {
    lifetime.abort();
    await extension.signing.refresh(AbortSignal.timeout(15_000)).catch(() => undefined);
  }
}

interface Confirmed {
  readonly prepared: PreparedFile;
  readonly service: string;
}

/** Undefined where the session had ended, nothing was signed, and the person has signed in again. */
async function execute(
  extension: Extension,
  subject: FileSubject,
  { prepared, service }: Confirmed,
): Promise<FileOutcome | undefined> {
  const { folder } = placeOf(subject.uri);
  return await unlessSessionEnded(extension, service, () =>
    withProgress(`Signing ${subject.name}`, async (signal) => {
      const { executeFile } = await import("../../application/signFile.ts");
      const ports = await filePorts(extension, service, subject);
      return await keeping<PendingFile, FileOutcome>(
        extension,
        (keep) => executeFile(ports, prepared, { signal, waitMs: 0, ...keep }),
        (pending) => ({ ...pending, folder }),
      );
    }),
  );
}

async function guide(
  extension: Extension,
  subject: FileSubject,
  start: Draft,
  signal: AbortSignal,
): Promise<(Draft & { readonly confirmed: Confirmed }) | undefined> {
  const title = `Sign ${subject.name}`;
  const first = start.confirmed === undefined ? "key" : "review";
  const draft = await walk<StepName, Draft>(first, start, stepsOf, (step, current, count) =>
    stepFor(step, extension, subject, current, { ...count, title }, signal),
  );
  return draft?.confirmed === undefined ? undefined : { ...draft, confirmed: draft.confirmed };
}

function stepsOf({ chosen }: Draft): readonly StepName[] {
  return chosen?.key.needs.includes("justification") === true ? ["key", "justification", "review"] : ["key", "review"];
}

async function stepFor(
  step: StepName,
  extension: Extension,
  subject: FileSubject,
  draft: Draft,
  place: StepPlace,
  signal: AbortSignal,
): Promise<Answer<Draft>> {
  const { chosen, justification } = draft;
  if (step === "key" || chosen === undefined) {
    const obstacle = (key: KeyDescription): string | undefined => obstacleOf(key, "sigstore-bundle");
    const acceptance = (): string => "$(save) Writes a Sigstore bundle beside the file";
    const answer = await askKey(extension, { ...place, current: chosen, obstacle, acceptance }, signal);
    return mapAnswer(answer, (value) => ({ ...draft, chosen: value }));
  }
  if (step === "justification") {
    const answer = await askJustification(place, "file", chosen.key.name, justification);
    return mapAnswer(answer, (value) => ({ ...draft, justification: value }));
  }
  const review = (): Promise<Answer<Confirmed>> => {
    const items = prepare(extension, subject, chosen, justification, signal).then((prepared) =>
      fileReviewItems(prepared, subject.output.path, chosen.service).map((item): Choice<Confirmed> => {
        const { signs, ...shown } = item;
        return signs ? { ...shown, value: { prepared, service: chosen.service.name } } : shown;
      }),
    );
    return pick<Confirmed>({ ...place, placeholder: "Enter signs. Any other line is copied", items });
  };
  const answer = await withSession(extension, chosen.service.name, review);
  return mapAnswer(answer, (confirmed) => ({ ...draft, confirmed }));
}

async function prepare(
  extension: Extension,
  subject: FileSubject,
  { service, key }: ChosenKey,
  justification: string,
  signal: AbortSignal,
): Promise<PreparedFile> {
  const { prepareFile } = await import("../../application/signFile.ts");
  const ports = await filePorts(extension, service.name, subject);
  const { name, content } = subject;
  const why = justification === "" ? {} : { justification };
  return await prepareFile(
    ports,
    { file: { name, content }, key: key.name, tool: "Countersign for VS Code", ...why },
    { signal },
  );
}

async function filePorts(extension: Extension, service: string, { output }: FileSubject): Promise<FileSigningPorts> {
  return { ...(await portsFor(extension, service)), output };
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const options = { title: "Sign a file", openLabel: "Sign" };
  return (await vscode.window.showOpenDialog(options))?.[0];
}
