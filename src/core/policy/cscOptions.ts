import { createServiceOptionReader } from "./serviceOptions.ts";

/** What `options` of a service of the type `csc` say. */
export interface CscOptions {
  /** Which of the two generations of the specification it speaks. */
  readonly specification: "v1" | "v2";
  /** Where its methods are, below the origin. */
  readonly path: string;
  /** Ids of credentials to offer, for those who may not list them; all without it. */
  readonly credentials: readonly string[];
  /** How signatures are asked for: answered at once, or collected later. */
  readonly mode: "synchronous" | "asynchronous";
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
}

/** Reads the options of a service of the type `csc` (Cloud Signature Consortium). What is wrong comes as sentences; then there is no value. */
export function readCscOptions(options: Readonly<Record<string, string>>): {
  readonly value: CscOptions | undefined;
  readonly wrong: readonly string[];
} {
  // What the specification calls a credential is a key with its certificate; the word is kept for secrets here.
  const reader = createServiceOptionReader("csc", ["specification", "path", "keys", "mode", "caFile"], options);
  const specification = reader.oneOf("specification", ["v1", "v2"] as const) ?? "v2";
  const path = reader.text("path", /^(?:\/[\w-][\w.-]*){1,6}$/, "a path such as /csc/v2") ?? `/csc/${specification}`;
  const credentials = reader.list("keys", /^[\w.:@/+=-]{1,200}$/, "the id of a credential");
  const mode = reader.oneOf("mode", ["synchronous", "asynchronous"] as const) ?? "synchronous";
  const caFile = reader.file("caFile");
  if (reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return { value: { specification, path, credentials, mode, ...(caFile === undefined ? {} : { caFile }) }, wrong: [] };
}
