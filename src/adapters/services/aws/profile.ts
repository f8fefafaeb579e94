import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../application/errors.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";

/** What a section of the shared configuration says about who asks. */
export type Profile =
  | { readonly kind: "static"; readonly credentials: AwsCredentials }
  | {
      readonly kind: "web-identity";
      readonly roleArn: string;
      readonly tokenFile: string;
      readonly sessionName?: string;
    }
  /** What it needs is not offered here, in words. */
  | { readonly kind: "unsupported"; readonly what: string };

const maximumFile = 1024 * 1024;

/** Reads a profile from the files that the programs of AWS share; undefined where there is none. AppError `configuration`. */
export async function readProfile(
  wanted: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Profile | undefined> {
  const name = wanted ?? (environment["AWS_PROFILE"] || "default");
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? homedir();
  const [keys, settings] = await Promise.all([
    readSections(environment["AWS_SHARED_CREDENTIALS_FILE"] ?? join(home, ".aws", "credentials")),
    readSections(environment["AWS_CONFIG_FILE"] ?? join(home, ".aws", "config")),
  ]);
  const section = new Map([
    ...(settings.get(name === "default" ? name : `profile ${name}`) ?? []),
    ...(keys.get(name) ?? []),
  ]);
  if (section.size === 0) {
    const isNamed = wanted !== undefined || (environment["AWS_PROFILE"] ?? "") !== "";
    if (isNamed) throw new AppError("configuration", `There is no profile '${name}' in the shared files of AWS.`);
    return undefined;
  }
  const credentials = credentialsOf({
    id: section.get("aws_access_key_id"),
    secret: section.get("aws_secret_access_key"),
    token: section.get("aws_session_token"),
  });
  const [roleArn, tokenFile] = [section.get("role_arn"), section.get("web_identity_token_file")];
  const sessionName = section.get("role_session_name");
  if (roleArn !== undefined && tokenFile !== undefined)
    return { kind: "web-identity", roleArn, tokenFile, ...(sessionName === undefined ? {} : { sessionName }) };
  if (roleArn !== undefined) return { kind: "unsupported", what: "a role that another profile assumes" };
  if (credentials !== undefined) return { kind: "static", credentials };
  if (section.has("sso_session") || section.has("sso_start_url"))
    return { kind: "unsupported", what: "IAM Identity Center (SSO)" };
  return section.has("credential_process") ? { kind: "unsupported", what: "credential_process" } : undefined;
}

/** Sections of an INI file by their names; none where there is no file. Nested lines, which no credential is in, are left out. */
async function readSections(path: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return new Map();
    throw new AppError("file-unreadable", `Could not read ${path}, where the programs of AWS keep profiles.`, {
      cause,
    });
  }
  if (text.length > maximumFile) throw new AppError("limit-reached", `${path} is too long for profiles of AWS.`);
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    const [, key, value] = /^([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (header !== undefined) {
      current = sections.get(header) ?? new Map<string, string>();
      sections.set(header, current);
    } else if (key !== undefined && value !== undefined) current?.set(key, value);
  }
  return sections;
}
