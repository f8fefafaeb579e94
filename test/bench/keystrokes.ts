import type { Document } from "../../src/core/document/document.ts";

const LINES = 1000;
const STROKES = 60;

const shown = ["dockerfile", "compose", "gitlab-ci", "kubernetes", "github-workflow", "shell"] as const;

/** Types into a file of a thousand lines of several dialects: what is done for each character, read and checked anew. */
export function measureKeystrokes(documents: readonly Document[], answer: (document: Document) => Document): void {
  for (const dialect of shown) {
    const document = longOf(documents.filter((each) => each.dialect === dialect));
    if (document === undefined) continue;
    const times: number[] = [];
    let images = 0;
    for (let stroke = 0; stroke < STROKES; stroke++) {
      const at = document.text.indexOf("\n", Math.floor((document.text.length * stroke) / STROKES));
      const typed = { ...document, text: `${document.text.slice(0, at)} # ${stroke}${document.text.slice(at)}` };
      const started = performance.now();
      images = answer(typed).images.length;
      times.push(performance.now() - started);
    }
    const sorted = times.slice(10).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const longest = sorted.at(-1) ?? 0;
    const lines = document.text.split("\n").length;
    console.log(
      `  keystroke, ${dialect.padEnd(16)}${median.toFixed(1)} ms, at most ${longest.toFixed(1)} ms (${lines} lines, ${images} references)`,
    );
  }
}

/** A file of a thousand lines, made of those of its dialect. */
function longOf(documents: readonly Document[]): Document | undefined {
  const [first] = documents;
  if (first === undefined) return undefined;
  let text = withoutVolumes(first.text);
  for (let next = 1; text.split("\n").length < LINES && next < documents.length; next++) {
    const more = documents[next]?.text ?? "";
    text += extend(first.dialect, more, next);
  }
  return { ...first, text };
}

/** What a further file adds, so that the whole stays one valid file. */
function extend(dialect: Document["dialect"], text: string, index: number): string {
  switch (dialect) {
    case "kubernetes":
      return `---\n${text}`;
    case "compose":
    case "github-workflow":
    case "gitlab-ci":
      return bodyOf(text, index);
    default:
      return text;
  }
}

/** The services or jobs of a file under names that the file does not have yet. */
function bodyOf(text: string, index: number): string {
  const start = /^(?:services|jobs):\n|^stages:.*\n/m.exec(text);
  const body = start === null ? "" : text.slice(start.index + start[0].length);
  return withoutVolumes(body).replace(/^( *)(service|job)-(\d+):/gm, `$1$2-${index}-$3:`);
}

function withoutVolumes(text: string): string {
  return text.replace(/^volumes:\n(?: .*\n)*/m, "");
}
