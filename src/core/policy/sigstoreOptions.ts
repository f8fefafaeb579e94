import { createServiceOptionReader } from "./serviceOptions.ts";

/** What `options` of a service of the type `sigstore` say. */
export interface SigstoreOptions {
  /** Signing configuration (v0.2), workspace-relative. */
  readonly signingConfig: string;
  /** Trusted root, workspace-relative: by it a signature is judged before it is attached. */
  readonly trustedRoot: string;
  /** The client that the identity provider knows, and the audience of its tokens; `sigstore` without it. */
  readonly clientId: string;
  /** How a person signs in: in a browser on this machine, or by a code on any other device. */
  readonly signIn: "browser" | "device";
  /** PEM file of further authorities for TLS, workspace-relative. */
  readonly caFile?: string;
}

/** Reads the options of a service of the type `sigstore`. What is wrong comes as sentences; then there is no value. */
export function readSigstoreOptions(options: Readonly<Record<string, string>>): {
  readonly value: SigstoreOptions | undefined;
  readonly wrong: readonly string[];
} {
  const fields = ["signingConfig", "trustedRoot", "clientId", "signIn", "caFile"];
  const reader = createServiceOptionReader("sigstore", fields, options);
  const [signingConfig, trustedRoot, caFile] = ["signingConfig", "trustedRoot", "caFile"].map((each) =>
    reader.file(each),
  );
  const clientId = reader.text("clientId", /^[\w.:/-]{1,200}$/, "the name of a client") ?? "sigstore";
  const signIn = reader.oneOf("signIn", ["browser", "device"]) ?? "browser";
  if (signingConfig === undefined) reader.complain("'signingConfig' must name the file of the signing configuration.");
  if (trustedRoot === undefined) reader.complain("'trustedRoot' must name the file of the trusted root.");
  if (signingConfig === undefined || trustedRoot === undefined || reader.wrong.length > 0)
    return { value: undefined, wrong: reader.wrong };
  return {
    value: { signingConfig, trustedRoot, clientId, signIn, ...(caFile === undefined ? {} : { caFile }) },
    wrong: [],
  };
}
