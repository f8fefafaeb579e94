import { mayHoldReferences } from "../core/document/detect.ts";
import type { Document } from "../core/document/document.ts";
import {
  configurationPath,
  emptyConfiguration,
  parseConfiguration,
  type Configuration,
} from "../core/policy/configuration.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import { isPolicyPath, isSupportingFile, isTrustStorePath, type PolicyFile } from "../core/policy/policyFile.ts";
import { isCoveredBy } from "../core/pathGlob.ts";
import type { Problem } from "../core/problem.ts";
import { AppError } from "./errors.ts";
import type { FileReading, Files, FileTask, WaitOptions } from "./ports.ts";
import { readTasks } from "./readTasks.ts";

/** A part of a workspace: files that were named, and folders. Paths are workspace-relative; `""` is the whole workspace. */
export interface Selection {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** What is read, and what replaces what would be discovered. */
export interface ReadOptions extends WaitOptions {
  /** Which files are read for references; absent: all. Policies count wherever they are in the workspace. */
  readonly selection?: Selection;
  /** Replaces the policies that the workspace holds. */
  readonly policy?: TrustPolicy;
  /** Policies are not looked for, where they do not matter. */
  readonly withoutPolicy?: boolean;
  /** Hears of what was read, some files at a time. */
  readonly onReadings?: (readings: readonly FileReading[]) => void;
}

/** What a workspace holds: its documents, its policy, its configuration, and every problem met on the way. */
export interface Workspace {
  readonly documents: readonly Document[];
  readonly policy: TrustPolicy;
  readonly configuration: Configuration;
  /** Problems of documents, policy, configuration and files, each with its file. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a workspace. A file that cannot be read is a problem, not a failure, so that one bad file hides nothing else.
 * Throws AppError `limit-reached` where the workspace has too many files, and what the signal was aborted with.
 */
export async function readWorkspace(ports: { readonly files: Files }, options: ReadOptions): Promise<Workspace> {
  const { selection, signal } = options;
  const wantsPolicy = options.policy === undefined && options.withoutPolicy !== true;
  const named = new Set(selection?.files);
  const configuration = await readConfiguration(ports.files, { signal });
  const lists = wantsPolicy || selection === undefined || selection.folders.length > 0;
  const isSelected = createSelector(selection);
  const places = configuration.value.policies;
  // Keys and certificates, those of Notary's trust stores too, state nothing by themselves; the policy that is named names them.
  const isPlace = (path: string): boolean =>
    places === undefined ||
    isSupportingFile(path) ||
    isTrustStorePath(path) ||
    places.some((place) => isCoveredBy(place, path));
  const taskOf = (path: string): FileTask => ({
    path,
    references: named.has(path) || (isSelected(path) && mayHoldReferences(path)),
    policy: wantsPolicy && isPlace(path),
    named: named.has(path),
  });
  const listed: string[] = [];
  const met: Problem[] = [];
  const onProblem = (problem: Problem): void => {
    if (isSelected(`${problem.file ?? ""}/`)) met.push(problem);
  };
  const tasks = async function* (): AsyncGenerator<readonly FileTask[]> {
    yield [...named].map(taskOf);
    if (!lists) return;
    // A policy counts wherever it is.
    const within = wantsPolicy ? undefined : selection?.folders;
    for await (const part of ports.files.list({ signal, onProblem, ...(within === undefined ? {} : { within }) })) {
      const wanted = part.filter(
        (path) => !named.has(path) && (isSelected(path) || (wantsPolicy && isPolicyPath(path))),
      );
      listed.push(...wanted);
      yield wanted.map(taskOf);
    }
  };
  const documents = new Map<string, Document>();
  const policyFiles: PolicyFile[] = [];
  for await (const readings of readTasks(ports.files, tasks(), { signal })) {
    for (const { path, document, policyText, problems } of readings) {
      if (document !== undefined) documents.set(path, document);
      if (policyText !== undefined) policyFiles.push({ path, text: policyText });
      met.push(...problems);
    }
    options.onReadings?.(readings);
  }

  // By code unit, not by locale: the order of reports must not depend on the machine.
  const paths = [...named, ...listed.sort()];
  const inOrder = paths.flatMap((path) => documents.get(path) ?? []);
  const position = new Map(paths.map((path, index) => [path, index]));
  const placeOf = ({ file = "" }: Problem): number => position.get(file) ?? 0;
  const problems = [...configuration.problems, ...met.sort((a, b) => placeOf(a) - placeOf(b))];
  policyFiles.sort((a, b) => (position.get(a.path) ?? 0) - (position.get(b.path) ?? 0));
  const policy = options.policy ?? (await policyOf(policyFiles));
  return {
    documents: inOrder,
    policy,
    configuration: configuration.value,
    problems: [...problems, ...policy.problems, ...inOrder.flatMap(documentProblems)],
  };
}

/** Its readers are loaded where there is something to read. */
async function policyOf(files: readonly PolicyFile[]): Promise<TrustPolicy> {
  if (files.length === 0) return { rules: [], problems: [] };
  const { readPolicy } = await import("../core/policy/readPolicy.ts");
  return readPolicy(files);
}

async function readConfiguration(
  files: Files,
  options: WaitOptions,
): Promise<{ readonly value: Configuration; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const text = await readText(files, configurationPath, problems, options);
  if (text === undefined) return { value: emptyConfiguration, problems };
  const { value, problems: found } = parseConfiguration(text, configurationPath);
  return { value: value ?? emptyConfiguration, problems: [...problems, ...found] };
}

async function readText(
  files: Files,
  path: string,
  problems: Problem[],
  options: WaitOptions,
): Promise<string | undefined> {
  try {
    return await files.read(path, options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push({ code: error.code, message: error.message, file: path });
    return undefined;
  }
}

/**
 * The problems of one document. Of those that YAML's parser has, only the first: the others follow from it. A template,
 * which is no YAML before it is filled in, is said once.
 */
function documentProblems({ path, text, problems }: Document): readonly Problem[] {
  const unparsed = problems.filter(({ code }) => code === "yaml-syntax");
  const others = problems.filter(({ code }) => code !== "yaml-syntax");
  const template = unparsed.length > 0 && /(?:^|\/)templates\//.test(path) && text.includes("{{");
  const message = "This is a template that is filled in later; the image references that depend on it are not read.";
  // JSON is read as the YAML that it is, and its author knows nothing of that.
  const first = unparsed
    .slice(0, 1)
    .map((problem) =>
      /\.jsonc?$/i.test(path)
        ? { ...problem, message: problem.message.replace("not valid YAML", "not valid JSON") }
        : problem,
    );
  const said = template ? [{ code: "template-not-read", message }] : first;
  return [...said, ...others].map((problem) => ({ file: path, ...problem }));
}

function createSelector(selection: Selection | undefined): (path: string) => boolean {
  if (selection === undefined) return () => true;
  const files = new Set(selection.files);
  const folders = selection.folders.map((folder) => (folder === "" ? "" : `${folder}/`));
  return (path) => files.has(path) || folders.some((folder) => path.startsWith(folder));
}
