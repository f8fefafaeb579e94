import { AppError } from "../../../application/errors.ts";
import type { Person, Secrets, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, readJson, textOrEmpty } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import type { AssumedRole } from "./profile.ts";
import { leased, type IdentityPlace } from "./securityTokens.ts";
import { credentialsOf, type AwsCredentials } from "./signatureV4.ts";

/** Who is asked for the code of a device, and where what it was good for is kept meanwhile. */
export interface DeviceSources extends IdentityPlace {
  /** Name of the service. */
  readonly name: string;
  readonly origin: string;
  readonly person?: Person;
  readonly secrets?: Secrets;
}

/** The name under which the session of a role is kept that a code was given for: nobody types a code for each request. */
export const roleSession = "aws-kms role-session";

const variable = "COUNTERSIGN_AWS_KMS_ONE_TIME_CODE";
/** A person has this long to look at the device, in milliseconds. */
const patience = 120_000;
/** What is this close to its end is not begun with, in milliseconds. */
const margin = 60_000;

/**
 * Takes a role that asks for a device's code, by one that the person gives; a session that is kept and good is gone on with.
 * AppError `authentication` where nobody gives a code.
 */
export async function takeRoleByCode(
  role: AssumedRole & { readonly device: string },
  sources: DeviceSources,
  take: (code: string) => Promise<Leased<AwsCredentials>>,
  options: WaitOptions,
): Promise<Leased<AwsCredentials>> {
  const { origin, secrets } = sources;
  const kept = readSession(await secrets?.get(origin, roleSession), role);
  if (kept?.expiresAt !== undefined && kept.expiresAt - margin > sources.now())
    return leased(kept.value, kept.expiresAt, sources.note);
  const code = await askForCode(role, sources, options);
  sources.note(code);
  const taken = await take(code);
  const session = { role: role.arn, device: role.device, ...taken.value, expiresAt: taken.expiresAt };
  if (taken.expiresAt !== undefined) await secrets?.set(origin, roleSession, JSON.stringify(session));
  return taken;
}

async function askForCode(
  { arn, device }: AssumedRole & { readonly device: string },
  { name, environment, person, origin }: DeviceSources,
  { signal }: WaitOptions,
): Promise<string> {
  const question = { service: name, prompt: `Code of ${device}`, about: `the role ${arn}`, secret: true };
  const waiting = { signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) };
  const code = (environment[variable] || (await person?.answer(question, waiting)))?.trim() ?? "";
  if (/^\d{6}$/.test(code)) return code;
  const hint = person === undefined ? ` Sign in in the editor or on a terminal, or set ${variable}.` : "";
  throw new AppError(
    "authentication",
    `There are no credentials for ${origin}. The role ${arn} asks for the six digits of ${device}, and ${code === "" ? "none were given" : "what was given is something else"}; nothing was sent.${hint}`,
  );
}

function readSession(text: string | undefined, role: AssumedRole): Leased<AwsCredentials> | undefined {
  const json = text === undefined ? undefined : readJson(Buffer.from(text, "utf8"));
  if (!isJsonObject(json) || json["role"] !== role.arn || json["device"] !== role.device) return undefined;
  const [id, secret] = [textOrEmpty(json["accessKeyId"]), textOrEmpty(json["secretAccessKey"])];
  const value = credentialsOf({ id, secret, token: textOrEmpty(json["sessionToken"]) });
  const expiresAt = json["expiresAt"];
  return value === undefined || typeof expiresAt !== "number" ? undefined : { value, expiresAt };
}
