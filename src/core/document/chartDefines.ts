import { keepingLast } from "../lastResults.ts";
import { helperFiles, type FileStage } from "./chartFiles.ts";
import { parseTemplate, type TemplateNode } from "./goTemplate.ts";
import type { Siblings } from "./siblings.ts";
import type { TemplateContext } from "./templateEvaluate.ts";

const definesOf = keepingLast(24, (text) => parseTemplate(text).defines);

/**
 * The named templates that the template at `path` of the chart in `folder` sees, in the order in which they are looked
 * for: its own, then those of the chart's files.
 */
export function namedTemplates(
  path: string,
  folder: string,
  own: string,
  siblings: Siblings,
): TemplateContext["define"] {
  const known = new Map<string, readonly TemplateNode[]>();
  const learn = (text: string): void => {
    for (const [name, nodes] of definesOf(text)) if (!known.has(name)) known.set(name, nodes);
  };
  const stages = helperStages(path, folder, siblings);
  const isRead = new Set([path]);
  let isOwnRead = false;
  let isEnd = false;
  return (name) => {
    if (!isOwnRead && own.includes("define")) learn(own);
    isOwnRead = true;
    while (!isEnd && !known.has(name)) {
      const next = stages.next();
      isEnd = next.done === true;
      let isWaiting = false;
      for (const place of next.value ?? []) {
        if (isRead.has(place)) continue;
        isRead.add(place);
        const text = siblings(place);
        if (text === undefined) isWaiting = true;
        else learn(text);
      }
      // What is said to be there and is not known may hold it.
      isEnd ||= isWaiting && siblings(`${folder}templates/`) !== undefined;
    }
    return known.get(name);
  };
}

function* helperStages(path: string, folder: string, siblings: Siblings): Generator<FileStage, void> {
  const beside = path.slice(0, path.lastIndexOf("/") + 1);
  const group = beside.split("/").at(-2) ?? "";
  const stages = helperFiles(folder, siblings);
  const first = stages.next().value ?? [];
  const isListed = siblings(`${folder}templates/`) !== undefined;
  yield beside === `${folder}templates/` || isListed
    ? first
    : [...first, ...["_helpers.tpl", `_helpers-${group}.tpl`].map((name) => beside + name)];
  yield* stages;
}
