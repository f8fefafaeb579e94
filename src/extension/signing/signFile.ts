import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import type { BundleOutput, FileSigningPorts, PreparedFile } from "../../application/signFile.ts";
import type { KeyDescription } from "../../application/signingService.ts";
import { signalOf } from "../cancellation.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { portsFor } from "./calls.ts";
import { report } from "./execute.ts";
import { askKey, type ChosenKey } from "./keyStep.ts";
import { obstacleOf } from "./keyWords.ts";
import { fileReviewItems } from "./review.ts";
import { askJustification, mapAnswer, pick, walk, type Answer, type Choice, type StepPlace } from "./wizard.ts";

/** Larger files are signed on the command line: the editor would hold all of it. In bytes. */
const maximumFile = 512 * 1024 * 1024;
const suffix = ".sigstore.json";

/** A file with everything that is settled about its signing. */
interface Subject {
  readonly uri: vscode.Uri;
  readonly name: string;
  readonly content: Uint8Array;
  readonly output: BundleOutput;
}

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
    const subject = await read(uri);
    const confirmed = await guide(extension, subject, lifetime.signal);
    if (confirmed === undefined) return;
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Signing ${subject.name}`,
      cancellable: true,
    };
    const outcome = await vscode.window.withProgress(options, async (_progress, token) => {
      const { executeFile } = await import("../../application/signFile.ts");
      const ports = await filePorts(extension, confirmed.service, subject);
      // A request that waits is of an image: a file could change under it while nobody looks.
      return await executeFile(ports, confirmed.prepared, { signal: signalOf(token), waitMs: confirmed.waitMs });
    });
    await extension.signing.rememberKey(confirmed.service, confirmed.prepared.key.name);
    if (outcome.status === "signed") {
      const chosen = await vscode.window.showInformationMessage(`Signed ${subject.name}: ${outcome.bundle}`, "Show");
      if (chosen === "Show") await vscode.window.showTextDocument(vscode.Uri.parse(`${uri.toString()}${suffix}`));
    } else
      void vscode.window.showErrorMessage(
        outcome.status === "denied"
          ? `The service did not sign ${subject.name}: ${outcome.message} (${outcome.code})`
          : `Nobody approved the request in time, so ${subject.name} was not signed. ${outcome.message}`,
      );
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
  readonly waitMs: number;
}

/** How long an approval is waited for, in milliseconds, with progress and Cancel. */
const approvalWait = 60 * 60 * 1000;

async function guide(extension: Extension, subject: Subject, signal: AbortSignal): Promise<Confirmed | undefined> {
  const start: Draft = { justification: "" };
  const title = `Sign ${subject.name}`;
  const draft = await walk("key", start, stepsOf, (step, current, count) =>
    stepFor(step, extension, subject, current, { ...count, title }, signal),
  );
  return draft?.confirmed;
}

function stepsOf({ chosen }: Draft): readonly StepName[] {
  return chosen?.key.needs.includes("justification") === true ? ["key", "justification", "review"] : ["key", "review"];
}

async function stepFor(
  step: StepName,
  extension: Extension,
  subject: Subject,
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
  const items = prepare(extension, subject, chosen, justification, signal).then((prepared) =>
    fileReviewItems(prepared, subject.output.path, chosen.service).map((item): Choice<Confirmed> => {
      const { signs, ...shown } = item;
      const waitMs = chosen.key.needs.includes("approval") ? approvalWait : 0;
      return signs ? { ...shown, value: { prepared, service: chosen.service.name, waitMs } } : shown;
    }),
  );
  const answer = await pick<Confirmed>({ ...place, placeholder: "Enter signs. Any other line is copied", items });
  return mapAnswer(answer, (confirmed) => ({ ...draft, confirmed }));
}

async function prepare(
  extension: Extension,
  subject: Subject,
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

async function filePorts(extension: Extension, service: string, { output }: Subject): Promise<FileSigningPorts> {
  return { ...(await portsFor(extension, service)), output };
}

async function read(uri: vscode.Uri): Promise<Subject> {
  const name = vscode.workspace.asRelativePath(uri, false);
  const { size, type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0)
    throw new AppError(
      "usage",
      `${name} is no file. Folders are signed on the command line: countersign sign ./${name}`,
    );
  if (size > maximumFile)
    throw new AppError(
      "limit-reached",
      `${name} is too large for the editor. Sign it there: countersign sign ./${name}`,
    );
  return { uri, name, content: await vscode.workspace.fs.readFile(uri), output: outputBeside(uri, name) };
}

/** The bundle beside the file, written whole or not at all; one that is there already stays as it is. */
function outputBeside(file: vscode.Uri, name: string): BundleOutput {
  const path = `${name}${suffix}`;
  const target = vscode.Uri.parse(`${file.toString()}${suffix}`);
  const isThere = async (): Promise<boolean> => {
    try {
      await vscode.workspace.fs.stat(target);
      return true;
    } catch {
      return false;
    }
  };
  return {
    path,
    async prepare() {
      if (await isThere())
        throw new AppError(
          "file-unwritable",
          `${path} exists already and was left as it is. Move it away to sign ${name} again.`,
        );
      if (vscode.workspace.fs.isWritableFileSystem(file.scheme) === false)
        throw new AppError("file-unwritable", `${path} could not be written: the folder is read-only.`);
    },
    async write(bytes) {
      const temporary = vscode.Uri.parse(`${target.toString()}.new`);
      try {
        await vscode.workspace.fs.writeFile(temporary, bytes);
        await vscode.workspace.fs.rename(temporary, target, { overwrite: false });
      } catch (cause) {
        await Promise.resolve(vscode.workspace.fs.delete(temporary)).catch(() => undefined);
        throw new AppError("file-unwritable", `Could not write ${path}. Check the disk and the folder's permissions.`, {
          cause,
        });
      }
    },
  };
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const options = { title: "Sign a file", openLabel: "Sign" };
  return (await vscode.window.showOpenDialog(options))?.[0];
}
