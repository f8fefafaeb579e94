import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { AwsKmsOptions } from "../../../core/policy/awsKmsOptions.ts";
import type { Leased } from "../lease.ts";
import { fromContainer, readToken } from "./containerCredentials.ts";
import { fromProcess } from "./credentialProcess.ts";
import { takeRoleByCode, type DeviceSources } from "./deviceCode.ts";
import { fromInstance } from "./instanceMetadata.ts";
import { readProfile, type Profile, type RoleSource } from "./profile.ts";
import { assumeRole, assumeRoleByWebIdentity, type IdentityPlace } from "./securityTokens.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";
import { fromSingleSignOn } from "./singleSignOn.ts";

/** What finding credentials needs. */
export interface CredentialSources extends DeviceSources {
  readonly options: AwsKmsOptions;
}

/**
 * Whether credentials of the environment may go to this origin: a workspace chooses the address, so it must be one of
 * AWS itself, or the person's own variable names it.
 */
export function isMeant(origin: string, environment: IdentityPlace["environment"]): boolean {
  const { protocol, hostname } = new URL(origin);
  if (protocol === "https:" && regionOf(origin) !== undefined) return true;
  return ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"].some((name) => {
    const address = environment[name] ?? "";
    return URL.canParse(address) && new URL(address).origin === origin && hostname !== "";
  });
}

/** The region that a host of AWS KMS names; undefined for every other host. */
export function regionOf(origin: string): string | undefined {
  const { hostname } = new URL(origin);
  const region = "([a-z]{2,}(?:-[a-z0-9]+){1,4})";
  const patterns = [
    new RegExp(`^kms(?:-fips)?\\.${region}\\.amazonaws\\.com(?:\\.cn)?$`),
    new RegExp(`^kms(?:-fips)?\\.${region}\\.api\\.aws$`),
    new RegExp(`^vpce-[a-z0-9-]+\\.kms\\.${region}\\.vpce\\.amazonaws\\.com$`),
  ];
  return patterns.map((pattern) => pattern.exec(hostname)?.[1]).find((found) => found !== undefined);
}

/**
 * Credentials in the order of the programs of AWS: own variables, profile, web identity, container, and the virtual machine
 * last of all. Nobody is asked as long as something before says who asks. AppError `authentication`.
 */
export async function findCredentials(
  sources: CredentialSources,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const { origin, secrets, environment, options: settings } = sources;
  const stored = async (name: string): Promise<string | undefined> => secrets?.get(origin, `aws-kms ${name}`);
  const kept = credentialsOf({
    id: await stored("access-key-id"),
    secret: await stored("secret-access-key"),
    token: await stored("session-token"),
  });
  if (kept !== undefined) return { value: kept };
  if (!isMeant(origin, environment))
    throw missing(
      origin,
      `It is no address of AWS, so the credentials of this machine are not used for it; set AWS_ENDPOINT_URL_KMS=${origin} if they may be.`,
    );
  const isProfileNamed = settings.profile !== undefined;
  const own = isProfileNamed ? undefined : ofVariables(environment);
  if (own !== undefined) return { value: own };
  const profile = await readProfile(settings.profile, environment);
  if (profile !== undefined) return ofProfile(profile, sources, options);
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn } = environment;
  if (!isProfileNamed && tokenFile !== undefined && roleArn !== undefined)
    return ofWebIdentity({ tokenFile, roleArn }, sources, options);
  const machine = isProfileNamed
    ? undefined
    : ((await fromContainer(sources, options)) ?? (await fromInstance(sources, options)));
  if (machine !== undefined) return machine;
  throw missing(
    origin,
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE; or run "Sign in to a signing service" in the editor.',
  );
}

/** Roles that take roles: more than anybody has. */
const maximumChain = 5;

async function ofProfile(
  profile: Profile,
  sources: CredentialSources,
  options: WaitOptions,
  before: readonly string[] = [],
): Promise<Leased<AwsCredentials>> {
  switch (profile.kind) {
    case "static":
      return { value: profile.credentials };
    case "web-identity":
      return ofWebIdentity(profile, sources, options);
    case "single-sign-on":
      return fromSingleSignOn(sources, profile, options);
    case "process":
      return fromProcess(sources, profile.command, options);
    case "assumed-role": {
      const { role } = profile;
      const { value: by } = await ofSource(profile.source, sources, options, before);
      const { device } = role;
      if (device === undefined) return assumeRole(sources, role, { by }, options);
      const take = (code: string): Promise<Leased<AwsCredentials>> => assumeRole(sources, role, { by, code }, options);
      return takeRoleByCode({ ...role, device }, sources, take, options);
    }
    case "unsupported":
      throw missing(
        sources.origin,
        `The profile uses ${profile.what}, which is not supported here: run 'aws configure export-credentials --format env' and use what it prints.`,
      );
  }
}

/** Whose credentials take a role: those of another profile, which may have a role itself, or of this machine. */
async function ofSource(
  source: RoleSource,
  sources: CredentialSources,
  options: WaitOptions,
  before: readonly string[],
): Promise<Leased<AwsCredentials>> {
  switch (source.kind) {
    case "static":
      return { value: source.credentials };
    case "profile": {
      if (before.includes(source.name) || before.length >= maximumChain)
        throw new AppError("configuration", `The profiles of AWS take each other's roles in a circle: ${source.name}.`);
      const profile = await readProfile(source.name, sources.environment);
      if (profile === undefined) throw missing(sources.origin, `The profile '${source.name}' has no credentials.`);
      return ofProfile(profile, sources, options, [...before, source.name]);
    }
    case "Environment": {
      const value = ofVariables(sources.environment);
      if (value !== undefined) return { value };
      throw missing(sources.origin, "The profile wants those of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
    }
    case "EcsContainer":
    case "Ec2InstanceMetadata": {
      const ask = source.kind === "EcsContainer" ? fromContainer : fromInstance;
      const found = await ask(sources, options);
      if (found !== undefined) return found;
      throw missing(sources.origin, `The profile wants those of ${source.kind}, which has none here.`);
    }
  }
}

async function ofWebIdentity(
  identity: { readonly tokenFile: string; readonly roleArn: string; readonly sessionName?: string },
  sources: CredentialSources,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const token = await readToken(identity.tokenFile, "the token of the web identity");
  sources.note(token);
  const sessionName = identity.sessionName ?? sources.environment["AWS_ROLE_SESSION_NAME"] ?? "countersign";
  return assumeRoleByWebIdentity(sources, { token, roleArn: identity.roleArn, sessionName }, options);
}

function ofVariables(environment: IdentityPlace["environment"]): AwsCredentials | undefined {
  return credentialsOf({
    id: environment["AWS_ACCESS_KEY_ID"],
    secret: environment["AWS_SECRET_ACCESS_KEY"],
    token: environment["AWS_SESSION_TOKEN"],
  });
}

function missing(origin: string, hint: string): AppError {
  return new AppError("authentication", `There are no credentials for ${origin}. ${hint}`);
}
