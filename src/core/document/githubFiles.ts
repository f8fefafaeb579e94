import type { Span } from "../image/span.ts";
import { partsOfSlice, valueOfWord, wholeSlice } from "../shell/wordValue.ts";
import type { ShellCommand, ShellWord, WordPart } from "./document.ts";
import type { PlacedText } from "./githubScope.ts";

/** A value that a step writes; undefined where it cannot be known. */
export interface GithubWritten {
  readonly value: PlacedText | undefined;
  /** What it is in each job of a matrix, where that differs. */
  readonly rows?: readonly (PlacedText | undefined)[];
}

/** What a step writes to the files that GitHub reads after it. */
export interface GithubFiles {
  readonly environment: ReadonlyMap<string, GithubWritten>;
  readonly outputs: ReadonlyMap<string, GithubWritten>;
}

const printers = /^(?:echo|printf|Write-Output|Write-Host)$/i;
/** `>> "$GITHUB_ENV"`, `| tee -a $GITHUB_ENV`, `| Out-File -FilePath $env:GITHUB_ENV -Append` */
const appended =
  /^[ \t]*(?:>>?|\|[ \t]*(?:tee[ \t]+(?:-a|--append)|Out-File\b[^\n|]*?|Add-Content\b[^\n|]*?))[ \t]*["']?\$(?:\{|env:)?GITHUB_(ENV|OUTPUT)\b/i;
/** `{ ...; } >> "$GITHUB_ENV"` */
const grouped = /(?:^|[\s;])\{\s([\s\S]{0,10000}?)[\s;]\}[ \t]*>>?[ \t]*["']?\$\{?GITHUB_(ENV|OUTPUT)\b/g;
/** `cat <<EOF >> "$GITHUB_ENV"`, with the lines of the here-document. */
const printed =
  /\bcat\b[^\n]{0,200}?<<-?[ \t]*(["']?)(\w+)\1([^\n]{0,200})\n([\s\S]{0,10000}?)\n[ \t]*\2[ \t]*(?=\n|$)/g;
const target = />>?[ \t]*["']?\$\{?GITHUB_(ENV|OUTPUT)\b/;
/** The workflow commands that stood for those files before there were any. */
const legacy = /^::set-(env|output) name=([^:,]+)::/;

/**
 * The variables and outputs that the commands of a script write (GitHub's documentation, "Workflow commands"). A name
 * that is written differently at several places, in branches for example, is not known. `combinations` are the jobs of a
 * matrix, as the commands were read with them.
 */
export function githubFiles(commands: readonly ShellCommand[], text: string, combinations?: object): GithubFiles {
  const environment = new Map<string, GithubWritten>();
  const outputs = new Map<string, GithubWritten>();
  const first = commands[0]?.span.start ?? 0;
  const last = commands.at(-1)?.span.end ?? 0;
  const script = text.slice(first, last + 2000);
  if (!/GITHUB_(?:ENV|OUTPUT)|::set-/i.test(script)) return { environment, outputs };
  const groups = [...script.matchAll(grouped)].map(({ 0: whole, index, 2: file }) => ({
    start: first + index,
    end: first + index + whole.length,
    file,
  }));
  for (const command of commands) {
    const [program, ...words] = command.words;
    const word = words.findLast(({ text: said }) => said === undefined || !/^-[neE]+$/.test(said));
    if (word === undefined || !printers.test(program?.text ?? "")) continue;
    const around = groups.find(({ start, end }) => start <= command.span.start && command.span.end <= end);
    const file = appended.exec(text.slice(word.span.end, word.span.end + 200))?.[1] ?? around?.file;
    const written = words.length === 1 || file !== undefined ? assignmentOf(word, text, file, combinations) : undefined;
    if (written === undefined) continue;
    set(written.file.toUpperCase() === "ENV" ? environment : outputs, written.name, written);
  }
  for (const { 0: whole, 4: lines = "", index } of script.matchAll(printed)) {
    const head = whole.slice(0, whole.indexOf("\n"));
    const file = target.exec(head)?.[1];
    if (file === undefined || first + index > last) continue;
    const start = first + index + head.length + 1;
    for (const line of lines.matchAll(/^[ \t]*([A-Za-z_][\w-]*)=([^\n]*?)[ \t\r]*$/gm)) {
      const [all, name = "", said = ""] = line;
      const end = start + line.index + all.trimEnd().length;
      const value = /[$`\\]/.test(said) ? undefined : { text: said, span: { start: end - said.length, end } };
      set(file === "ENV" ? environment : outputs, name, { value });
    }
  }
  return { environment, outputs };
}

/** A name that is written differently at several places is not known. */
function set(names: Map<string, GithubWritten>, name: string, written: GithubWritten): void {
  const before = names.get(name);
  const isSame = before === undefined || identityOf(before) === identityOf(written);
  names.set(name, isSame ? written : { value: undefined });
}

function identityOf({ value, rows }: GithubWritten): string {
  return JSON.stringify([value?.text, rows?.map((row) => row?.text)]);
}

interface Assignment extends GithubWritten {
  readonly file: string;
  readonly name: string;
}

function assignmentOf(
  word: ShellWord,
  document: string,
  file: string | undefined,
  combinations: object | undefined,
): Assignment | undefined {
  const value = valueOfWord(word, document);
  const found = legacy.exec(value.text);
  const name = found?.[2] ?? (file === undefined ? undefined : /^([A-Za-z_][\w-]*)=/.exec(value.text)?.[1]);
  const target = found?.[1] ?? file;
  if (name === undefined || target === undefined) return undefined;
  const from = found?.[0].length ?? name.length + 1;
  const parts = partsOfSlice({ ...wholeSlice(value), from });
  const text = parts.some((part) => part.text === undefined) ? undefined : parts.map((part) => part.text).join("");
  if (text === undefined) {
    const rows = combinations === undefined ? undefined : rowsOf(parts, combinations, word.span);
    return { file: target, name, value: undefined, ...(rows === undefined ? {} : { rows }) };
  }
  const [only] = parts;
  const span = (parts.length === 1 ? only?.literal : undefined) ?? word.span;
  // `printf` ends its line itself.
  return { file: target, name, value: { text: text.replace(/(?:\\n|\n)$/, ""), span } };
}

/** What parts say in each job of a matrix. */
function rowsOf(
  parts: readonly WordPart[],
  combinations: object,
  span: Span,
): readonly (PlacedText | undefined)[] | undefined {
  const count = parts.find(({ group }) => group === combinations)?.choices?.length ?? 0;
  if (count === 0) return undefined;
  return Array.from({ length: count }, (_, row): PlacedText | undefined => {
    const texts = parts
      .flatMap((part) => (part.group === combinations ? (part.choices?.[row] ?? [part]) : [part]))
      .map((part) => part.text);
    const isKnown = texts.every((text) => text !== undefined);
    return isKnown ? { text: texts.join("").replace(/(?:\\n|\n)$/, ""), span, isMade: true } : undefined;
  });
}
