import { parseArgs, type ParseArgsConfig } from "node:util";
import { AppError } from "../application/errors.ts";

const formats = ["text", "json", "sarif", "github"] as const;
const thresholds = ["error", "warning", "note", "never"] as const;

/** How results are printed. */
export type Format = (typeof formats)[number];

/** From which severity on findings make the command fail. */
export type Threshold = (typeof thresholds)[number];

/** Options that say whom to trust; spelled as cosign spells them. */
export const trustOptions = {
  policy: { type: "string", multiple: true },
  key: { type: "string", multiple: true },
  "certificate-identity": { type: "string" },
  "certificate-identity-regexp": { type: "string" },
  "certificate-oidc-issuer": { type: "string" },
  "certificate-oidc-issuer-regexp": { type: "string" },
  "trusted-root": { type: "string" },
} as const satisfies ParseArgsConfig["options"];

/** Options of every command that asks registries. */
export const networkOptions = {
  offline: { type: "boolean" },
  "plain-http": { type: "string", multiple: true },
} as const satisfies ParseArgsConfig["options"];

/** Options of commands that judge: by evidence from elsewhere, for others to judge, and how they came to it. */
export const evidenceOptions = {
  evidence: { type: "string" },
  "export-evidence": { type: "string" },
  explain: { type: "boolean" },
} as const satisfies ParseArgsConfig["options"];

/** What `inspect` asks besides. */
export const pinOptions = {
  "check-pins": { type: "boolean" },
} as const satisfies ParseArgsConfig["options"];

/** Options of every command that reports. */
export const reportOptions = {
  format: { type: "string" },
  "fail-on": { type: "string" },
} as const satisfies ParseArgsConfig["options"];

/** Parses a command's arguments; what does not fit is AppError `usage`, in one sentence. */
export function parseOptions<const T extends NonNullable<ParseArgsConfig["options"]>>(
  command: string,
  args: readonly string[],
  options: T,
): {
  readonly values: ReturnType<typeof parseArgs<{ options: T }>>["values"];
  readonly positionals: readonly string[];
} {
  try {
    const { values, positionals } = parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? "") : String(error);
    throw new AppError("usage", `${message.replace(/\.$/, "")}; see 'countersign ${command} --help'.`, {
      cause: error,
    });
  }
}

/** The value of `--format`; `text` where it is not given. */
export function formatOf(command: string, value: string | undefined, allowed: readonly Format[] = formats): Format {
  return oneOf(command, "--format", value ?? "text", allowed);
}

/** The value of `--fail-on`; `error` where it is not given. */
export function thresholdOf(command: string, value: string | undefined): Threshold {
  return oneOf(command, "--fail-on", value ?? "error", thresholds);
}

/** A value out of a closed list; AppError `usage` names the list. */
export function oneOf<T extends string>(command: string, option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const list = `${allowed.slice(0, -1).join(", ")}${allowed.length > 1 ? " or " : ""}${allowed.at(-1) ?? ""}`;
  throw new AppError("usage", `${option} must be ${list}, not '${value}'; see 'countersign ${command} --help'.`);
}

const units: ReadonlyMap<string | undefined, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** A time span such as `90s`, `15m` or `2h`, in milliseconds. */
export function durationOf(command: string, option: string, value: string): number {
  const match = /^(\d{1,6})([smh])$/.exec(value);
  const unit = units.get(match?.[2]);
  if (match === null || unit === undefined) {
    throw new AppError(
      "usage",
      `${option} must be a time span such as 90s, 15m or 2h, not '${value}'; see 'countersign ${command} --help'.`,
    );
  }
  return Number(match[1]) * unit;
}
