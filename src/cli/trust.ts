import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "../application/errors.ts";
import { commandLinePolicy, type CommandLineTrust } from "../core/policy/commandLinePolicy.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import { filesNamedBy } from "../core/policy/containersPolicy.ts";
import { readPolicy } from "../core/policy/readPolicy.ts";
import { readTrustStoreFiles } from "./trustStoreFiles.ts";
import { readPublicGoodRoot } from "../adapters/trustedRoot/storedRoot.ts";
import type { Problem } from "../core/problem.ts";
import { describeAge, describeTime } from "../core/report/words.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { PolicyFile } from "../core/policy/policyFile.ts";

/** Values of the options that say whom to trust. */
export interface TrustValues {
  readonly policy?: readonly string[] | undefined;
  readonly key?: readonly string[] | undefined;
  readonly "certificate-identity"?: string | undefined;
  readonly "certificate-identity-regexp"?: string | undefined;
  readonly "certificate-oidc-issuer"?: string | undefined;
  readonly "certificate-oidc-issuer-regexp"?: string | undefined;
  readonly "trusted-root"?: string | undefined;
}

/** Whom a command trusts. */
export interface Trust {
  /** Absent where no option states one: then the workspace's policies count. */
  readonly policy: TrustPolicy | undefined;
  readonly material: TrustMaterial;
}

const maximumSize = 16 * 1024 * 1024;
const maximumPem = 256 * 1024;

/** Reads what the options name. AppError `configuration` or `usage` where it cannot be used: a command must not go on with less than it was told. */
export async function readTrust(command: string, values: TrustValues, cwd: string): Promise<Trust> {
  const [stated, options, material] = await Promise.all([
    readPolicies(values.policy ?? [], cwd),
    readCommandLineTrust(command, values, cwd),
    readMaterial(values["trusted-root"], cwd),
  ]);
  if (stated === undefined || options === undefined) return { policy: stated ?? options, material };
  const policy = {
    ...stated,
    rules: [...stated.rules, ...options.rules],
    problems: [...stated.problems, ...options.problems],
  };
  return { policy, material };
}

async function readPolicies(paths: readonly string[], cwd: string): Promise<TrustPolicy | undefined> {
  if (paths.length === 0) return undefined;
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readTextFile(path, cwd) })));
  const stores = await Promise.all(
    files.map(async (file) => [
      ...(await readTrustStoreFiles(file, cwd, process.env)),
      ...(await readNamedFiles(file, cwd)),
    ]),
  );
  for (const [i, file] of files.entries()) {
    const { rules, problems, trustedRoots = [] } = readPolicy([file, ...(stores[i] ?? [])]);
    if (rules.length > 0 || trustedRoots.length > 0) continue;
    const why = problems[0] === undefined ? "it holds no policy in a format that is read here." : problems[0].message;
    throw new AppError("configuration", `Could not use ${file.path} as a policy: ${why}`);
  }
  return readPolicy([...files, ...stores.flat()]);
}

/**
 * The files of keys and certificates that a containers policy names: whoever names the policy means them, too. One that
 * cannot be read is left out; what asks for it is then not evaluated.
 */
async function readNamedFiles(file: PolicyFile, cwd: string): Promise<readonly PolicyFile[]> {
  const read = filesNamedBy(file.path, file.text).map(async (path): Promise<readonly PolicyFile[]> => {
    try {
      return [{ path, text: (await readBytesFile(path, cwd, maximumPem)).toString("utf8") }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}

async function readCommandLineTrust(
  command: string,
  values: TrustValues,
  cwd: string,
): Promise<TrustPolicy | undefined> {
  const keys = await Promise.all(
    (values.key ?? []).map(async (file) => ({ file, pem: await readTextFile(file, cwd) })),
  );
  const identity: CommandLineTrust = {
    ...(values["certificate-identity"] === undefined ? {} : { certificateIdentity: values["certificate-identity"] }),
    ...(values["certificate-identity-regexp"] === undefined
      ? {}
      : { certificateIdentityRegexp: values["certificate-identity-regexp"] }),
    ...(values["certificate-oidc-issuer"] === undefined
      ? {}
      : { certificateOidcIssuer: values["certificate-oidc-issuer"] }),
    ...(values["certificate-oidc-issuer-regexp"] === undefined
      ? {}
      : { certificateOidcIssuerRegexp: values["certificate-oidc-issuer-regexp"] }),
  };
  if (keys.length === 0 && Object.keys(identity).length === 0) return undefined;
  const policy = commandLinePolicy({ ...identity, keys });
  const refused = policy.problems.find(({ code }) => code !== "identity-pattern-not-anchored");
  if (refused !== undefined) throw new AppError("usage", `${refused.message} See 'countersign ${command} --help'.`);
  return policy;
}

async function readMaterial(path: string | undefined, cwd: string): Promise<TrustMaterial> {
  const builtIn = await readPublicGoodRoot({ environment: process.env, platform: process.platform });
  if (path === undefined) return { trustedRoots: [builtIn], defaultRoot: builtIn.name };
  const root = { name: path, text: await readTextFile(path, cwd), source: path };
  return { trustedRoots: [root, builtIn], defaultRoot: root.name };
}

/** Days after which a trusted root that nobody named is said to be old: its instance changes keys a few times a year. */
const oldRootDays = 180;

/** Says that the root that certificates are proven against by itself is old; nothing where a person named one. */
export function oldRootProblems({ trustedRoots, defaultRoot }: TrustMaterial, now: Date): readonly Problem[] {
  const date = trustedRoots.find(({ name }) => name === defaultRoot)?.date;
  if (date === undefined || now.getTime() - Date.parse(date) < oldRootDays * 24 * 60 * 60 * 1000) return [];
  const message = `The trusted root '${defaultRoot}' is of ${describeTime(date)} (${describeAge(date, now)}); 'countersign trust update' asks for a newer one.`;
  return [{ code: "trusted-root-old", message }];
}

/** The text of a file that an option names, at most 16 MB. AppError `configuration` where it cannot be read. */
export async function readTextFile(path: string, cwd: string): Promise<string> {
  return (await readBytesFile(path, cwd)).toString("utf8");
}

/** The bytes of a file that an option or argument names. AppError `configuration` where it cannot be read or is larger than `limit`. */
export async function readBytesFile(path: string, cwd: string, limit = maximumSize): Promise<Buffer> {
  try {
    await using file = await open(resolve(cwd, path), "r");
    const info = await file.stat();
    if (!info.isFile()) throw new AppError("configuration", `${path} is not a file.`);
    if (info.size > limit)
      throw new AppError("configuration", `${path} has ${info.size} bytes, more than the ${limit} that are read.`);
    return await file.readFile();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new AppError("configuration", `Could not read ${path} (${why}); check that it exists.`, { cause: error });
  }
}
