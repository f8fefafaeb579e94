import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readPluginOptions, type PluginOptions, type pluginTypes } from "../../../core/policy/pluginOptions.ts";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { OpeningSources } from "../openingSources.ts";
import { readNamedFile } from "../serviceAddress.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { requirePinned } from "./pinnedProgram.ts";
import { runProgram, type ProgramOutcome } from "./runProgram.ts";

/** Looking something up, in milliseconds; signing may have to wait for a person at a token. */
const timeouts = { lookUp: 20_000, sign: 60_000 } as const;

/** One call of a plug-in. */
export interface PluginCall {
  readonly args: readonly string[];
  readonly input: Uint8Array;
  readonly action: string;
  readonly ambiguity?: string;
  readonly signs: boolean;
}

/** A plug-in as its service uses it. */
export interface Plugin {
  readonly name: string;
  readonly options: PluginOptions;
  /** Text of the file with the certificates; undefined where none is named. */
  readonly certificates: string | undefined;
  /** Starts the program, once, after it was made sure that it is the pinned one. */
  call(call: PluginCall, options: WaitOptions): Promise<ProgramOutcome>;
  readonly redact: (text: string) => string;
}

/** Reads what the configuration says of a plug-in; starts nothing. `locate` finds the program. AppError `configuration` or `file-unreadable`. */
export async function openPlugin(
  pointer: ServicePointer,
  type: (typeof pluginTypes)[number],
  locate: (name: string) => Promise<string>,
  sources: OpeningSources,
): Promise<Plugin> {
  const { value: options, wrong } = readPluginOptions(type, pointer.options);
  if (options === undefined)
    throw new AppError(
      "configuration",
      `Signing service '${pointer.name}' cannot be used as .countersign.yaml describes it. ${wrong.join(" ")}`,
    );
  const { environment } = sources.place;
  const secrets = createUsedSecrets();
  for (const name of options.environment) secrets.note(environment[name] ?? "");
  return {
    name: pointer.name,
    options,
    certificates: await readNamedFile(pointer.name, "chainFile", options.chainFile, sources.root),
    redact: secrets.redact,
    call: async ({ signs, ...call }, wait) => {
      const file = await locate(options.plugin);
      await requirePinned(file, { service: pointer.name, sha256: options.sha256 }, wait);
      const timeoutMs = signs ? timeouts.sign : timeouts.lookUp;
      return runProgram({ file, environment, passed: options.environment, timeoutMs, ...call }, wait);
    },
  };
}
