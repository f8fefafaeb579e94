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
 * A script of PowerShell or of the command prompt in the words of a POSIX shell, as far as running programs goes: lines
 * that continue, plain assignments and the environment. Every character keeps its place.
 */
export function asPosixScript(text: string, shell: WindowsShell): string {
  if (shell === "cmd")
    return text
      .replaceAll(/\^(?=\r?\n)/g, "\\")
      .replaceAll(/^([ \t]*)(?:rem|::)(?=[ \t]|\r?$)/gim, (whole: string) => `#${" ".repeat(whole.length - 1)}`)
      .replaceAll(/^[ \t]*@(?=\w)/gm, (whole) => " ".repeat(whole.length));
  return text
    .replaceAll(/`(?=\r?\n)/g, "\\")
    .replaceAll(/<#[\s\S]{0,20000}?#>/g, blank)
    .replaceAll(
      /\bparam[ \t\r\n]*\((?:[^()"'#]|"[^"\r\n]*"|'[^'\r\n]*'|#[^\r\n]*(?![^\r\n])|\([^()]*\)){0,2000}\)/gi,
      parameters,
    )
    .replaceAll(/\$env:(?=\w)/gi, "$env_")
    .replaceAll(/\$\{env:(?=\w)/gi, "${env_")
    .replaceAll(/^([ \t]*)\$(\w+)([ \t]*=[ \t]*)(?=["'])/gm, (whole: string, _, name: string) =>
      `${name}=`.padStart(whole.length),
    )
    .replaceAll(/^[ \t]*\$\w+[ \t]*=[ \t]*(?=[A-Za-z&])/gm, (whole) => " ".repeat(whole.length));
}

function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, " ");
}

/** `param([string]$Image = "node:22")`: what a caller does not give. */
function parameters(block: string): string {
  let at = 0;
  let kept = "";
  for (const { index, 0: whole, 1: name = "", 2: value = "" } of block.matchAll(
    /\$(\w+)[ \t]*=[ \t]*("[^"\r\n]*"|'[^'\r\n]*')/g,
  )) {
    kept += blank(block.slice(at, index)) + `${name}=${value}`.padStart(whole.length);
    at = index + whole.length;
  }
  return kept + blank(block.slice(at));
}

/** The environment under the names that `asPosixScript` gives it. */
export function windowsEnvironment(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [`env_${name}`, value]));
}
