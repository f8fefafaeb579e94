import { setImmediate } from "node:timers/promises";
import { dialectOfPath, mayHoldReferences } from "../core/document/detect.ts";
import type { Document } from "../core/document/document.ts";
import { resolveDocument } from "../core/document/resolveWorkspace.ts";
import {
  configurationPath,
  emptyConfiguration,
  parseConfiguration,
  type Configuration,
} from "../core/policy/configuration.ts";
import { isTrustStorePath } from "../core/policy/notaryTrustStore.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import { isSupportingFile, mayHoldPolicy, readPolicy, type PolicyFile } from "../core/policy/readPolicy.ts";
import { isCoveredBy } from "../core/pathGlob.ts";
import type { Problem } from "../core/problem.ts";
import { AppError } from "./errors.ts";
import type { Files, WaitOptions } from "./ports.ts";
import { resolveDocuments } from "./resolveDocuments.ts";

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
}

/** What a workspace holds: its documents, its policy, its configuration, and every problem met on the way. */
export interface Workspace {
  readonly documents: readonly Document[];
  readonly policy: TrustPolicy;
  readonly configuration: Configuration;
  /** Problems of documents, policy, configuration and files, each with its file. */
  readonly problems: readonly Problem[];
}

/** How many files are open at a time. */
const parallelReads = 16;

/** Files are first read alone; those that look into others are read again beside them. */
const noTexts: ReadonlyMap<string, string> = new Map();

/** After how many UTF-16 units of parsed text the event loop gets its turn. */
const sliceLength = 256 * 1024;

/**
 * Reads a workspace. A file that cannot be read is a problem, not a failure, so that one bad file hides nothing else.
 * Throws AppError `limit-reached` where the workspace has too many files, and what the signal was aborted with.
 */
export async function readWorkspace(ports: { readonly files: Files }, options: ReadOptions): Promise<Workspace> {
  const { selection, signal } = options;
  const wantsPolicy = options.policy === undefined && options.withoutPolicy !== true;
  const named = selection?.files ?? [];
  const configuration = await readConfiguration(ports.files, { signal });
  const listed =
    wantsPolicy || selection === undefined || selection.folders.length > 0 ? await ports.files.list({ signal }) : [];
  const isSelected = createSelector(selection);
  const places = configuration.value.policies;
  // Keys and certificates, those of Notary's trust stores too, state nothing by themselves; the policy that is named names them.
  const isPlace = (path: string): boolean =>
    places === undefined ||
    isSupportingFile(path) ||
    isTrustStorePath(path) ||
    places.some((place) => isCoveredBy(place, path));
  const paths = [...new Set([...named, ...listed])].filter(
    (path) => isSelected(path) || (wantsPolicy && isPolicyPath(path)),
  );

  const documents = new Map<string, Document>();
  const unresolved = new Map<string, readonly string[]>();
  const policyFiles: PolicyFile[] = [];
  const problems: Problem[] = [...configuration.problems];
  let parsed = 0;
  let turn: Promise<void> | undefined;
  const read = async (path: string): Promise<void> => {
    const isNamed = named.includes(path);
    // A file that was looked at only in case it held something (a program without an extension, a key) may well be unreadable.
    const states = isPolicyPath(path) && !isSupportingFile(path);
    const matters = isNamed || dialectOfPath(path) !== undefined || states;
    const text = await readText(ports.files, path, matters ? problems : [], { signal });
    if (text === undefined) return;
    if (isNamed || (isSelected(path) && mayHoldReferences(path))) {
      const { document, missing } = resolveDocument(text, path, noTexts);
      if (isNamed || document.dialect !== "unrecognised") documents.set(path, document);
      if (missing.length > 0) unresolved.set(path, missing);
      parsed += text.length;
    }
    if (wantsPolicy && isPlace(path) && mayHoldPolicy(path, text)) policyFiles.push({ path, text });
    if (parsed > sliceLength) {
      parsed = 0;
      turn = setImmediate();
    }
    // All workers wait for the same turn: those that did not would keep the loop busy by themselves.
    await turn;
  };
  await forEachBounded(paths, read, signal);
  await resolveDocuments(ports.files, documents, unresolved, { signal });

  const inOrder = paths.flatMap((path) => documents.get(path) ?? []);
  const position = new Map(paths.map((path, index) => [path, index]));
  policyFiles.sort((a, b) => (position.get(a.path) ?? 0) - (position.get(b.path) ?? 0));
  const policy = options.policy ?? readPolicy(policyFiles);
  return {
    documents: inOrder,
    policy,
    configuration: configuration.value,
    problems: [...problems, ...policy.problems, ...inOrder.flatMap(documentProblems)],
  };
}

/** Whether a path can be a policy's, or of a key or certificate that one names: its content decides. */
export function isPolicyPath(path: string): boolean {
  return /\.(?:ya?ml|json|rego|pub|pem|crt|cer)$/i.test(path);
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

/** Runs `each` over the items, at most `parallelReads` at a time, in order of start. The first failure ends it. */
async function forEachBounded(
  items: readonly string[],
  each: (item: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const remaining = items.values();
  const worker = async (): Promise<void> => {
    for (const item of remaining) {
      signal.throwIfAborted();
      await each(item);
    }
  };
  await Promise.all(Array.from({ length: parallelReads }, worker));
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
  const said = template ? [{ code: "template-not-read", message }] : unparsed.slice(0, 1);
  return [...said, ...others].map((problem) => ({ file: path, ...problem }));
}

function createSelector(selection: Selection | undefined): (path: string) => boolean {
  if (selection === undefined) return () => true;
  const files = new Set(selection.files);
  const folders = selection.folders.map((folder) => (folder === "" ? "" : `${folder}/`));
  return (path) => files.has(path) || folders.some((folder) => path.startsWith(folder));
}
