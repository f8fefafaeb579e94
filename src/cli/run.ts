import { AppError } from "../application/errors.ts";
import { exitCodes } from "./exitCodes.ts";
import { generalHelp, commandHelp } from "./help.ts";
import type { Host } from "./host.ts";
import { UnfinishedSigning } from "./unfinishedSigning.ts";

/** One command: takes the arguments after its name, gives the exit code. Throws AppError. */
type Command = (args: readonly string[], host: Host) => Promise<number>;

// Each command is loaded only when it is asked for, so that `--help` and `images` do not wait for certificates and registries.
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["images", async () => (await import("./commands/images.ts")).images],
  ["inspect", async () => (await import("./commands/inspect.ts")).inspect],
  ["verify", async () => (await import("./commands/verify.ts")).verify],
  ["verify-bundle", async () => (await import("./commands/verifyBundle.ts")).verifyBundle],
  ["propose", async () => (await import("./commands/propose.ts")).propose],
  ["sign", async () => (await import("./commands/sign.ts")).sign],
  ["attest", async () => (await import("./commands/attest.ts")).attest],
  ["certify", async () => (await import("./commands/certify.ts")).certify],
  ["pipeline-step", async () => (await import("./commands/pipelineStep.ts")).pipelineStep],
  ["trust", async () => (await import("./commands/trustRoot.ts")).trustRoot],
  ["explain", async () => (await import("./commands/explain.ts")).explain],
  ["trial", async () => (await import("./commands/trial.ts")).trial],
  ["plugin", async () => (await import("./commands/plugin.ts")).plugin],
  // What other programs start by names of their own; see programName.ts.
  ["__notation-plugin", async () => (await import("./plugins/notation.ts")).notationPlugin],
  ["__sigstore-kms-plugin", async () => (await import("./plugins/sigstoreKms.ts")).sigstoreKmsPlugin],
  // What `trial up` starts in the background; not for people, so no help names it.
  ["__trial-daemon", async () => (await import("./commands/trialDaemon.ts")).trialDaemon],
]);

/** Runs the command line and gives its exit code. Never throws: whatever fails is said in words, and in JSON where that was asked for. */
export async function run(args: readonly string[], host: Host): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined) {
      host.error(generalHelp);
      return exitCodes.usage;
    }
    if (name === "--help" || name === "-h" || name === "help") {
      await host.output(rest[0] === undefined ? generalHelp : commandHelp(rest[0]));
      return exitCodes.clean;
    }
    if (name === "--version" || name === "version") {
      await host.output(`${(await import("./version.ts")).version}\n`);
      return exitCodes.clean;
    }
    // What stands in a plug-in's arguments is another program's, a word such as --help too.
    const isPlugin = name.startsWith("__");
    const load = commands.get(name);
    if (load === undefined) {
      throw new AppError("usage", `'${name}' is no command of countersign; see 'countersign --help'.`);
    }
    if (!isPlugin && rest.slice(0, endOfOptions(rest)).some((word) => word === "--help" || word === "-h")) {
      await host.output(commandHelp(name));
      return exitCodes.clean;
    }
    const command = await load();
    return await command(rest, host);
  } catch (error) {
    return fail(error, args, host);
  }
}

function endOfOptions(args: readonly string[]): number {
  const at = args.indexOf("--");
  return at < 0 ? args.length : at;
}

async function fail(error: unknown, args: readonly string[], host: Host): Promise<number> {
  if (host.signal.aborted) {
    // What was cancelled may have left something behind (a request at a service), and then says so itself.
    host.error(error instanceof AppError && error.code === "cancelled" ? `${error.message}\n` : "Cancelled.\n");
    return exitCodes.interrupted;
  }
  const known = error instanceof AppError;
  const code = known ? error.code : "internal";
  const message = known
    ? error.message
    : `Something went wrong inside countersign: ${describe(error)} Please report it.`;
  const { printProblem } = await import("./output.ts");
  await printProblem({ code, message }, args, host, error instanceof UnfinishedSigning ? error.ticket : undefined);
  if (!known && host.environment["COUNTERSIGN_DEBUG"] !== undefined && error instanceof Error) {
    host.error(`${error.stack ?? ""}\n`);
  }
  return exitCodeOf(code);
}

function exitCodeOf(code: AppError["code"]): number {
  switch (code) {
    case "usage":
    case "configuration":
      return exitCodes.usage;
    case "service-denied":
    case "signature-not-verified":
    case "attach-failed":
    case "timestamp-refused":
    case "file-unwritable":
      return exitCodes.found;
    default:
      return exitCodes.unchecked;
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.endsWith(".") ? message : `${message}.`;
}
