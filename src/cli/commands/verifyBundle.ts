import { readPublicGoodRoot } from "../../adapters/trustedRoot/storedRoot.ts";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "../../application/errors.ts";
import { verifyBundleForFile, type BundleAnswer } from "../../core/signature/verifyBundle.ts";
import { describeSigner, printable } from "../../core/report/words.ts";
import { listChecksums, objectionsToFolder, type Checksums } from "../checksums.ts";
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
  const folder = await readFolder(artifact, host);
  const bundle = values.bundle ?? (folder === undefined ? undefined : `${folder.path}.sigstore.json`);
  if (bundle === undefined) throw usage("Name the bundle with --bundle.");
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
  const signature = verifyBundleForFile({
    bundleText: await readTextFile(bundle, host.cwd),
    artifact: await readArtifact(folder?.path ?? artifact, host.cwd),
    trustedRootText: root === undefined ? await usualRoot(host) : await readTextFile(root, host.cwd),
    rootIsNamed: root !== undefined,
    ...(identity === undefined ? {} : { identity }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(values.key === undefined ? {} : { keyPem: await readTextFile(values.key, host.cwd) }),
    time: new Date(),
  });
  const answer = folder === undefined || !signature.verified ? signature : await withFolder(signature, folder, host);
  if (format === "json") {
    await printJson({ version: 1, artifact, ...answer }, host);
  } else {
    const who = answer.signer === undefined ? "" : ` Signed by ${describeSigner(answer.signer)}.`;
    const word = answer.verified ? "Verified" : "Not verified";
    await host.output(`${word}: ${printable(answer.reason.message)}${who} (${answer.reason.code})\n`);
  }
  return answer.verified ? exitCodes.clean : exitCodes.found;
}

/** The list of a folder, as it would be written now; undefined where the artifact is no folder. */
async function readFolder(artifact: string, { cwd, signal }: Host): Promise<Checksums | undefined> {
  const isFolder = await stat(resolve(cwd, artifact)).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? listChecksums(artifact.replace(/(?<=.)[/\\]+$/, ""), cwd, signal) : undefined;
}

/** The signature is over the list; what it is worth for the folder, the folder's files decide. */
async function withFolder(signature: BundleAnswer, folder: Checksums, { cwd }: Host): Promise<BundleAnswer> {
  const objections = objectionsToFolder(folder, await readBytesFile(folder.path, cwd));
  const [first] = objections;
  if (first === undefined) return signature;
  const more = objections.length > 1 ? `, and ${objections.length - 1} more files differ` : "";
  const reason = { code: "folder-changed", message: `The list is signed, but ${first}${more}.` };
  return { verified: false, reason, ...(signature.signer === undefined ? {} : { signer: signature.signer }) };
}

async function readArtifact(
  artifact: string,
  cwd: string,
): Promise<{ readonly bytes: Uint8Array } | { readonly sha256: string }> {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(artifact)?.[1];
  return hex === undefined ? { bytes: await readBytesFile(artifact, cwd, maximumArtifact) } : { sha256: hex };
}

async function usualRoot({ environment }: Host): Promise<string> {
  return (await readPublicGoodRoot({ environment, platform: process.platform })).text;
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign verify-bundle --help'.`);
}
