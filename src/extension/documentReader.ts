import { setImmediate } from "node:timers/promises";
import type { Files } from "../application/ports.ts";
import type { Document } from "../core/document/document.ts";
import { createDependents, type FileChange } from "./dependents.ts";

/** What reading came to: documents, and paths that hold nothing any more. */
export interface Outcome {
  readonly read: readonly Document[];
  readonly dropped: readonly string[];
}

/** A text to read. */
export interface Reading {
  readonly path: string;
  readonly text: string;
  /** Whether another text counts by now, so that this one need not be read to its end. */
  readonly isStale: () => boolean;
}

/** What reading needs to know of the editor. */
export interface ReaderPorts {
  readonly files: Pick<Files, "read">;
  /** What is typed into a file and not saved; undefined where the file itself counts. */
  readonly unsaved: (path: string) => string | undefined;
  /** What was read last. */
  readonly document: (path: string) => Document | undefined;
}

/** Reads files that changed, and those that look into them, and nothing else. */
export interface DocumentReader {
  /** Takes note of what a file looked into that somebody else has read. */
  note(this: void, path: string, siblings: readonly string[]): void;
  /** Whether just this text was read, beside the files that it looks into. */
  isRead(this: void, path: string, text: string): boolean;
  /** What looks into files that changed, as it was read last or is typed. */
  dependents(this: void, changes: readonly FileChange[]): readonly Reading[];
  /** Reads texts, of one file the first, and each file that they look into once; throws only what the signal was aborted with. */
  read(this: void, readings: readonly Reading[], signal: AbortSignal): Promise<Outcome>;
}

/** How long files are read before the editor gets its turn, in milliseconds. */
const sliceTime = 10;

export function createDocumentReader({ files, unsaved, document: known }: ReaderPorts): DocumentReader {
  const dependents = createDependents();
  const resolved = new Set<string>();
  // What is typed counts for the files that look into it, too.
  const asTyped: Pick<Files, "read"> = {
    async read(path, options) {
      return unsaved(path) ?? (await files.read(path, options));
    },
  };
  return {
    note: dependents.note,
    isRead: (path, text) => resolved.has(path) && known(path)?.text === text,
    dependents: (changes) =>
      dependents.of(changes).flatMap((path) => {
        const document = known(path);
        const text = document === undefined ? undefined : (unsaved(path) ?? document.text);
        return text === undefined ? [] : [{ path, text, isStale: () => known(path) !== document }];
      }),
    async read(readings, signal) {
      const [{ resolveDocument }, { mayHoldReferences }, { resolveDocuments }] = await readers();
      const documents = new Map<string, Document>();
      const missing = new Map<string, readonly string[]>();
      const firsts = new Map(readings.toReversed().map((reading) => [reading.path, reading]));
      const wanted = [...firsts.values()].filter(({ path }) => mayHoldReferences(path));
      let until = Date.now() + sliceTime;
      for (const { path, text, isStale } of wanted) {
        if (isStale()) continue;
        const alone = resolveDocument(text, path, new Map());
        resolved.add(path);
        documents.set(path, alone.document);
        missing.set(path, alone.missing);
        if (Date.now() < until) continue;
        await setImmediate();
        signal.throwIfAborted();
        until = Date.now() + sliceTime;
      }
      const looked = await resolveDocuments(asTyped, documents, missing, { signal });
      for (const [path, siblings] of looked) dependents.note(path, siblings);
      // What was typed meanwhile is read by itself.
      const current = wanted.flatMap(({ path, isStale }) => (isStale() ? [] : (documents.get(path) ?? [])));
      const isNothing = ({ dialect, images }: Document): boolean => dialect === "unrecognised" && images.length === 0;
      return {
        read: current.filter((document) => !isNothing(document)),
        dropped: current.filter(isNothing).map(({ path }) => path),
      };
    },
  };
}

/**
 * Whether a text holds fewer images than before because something in it is begun and not ended: a quote or a bracket that
 * somebody is about to close.
 */
export function isHalfTyped(now: Document | undefined, before: Document | undefined): boolean {
  if (now === undefined || before === undefined) return false;
  return now.problems.length > before.problems.length && now.images.length < before.images.length;
}

function readers() {
  // The readers hold a YAML parser: they load when the first file is read, not when the extension starts.
  return Promise.all([
    import("../core/document/resolveWorkspace.ts"),
    import("../core/document/detect.ts"),
    import("../application/resolveDocuments.ts"),
  ]);
}
