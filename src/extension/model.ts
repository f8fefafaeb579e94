import * as vscode from "vscode";
import type { Document, ImageUse } from "../core/document/document.ts";
import type { Configuration } from "../core/policy/configuration.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import type { Problem } from "../core/problem.ts";
import { formatReference } from "../core/image/reference.ts";
import { check } from "../core/rules/check.ts";
import { tagOf } from "../core/rules/pinFix.ts";
import { imagePushedNotSigned } from "../core/rules/image-pushed-not-signed.ts";
import { maySignImages } from "../core/rules/imageSigning.ts";
import type { Finding, PipelineSigner } from "../core/rules/rule.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import type { ImageStatus } from "./marks.ts";
import { imagesOf, referenceOf, type ImageEntry } from "./tree/grouping.ts";

/** What changed; listeners redraw only what shows it. */
export type ModelChange =
  | { readonly kind: "documents"; readonly paths: readonly string[] }
  | { readonly kind: "verdicts"; readonly references: readonly string[] }
  | { readonly kind: "policy" }
  | { readonly kind: "ready" };

/** What the workspace says about trust: policies, configuration, and the problems met on the way. */
export interface Rulebook {
  readonly policy: TrustPolicy;
  readonly configuration: Configuration;
  readonly problems: readonly Problem[];
}

/** The only state of the extension: what the files say, what is known of their images, and what follows. */
export interface Model extends vscode.Disposable {
  readonly onDidChange: vscode.Event<ModelChange>;
  /** Whether the workspace has been read once. */
  readonly ready: boolean;
  /** Settles then, whatever the reading came to. */
  whenReady(): Promise<void>;
  readonly rulebook: Rulebook;
  documents(): readonly Document[];
  document(path: string): Document | undefined;
  useAt(path: string, offset: number): ImageUse | undefined;
  images(): readonly ImageEntry[];
  /** Paths of the documents that refer to any of these images. */
  pathsUsing(references: readonly string[]): readonly string[];
  status(reference: string): ImageStatus;
  verdicts(): ReadonlyMap<string, Verdict>;
  findings(path: string): readonly Finding[];
  /** Writers, for reading and verification only. */
  putDocuments(documents: readonly Document[]): void;
  dropDocuments(paths: readonly string[]): void;
  putStatuses(statuses: ReadonlyMap<string, ImageStatus>): void;
  putRulebook(rulebook: Rulebook): void;
  /** Keys that fixes may have a pipeline sign with. */
  putSigners(signers: readonly PipelineSigner[]): void;
  markReady(): void;
}

const emptyRulebook: Rulebook = {
  policy: { rules: [], problems: [] },
  configuration: { trustedRoots: [], services: [], suppressions: [] },
  problems: [],
};

export function createModel(now: () => Date): Model {
  const changes = new vscode.EventEmitter<ModelChange>();
  const documents = new Map<string, Document>();
  const statuses = new Map<string, ImageStatus>();
  const findings = new Map<string, readonly Finding[]>();
  /** Paths of the documents that sign images, or may. */
  const signing = new Set<string>();
  let signers: readonly PipelineSigner[] = [];
  let rulebook = emptyRulebook;
  let ready = false;
  let settle = (): void => undefined;
  const read = new Promise<void>((resolve) => (settle = resolve));
  let images: readonly ImageEntry[] | undefined;
  let verdicts: ReadonlyMap<string, Verdict> | undefined;

  const status = (reference: string): ImageStatus =>
    statuses.get(reference) ??
    (vscode.workspace.isTrusted
      ? { kind: "not-checked", why: "It has not been asked for yet." }
      : { kind: "not-checked", why: "This workspace is not trusted, so no registry is asked." });

  /** Findings and lists are worked out again when somebody asks for them. */
  const forget = (paths: Iterable<string>): void => {
    images = undefined;
    for (const path of paths) findings.delete(path);
  };

  /** Whether anything signs is a question about all documents: where the answer changes, so may what is said of each. */
  const changed = (paths: readonly string[], signed: boolean): void => {
    const all = signed === signing.size > 0 ? paths : [...new Set([...paths, ...documents.keys()])];
    forget(all);
    changes.fire({ kind: "documents", paths: all });
  };

  const model: Model = {
    onDidChange: changes.event,
    get ready() {
      return ready;
    },
    whenReady: () => read,
    get rulebook() {
      return rulebook;
    },
    documents: () => [...documents.values()],
    document: (path) => documents.get(path),
    useAt: (path, offset) => documents.get(path)?.images.find(({ span }) => span.start <= offset && offset <= span.end),
    images: () => (images ??= imagesOf([...documents.values()], status)),
    pathsUsing(references) {
      const wanted = new Set(references);
      const using = model.images().filter((image) => wanted.has(image.reference) || wanted.has(tagKey(image)));
      return [...new Set(using.flatMap(({ uses }) => uses.map(({ document }) => document.path)))];
    },
    status,
    verdicts: () => (verdicts ??= judgedOf(statuses)),
    findings(path) {
      const known = findings.get(path);
      if (known !== undefined) return known;
      const document = documents.get(path);
      if (document === undefined) return [];
      const options = { policy: rulebook.policy, time: now(), workspaceSigns: () => signing.size > 0, signers };
      const found = check([document], model.verdicts(), rulebook.configuration, options);
      findings.set(path, found);
      return found;
    },
    putDocuments(added) {
      const signed = signing.size > 0;
      for (const document of added) {
        documents.set(document.path, document);
        if (maySignImages(document)) signing.add(document.path);
        else signing.delete(document.path);
      }
      changed(
        added.map(({ path }) => path),
        signed,
      );
    },
    dropDocuments(paths) {
      const dropped = paths.filter((path) => documents.delete(path));
      if (dropped.length === 0) return;
      const signed = signing.size > 0;
      for (const path of dropped) signing.delete(path);
      changed(dropped, signed);
    },
    putStatuses(changed) {
      for (const [reference, value] of changed) statuses.set(reference, value);
      verdicts = undefined;
      forget(model.pathsUsing([...changed.keys()]));
      changes.fire({ kind: "verdicts", references: [...changed.keys()] });
    },
    putRulebook(value) {
      rulebook = value;
      forget(documents.keys());
      changes.fire({ kind: "policy" });
    },
    putSigners(value) {
      if (JSON.stringify(value) === JSON.stringify(signers)) return;
      signers = value;
      const paths = [...findings].flatMap(([path, found]) =>
        found.some(({ rule }) => rule === imagePushedNotSigned.id) ? [path] : [],
      );
      forget(paths);
      changes.fire({ kind: "documents", paths });
    },
    markReady() {
      ready = true;
      settle();
      changes.fire({ kind: "ready" });
    },
    dispose: () => changes.dispose(),
  };
  return model;
}

/** What the tag of a pinned image alone is asked for as. */
function tagKey({ uses: [first] }: ImageEntry): string {
  const tag = first?.use.reference === undefined ? undefined : tagOf(first.use.reference);
  return tag === undefined ? "" : formatReference(tag);
}

/** The references of a document, each once, normalised. */
export function referencesOf(document: Document): readonly string[] {
  const references = document.images.flatMap((use) => referenceOf(use) ?? []);
  return [...new Set(references)];
}

/** Verdicts as rules see them: while an image is asked again, its last verdict stands. */
function judgedOf(statuses: ReadonlyMap<string, ImageStatus>): ReadonlyMap<string, Verdict> {
  const judged = new Map<string, Verdict>();
  for (const [reference, status] of statuses) {
    if (status.kind === "judged") judged.set(reference, status.verdict);
    else if (status.kind === "checking" && status.previous !== undefined) judged.set(reference, status.previous);
  }
  return judged;
}
