import { X509Certificate } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../application/errors.ts";
import { type PolicyFile, isNotaryTrustPolicy, isTrustStorePath } from "../core/policy/policyFile.ts";

/** More files, or larger ones, are no trust store. */
const limits = { files: 500, bytes: 1024 * 1024 };

/**
 * The certificates of the trust stores beside a Notary trust policy, or where there are none, those of notation's own
 * folder; none for any other policy. A certificate in DER becomes PEM. What is no plain file is refused, as notation refuses
 * it: AppError `configuration`.
 */
export async function readTrustStoreFiles(
  policy: PolicyFile,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly PolicyFile[]> {
  if (!isNotaryTrustPolicy(policy.path, policy.text)) return [];
  const folder = policy.path.slice(0, policy.path.lastIndexOf("/") + 1);
  const beside = dirname(resolve(cwd, policy.path));
  const isBeside = (await entriesOf(join(beside, "truststore"))).length > 0;
  const absolute = isBeside ? beside : notationFolder(environment);
  const paths: string[] = [];
  for (const kind of ["ca", "signingAuthority", "tsa"]) {
    const base = `truststore/x509/${kind}`;
    for (const name of await entriesOf(join(absolute, base)))
      for (const file of await entriesOf(join(absolute, base, name))) paths.push(`${base}/${name}/${file}`);
  }
  if (paths.length > limits.files)
    throw new AppError("configuration", `The trust stores beside ${policy.path} hold more than ${limits.files} files.`);
  const files = paths.filter(isTrustStorePath);
  return Promise.all(
    files.map(async (path) => ({ path: `${folder}${path}`, text: await readCertificate(join(absolute, path)) })),
  );
}

/** Where notation keeps its configuration (its directory structure specification). */
function notationFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment["HOME"] ?? homedir();
  const given = environment["NOTATION_CONFIG"];
  if (given !== undefined && given !== "") return given;
  switch (process.platform) {
    case "darwin":
      return join(home, "Library/Application Support/notation");
    case "win32":
      return join(environment["APPDATA"] ?? join(home, "AppData/Roaming"), "notation");
    default:
      return join(environment["XDG_CONFIG_HOME"] ?? join(home, ".config"), "notation");
  }
}

/** The names in a folder; none where it is not there, or is a link. */
async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await lstat(folder)).isDirectory() ? (await readdir(folder)).toSorted() : [];
  } catch {
    return [];
  }
}

async function readCertificate(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const info = await lstat(path);
    if (!info.isFile() || info.size > limits.bytes)
      throw new AppError("configuration", `${path} is no plain file of a trust store's size; links are not followed.`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("configuration", `Could not read ${path}; check that you may read it.`, { cause: error });
  }
  if (bytes.includes("-----BEGIN")) return bytes.toString("utf8");
  try {
    return new X509Certificate(bytes).toString();
  } catch {
    return "";
  }
}
