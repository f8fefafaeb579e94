import { AppError } from "../../../application/errors.ts";
import type { Secrets, WaitOptions } from "../../../application/ports.ts";
import type { AwsKmsOptions } from "../../../core/policy/awsKmsOptions.ts";
import type { Leased } from "../lease.ts";
import { fromContainer, fromWebIdentity, type IdentityPlace } from "./remoteCredentials.ts";
import { readProfile } from "./profile.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";

/** What finding credentials needs. */
export interface CredentialSources extends IdentityPlace {
  readonly origin: string;
  readonly options: AwsKmsOptions;
  readonly secrets?: Secrets;
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

/** Credentials in the order of the programs of AWS: own variables, profile, web identity, container. AppError `authentication`. */
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
  const own = credentialsOf({
    id: environment["AWS_ACCESS_KEY_ID"],
    secret: environment["AWS_SECRET_ACCESS_KEY"],
    token: environment["AWS_SESSION_TOKEN"],
  });
  if (own !== undefined && settings.profile === undefined) return { value: own };
  const profile = await readProfile(settings.profile, environment);
  if (profile?.kind === "static") return { value: profile.credentials };
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn } = environment;
  const sessionName = environment["AWS_ROLE_SESSION_NAME"] ?? "countersign";
  const identity =
    profile?.kind === "web-identity"
      ? profile
      : tokenFile === undefined || roleArn === undefined || settings.profile !== undefined
        ? undefined
        : { tokenFile, roleArn, sessionName };
  if (identity !== undefined) return fromWebIdentity(sources, { sessionName, ...identity }, options);
  const container = settings.profile === undefined ? await fromContainer(sources, options) : undefined;
  if (container !== undefined) return container;
  const hint =
    profile?.kind === "unsupported"
      ? `The profile uses ${profile.what}, which is not supported here: run 'aws configure export-credentials --format env' and use what it prints.`
      : 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE; or run "Sign in to a signing service" in the editor.';
  throw missing(origin, hint);
}

function missing(origin: string, hint: string): AppError {
  return new AppError("authentication", `There are no credentials for ${origin}. ${hint}`);
}
