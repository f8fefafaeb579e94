import type { FileTask } from "../../application/ports.ts";
import { dialectOfPath } from "../../core/document/detect.ts";

/** Tasks that are dealt out to readers while more of them come. */
export interface Shares {
  add(tasks: readonly FileTask[]): void;
  /** What a reader is to do next; nothing where nothing is left. */
  next(reader: number): readonly FileTask[];
}

interface Kind {
  readonly tasks: FileTask[];
  /** The reader that began with this kind. */
  reader?: number;
}

/**
 * Deals tasks, at most `atOnce` at a time. Each reader is a process that compiles for itself what it runs, so each is
 * given files of as few kinds as can be: it stays with its own, then begins with one that nobody has, and then helps
 * where most is left.
 */
export function createShares(atOnce: number): Shares {
  const kinds = new Map<string, Kind>();
  const most = (accepts: (kind: Kind) => boolean): Kind | undefined => {
    let found: Kind | undefined;
    for (const kind of kinds.values())
      if (kind.tasks.length > (found?.tasks.length ?? 0) && accepts(kind)) found = kind;
    return found;
  };
  return {
    add(tasks) {
      for (const task of tasks) {
        const name = dialectOfPath(task.path) ?? "";
        const kind = kinds.get(name);
        if (kind === undefined) kinds.set(name, { tasks: [task] });
        else kind.tasks.push(task);
      }
    },
    next(reader) {
      const kind = most((one) => one.reader === reader) ?? most((one) => one.reader === undefined) ?? most(() => true);
      if (kind === undefined) return [];
      kind.reader ??= reader;
      return kind.tasks.splice(-atOnce);
    },
  };
}
