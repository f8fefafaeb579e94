import { createServiceOptionReader } from "./serviceOptions.ts";

/** The types of services that are programs on this machine: they have no URL. */
export const pluginTypes = ["notation-plugin", "sigstore-kms-plugin"] as const;

/** What `options` of a service that is a plug-in say. */
export interface PluginOptions {
  /** The plug-in's name: of `notation-NAME` or `sigstore-kms-NAME`. Where the program is, a workspace cannot say. */
  readonly plugin: string;
  /** Lower-case hex SHA-256 of the program that may be started, and no other. */
  readonly sha256?: string;
  /** Ids of keys, as the plug-in knows them: it cannot list any. */
  readonly keys: readonly string[];
  /** Names of the variables that the plug-in gets besides the usual ones. */
  readonly environment: readonly string[];
  /**
   * PEM file of the key's certificates, workspace-relative: the plug-in tells them only with a signature, if at all. For a
   * plug-in that makes whole envelopes, those of the authority that issues the signer's do.
   */
  readonly chainFile?: string;
  /** What notation passes on as `--plugin-config`. */
  readonly settings: Readonly<Record<string, string>>;
}

const settingPrefix = "config.";

/** Reads the options of a service that is a plug-in. What is wrong comes as sentences; then there is no value. */
export function readPluginOptions(
  type: (typeof pluginTypes)[number],
  options: Readonly<Record<string, string>>,
): { readonly value: PluginOptions | undefined; readonly wrong: readonly string[] } {
  const isNotation = type === "notation-plugin";
  const entries = Object.entries(options);
  const settings = isNotation ? entries.filter(([name]) => name.startsWith(settingPrefix)) : [];
  const reader = createServiceOptionReader(
    type,
    ["plugin", "sha256", "keys", "environment", "chainFile"],
    Object.fromEntries(entries.filter((entry) => !settings.includes(entry))),
  );
  const plugin = reader.text("plugin", /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, "the name of a plug-in");
  const sha256 = reader.text("sha256", /^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");
  const keys = reader.list("keys", /^[^\p{Cc}]{1,500}$/u, "an id of a key");
  const environment = reader.list("environment", /^[A-Za-z_][A-Za-z0-9_]{0,99}$/, "the name of a variable");
  const chainFile = reader.file("chainFile");
  if (plugin === undefined && options["plugin"] === undefined) reader.complain("'plugin' must name the plug-in.");
  if (keys.length === 0) reader.complain("'keys' must name the keys to offer, because a plug-in cannot list them.");
  if (isNotation && chainFile === undefined && options["chainFile"] === undefined)
    reader.complain("'chainFile' must name the file with the keys' certificates, by which signatures are checked.");
  // One file cannot tell which of its certificates is for which id.
  if (isNotation && keys.length > 1) reader.complain("'keys' must name one key; describe a service for each.");
  for (const name of environment.filter((each) => isForbidden(each)))
    reader.complain(`'${name}' in 'environment' decides what a program loads, and is not passed on.`);
  if (plugin === undefined || reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return {
    value: {
      plugin,
      keys,
      environment,
      settings: Object.fromEntries(settings.map(([name, value]) => [name.slice(settingPrefix.length), value])),
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(chainFile === undefined ? {} : { chainFile }),
    },
    wrong: [],
  };
}

/** Variables by which a program is made to run other code than its own: the pin would prove nothing. */
function isForbidden(name: string): boolean {
  return /^(?:LD_|DYLD_|NODE_OPTIONS$|PYTHON|PERL5|RUBYOPT$|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|DOTNET_|CORECLR_|BASH_ENV$|ENV$|PATH$)/i.test(
    name,
  );
}
