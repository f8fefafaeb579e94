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
  | { readonly kind: "assumed-role"; readonly role: AssumedRole; readonly source: RoleSource }
  | ({ readonly kind: "single-sign-on" } & SingleSignOn)
  /** A program of the person's own that prints credentials. */
  | { readonly kind: "process"; readonly command: string }
  /** What it needs is not offered here, in words. */
  | { readonly kind: "unsupported"; readonly what: string };

/** A role that somebody who has credentials already may take. */
export interface AssumedRole {
  readonly arn: string;
  readonly sessionName?: string;
  readonly externalId?: string;
  /** Serial number or ARN of a device whose code the role asks for. */
  readonly device?: string;
}

/** Whose credentials take a role. */
export type RoleSource =
  | { readonly kind: "profile"; readonly name: string }
  | { readonly kind: "static"; readonly credentials: AwsCredentials }
  | { readonly kind: "Environment" | "Ec2InstanceMetadata" | "EcsContainer" };

/** A sign-in to IAM Identity Center that `aws sso login` keeps, and what is asked for with it. */
export interface SingleSignOn {
  /** By what the sign-in is kept: the name of the session, or in older configurations the address. */
  readonly session: string;
  /** The sign-in is renewed without the person as long as its registration is good. */
  readonly isRenewed: boolean;
  readonly startUrl: string;
  readonly region: string;
  readonly account: string;
  readonly role: string;
}

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
  if (roleArn !== undefined) return assumedRole(section, roleArn, name, credentials);
  if (credentials !== undefined) return { kind: "static", credentials };
  if (section.has("sso_session") || section.has("sso_start_url")) return singleSignOn(section, settings);
  const command = section.get("credential_process");
  return command === undefined ? undefined : { kind: "process", command };
}

type Section = ReadonlyMap<string, string>;

function assumedRole(section: Section, arn: string, own: string, credentials: AwsCredentials | undefined): Profile {
  const [sessionName, externalId] = [section.get("role_session_name"), section.get("external_id")];
  const device = section.get("mfa_serial");
  const source = sourceOf(section, own, credentials);
  if (source === undefined) return { kind: "unsupported", what: "a role without a source that is known" };
  const role = {
    arn,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(device === undefined ? {} : { device }),
  };
  return { kind: "assumed-role", role, source };
}

function sourceOf(section: Section, own: string, credentials: AwsCredentials | undefined): RoleSource | undefined {
  const [profile, kind] = [section.get("source_profile"), section.get("credential_source")];
  if (profile === undefined)
    return kind === "Environment" || kind === "Ec2InstanceMetadata" || kind === "EcsContainer" ? { kind } : undefined;
  // A profile may name itself, and means the keys beside the role.
  if (profile === own) return credentials === undefined ? undefined : { kind: "static", credentials };
  return { kind: "profile", name: profile };
}

function singleSignOn(section: Section, settings: ReadonlyMap<string, Section>): Profile {
  const name = section.get("sso_session");
  const place = name === undefined ? section : settings.get(`sso-session ${name}`);
  const [startUrl, region] = [place?.get("sso_start_url"), place?.get("sso_region")];
  const [account, role] = [section.get("sso_account_id"), section.get("sso_role_name")];
  if (startUrl === undefined || region === undefined || account === undefined || role === undefined)
    return {
      kind: "unsupported",
      what: "IAM Identity Center (SSO) without an address, a region, an account and a role",
    };
  return {
    kind: "single-sign-on",
    session: name ?? startUrl,
    isRenewed: name !== undefined,
    startUrl,
    region,
    account,
    role,
  };
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
