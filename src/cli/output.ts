import type { Inspection } from "../core/report/inspection.ts";
import type { Problem } from "../core/problem.ts";
import { printable } from "../core/report/words.ts";
import type { Host } from "./host.ts";
import type { Format } from "./options.ts";
import type { UnfinishedSigning } from "./unfinishedSigning.ts";
import { version } from "./version.ts";

/** Prints a report on standard output in the format asked for. */
export async function printInspection(inspection: Inspection, format: Format, host: Host): Promise<void> {
  await host.output(await render(inspection, format, host));
}

// Each format is loaded only when it is asked for.
async function render(inspection: Inspection, format: Format, host: Host): Promise<string> {
  switch (format) {
    case "json":
      return (await import("../core/report/toJson.ts")).toJson(inspection);
    case "sarif":
      return (await import("../core/report/toSarif.ts")).toSarif(inspection, { version });
    case "github":
      return (await import("../core/report/toGithub.ts")).toGithub(inspection);
    case "text":
      return (await import("../core/report/toText.ts")).toText(inspection, { ...textStyle(host), now: new Date() });
  }
}

/** Prints one object of a command that has no report, as JSON. */
export async function printJson(value: object, host: Host): Promise<void> {
  await host.output(`${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Says why a command failed: in words on standard error, and as JSON on standard output where that was asked for, with the
 * ticket by which it can be gone on with.
 */
export async function printProblem(
  problem: Problem,
  args: readonly string[],
  host: Host,
  ticket?: UnfinishedSigning["ticket"],
): Promise<void> {
  host.error(`countersign: ${printable(problem.message)} (${problem.code})\n`);
  const format = formatAskedFor(args);
  if (format === "json" && ticket !== undefined)
    return printJson({ status: "failed", ticket, reason: problem, problems: [problem] }, host);
  if (format === "json" || format === "sarif" || format === "github") {
    await printInspection({ documents: [], findings: [], problems: [problem] }, format, host);
  }
}

// The arguments may be what is wrong, so the format is looked for without parsing them.
function formatAskedFor(args: readonly string[]): string | undefined {
  const at = args.findIndex((word) => word === "--format" || word.startsWith("--format="));
  const word = args[at];
  if (word === undefined) return undefined;
  return word.startsWith("--format=") ? word.slice("--format=".length) : args[at + 1];
}

/** Whether to use colour and more than ASCII: no-color.org, and the locale that the C library would choose. */
function textStyle({ environment, terminal }: Host): { readonly colour: boolean; readonly unicode: boolean } {
  const noColour = environment["NO_COLOR"] ?? "";
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "";
  return {
    colour: terminal.output && noColour === "" && environment["TERM"] !== "dumb",
    unicode: process.platform === "win32" || /utf-?8/i.test(locale),
  };
}
