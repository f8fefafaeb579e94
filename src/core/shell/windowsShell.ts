import { fromCommandPrompt } from "./commandPrompt.ts";
import type { PiecedText } from "./origin.ts";
import { fromPowerShell } from "./powerShell.ts";

/** Shells of Windows whose scripts are read for the programs that they run. */
export type WindowsShell = "powershell" | "cmd";

/** Which shell of Windows a name stands for; undefined for any other. */
export function windowsShellOf(name: string): WindowsShell | undefined {
  const [first = ""] = name.trim().split(/\s+/);
  const program = first.slice(Math.max(first.lastIndexOf("/"), first.lastIndexOf("\\")) + 1);
  if (/^(?:pwsh|powershell)(?:core)?(?:\.exe)?\b/i.test(program)) return "powershell";
  return /^cmd(?:\.exe)?\b/i.test(program) ? "cmd" : undefined;
}

/**
 * A script of PowerShell or of the command prompt in the words of a POSIX shell, as far as running programs goes, with
 * where each character stands in the script.
 */
export function asPosixScript(text: string, shell: WindowsShell): PiecedText {
  return shell === "cmd" ? fromCommandPrompt(text) : fromPowerShell(text);
}

/** The environment under the names that `asPosixScript` gives it. */
export function windowsEnvironment(
  environment: Readonly<Record<string, string>>,
  shell: WindowsShell,
): Readonly<Record<string, string>> {
  const prefix = shell === "cmd" ? "" : "env_";
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [`${prefix}${name.toLowerCase()}`, value]),
  );
}
