import { AppError } from "../../application/errors.ts";
import { verifyBundleForFile } from "../../core/signature/verifyBundle.ts";
import { describeSigner, printable } from "../../core/report/words.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, parseOptions } from "../options.ts";
import { printJson } from "../output.ts";
import { readBytesFile, readTextFile } from "../trust.ts";

/** The file is held in memory to be hashed. */
const maximumArtifact = 1024 * 1024 * 1024;

/** `countersign verify-bundle`: a Sigstore bundle for a file or its digest; exit code 0 only where it is valid. */
export async function verifyBundle(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("verify-bundle", args, {
    bundle: { type: "string" },
    key: { type: "string" },
    "certificate-identity": { type: "string" },
    "certificate-oidc-issuer": { type: "string" },
    "trusted-root": { type: "string" },
    offline: { type: "boolean" },
    format: { type: "string" },
  });
  const format = formatOf("verify-bundle", values.format, ["text", "json"]);
  const [artifact, ...others] = positionals;
  if (artifact === undefined || others.length > 0) throw usage("Name one file, or its digest as sha256:HEX.");
  if (values.bundle === undefined) throw usage("Name the bundle with --bundle.");
  const identity = values["certificate-identity"];
  const issuer = values["certificate-oidc-issuer"];
  const byKey = values.key !== undefined;
  if (byKey === (identity !== undefined || issuer !== undefined)) {
    throw usage("Say whom to trust: either --key, or --certificate-identity with --certificate-oidc-issuer.");
  }
  if (!byKey && (identity === undefined || issuer === undefined)) {
    throw usage("--certificate-identity and --certificate-oidc-issuer go together.");
  }
  const root = values["trusted-root"];
  const answer = verifyBundleForFile({
    bundleText: await readTextFile(values.bundle, host.cwd),
    artifact: await readArtifact(artifact, host.cwd),
    ...(root === undefined ? {} : { trustedRootText: await readTextFile(root, host.cwd) }),
    ...(identity === undefined ? {} : { identity }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(values.key === undefined ? {} : { keyPem: await readTextFile(values.key, host.cwd) }),
    time: new Date(),
  });
  if (format === "json") {
    await printJson({ version: 1, artifact, ...answer }, host);
  } else {
    const who = answer.signer === undefined ? "" : ` Signed by ${describeSigner(answer.signer)}.`;
    const word = answer.verified ? "Verified" : "Not verified";
    await host.output(`${word}: ${printable(answer.reason.message)}${who} (${answer.reason.code})\n`);
  }
  return answer.verified ? exitCodes.clean : exitCodes.found;
}

async function readArtifact(
  artifact: string,
  cwd: string,
): Promise<{ readonly bytes: Uint8Array } | { readonly sha256: string }> {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(artifact)?.[1];
  return hex === undefined ? { bytes: await readBytesFile(artifact, cwd, maximumArtifact) } : { sha256: hex };
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign verify-bundle --help'.`);
}
