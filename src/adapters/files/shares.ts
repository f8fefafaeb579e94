import { dialectOfPath } from "../../core/document/detect.ts";
import type { FileTask } from "../../application/ports.ts";

/** What is left for one thread: the tasks from `start` to before `end`. */
interface Share {
  start: number;
  end: number;
}

/**
 * Deals tasks out to threads, some at a time. Each thread compiles what it runs for itself, so each is given files of as
 * few kinds as can be: the tasks stand by kind, every thread begins at a place of its own, and one that is done takes
 * from the end of what most is left of.
 */
export function dealTasks(
  tasks: readonly FileTask[],
  threads: number,
  atOnce: number,
): (thread: number) => readonly FileTask[] {
  const byKind = tasks
    .map((task) => ({ task, kind: dialectOfPath(task.path) ?? "" }))
    .sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0))
    .map(({ task }) => task);
  const border = (thread: number): number => Math.round((byKind.length * thread) / threads);
  const shares = Array.from({ length: threads }, (_, thread): Share => ({
    start: border(thread),
    end: border(thread + 1),
  }));
  return (thread) => {
    const own = shares[thread];
    if (own !== undefined && own.start < own.end) {
      const { start } = own;
      own.start = Math.min(start + atOnce, own.end);
      return byKind.slice(start, own.start);
    }
    const [longest] = shares.toSorted((a, b) => b.end - b.start - (a.end - a.start));
    if (longest === undefined) return [];
    const { end } = longest;
    longest.end = Math.max(longest.start, end - atOnce);
    return byKind.slice(longest.end, end);
  };
}
