import type { Placeholder, TemplateScope } from "./template.ts";

/** Modules that split their command into words themselves, so that the end of a line is a blank (Ansible, `command`). */
const withoutShell = new Set(["command", "win_command", "expect"]);
/** Modules that write a file and check it first with a command, which no shell reads. */
const validating = new Set(["assemble", "blockinfile", "copy", "lineinfile", "replace", "template"]);

/** Whether a module runs its command without a shell. */
export function isWithoutShell(module: string): boolean {
  return withoutShell.has(module);
}

/** Whether a module checks what it writes with the command under `validate`. */
export function isValidating(module: string): boolean {
  return validating.has(module);
}

/** A scope in which ends of lines outside of quotes are blanks, but for those that a backslash takes away. */
export function inOneLine({ syntax, lookup }: TemplateScope): TemplateScope {
  const oneLine = (source: string): readonly Placeholder[] => {
    const found = syntax(source);
    return source.includes("\n") ? withBlanks(source, found) : found;
  };
  return { syntax: oneLine, lookup };
}

function withBlanks(source: string, found: readonly Placeholder[]): readonly Placeholder[] {
  const all: Placeholder[] = [];
  let quote = "";
  let at = 0;
  const scan = (end: number): void => {
    for (; at < end; at++) {
      const sign = source[at] ?? "";
      if (sign === "\\" && quote !== "'") at++;
      else if (quote !== "") quote = sign === quote ? "" : quote;
      else if (sign === '"' || sign === "'") quote = sign;
      else if (sign === "\n" && source.slice(at).trim() !== "") all.push({ start: at, end: at + 1, text: " " });
    }
  };
  for (const placeholder of found) {
    scan(placeholder.start);
    all.push(placeholder);
    at = Math.max(at, placeholder.end);
  }
  scan(source.length);
  return all;
}
