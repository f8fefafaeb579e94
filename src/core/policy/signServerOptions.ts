import { pathProblem } from "./configurationValue.ts";
import { createServiceOptionReader } from "./serviceOptions.ts";

/** One worker: SignServer tells neither its key nor its algorithm, so both are configured. */
export interface SignServerWorker {
  readonly name: string;
  /** PEM file of its certificate and those above it, workspace-relative. */
  readonly chainFile: string;
}

/** What `options` of a service of the type `signserver` say. */
export interface SignServerOptions {
  readonly workers: readonly SignServerWorker[];
  /** How its workers sign with RSA. */
  readonly rsa: "rsa-pkcs1v15" | "rsa-pss";
  /** Where it is mounted, below the origin. */
  readonly path: string;
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
}

/** Reads the options of a service of the type `signserver` (Keyfactor SignServer). What is wrong comes as sentences; then there is no value. */
export function readSignServerOptions(options: Readonly<Record<string, string>>): {
  readonly value: SignServerOptions | undefined;
  readonly wrong: readonly string[];
} {
  const reader = createServiceOptionReader("signserver", ["workers", "rsa", "path", "caFile"], options);
  const entries = reader.list("workers", /^[\w.-]{1,100}=.{1,300}$/, "of the form NAME=FILE");
  const workers = entries.flatMap((entry) => {
    const at = entry.indexOf("=");
    return at < 1 ? [] : [{ name: entry.slice(0, at), chainFile: entry.slice(at + 1) }];
  });
  if (workers.length === 0)
    reader.complain("'workers' is required: NAME=FILE, the file with the worker's certificates.");
  for (const { chainFile } of workers) {
    const problem = pathProblem(chainFile);
    if (problem !== undefined) reader.complain(`The file in 'workers' ${problem}.`);
  }
  const rsa = reader.oneOf("rsa", ["rsa-pkcs1v15", "rsa-pss"] as const) ?? "rsa-pkcs1v15";
  const path = reader.text("path", /^(?:\/[\w-][\w.-]*){1,6}$/, "a path such as /signserver") ?? "/signserver";
  const caFile = reader.file("caFile");
  if (reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return { value: { workers, rsa, path, ...(caFile === undefined ? {} : { caFile }) }, wrong: [] };
}
