import { randomBytes } from "node:crypto";
import type { SignatureWitness } from "../core/sign/assembleBundle.ts";
import type { TimeStampAuthority } from "../core/sign/payload.ts";
import type { PlannedSignature } from "../core/sign/plan.ts";
import { encodeTimestampRequest } from "../core/x509/timestampRequest.ts";
import { checkTimestampResponse } from "../core/x509/timestampResponse.ts";
import { AppError } from "./errors.ts";
import type { Clock, TimeStamps, WaitOptions } from "./ports.ts";

/** Someone who vouches for a signature after it was made: a transparency log, say. */
export interface Witness {
  /** What vouches for the signature. Throws AppError. */
  vouch(plan: PlannedSignature, signature: Uint8Array, options: WaitOptions): Promise<SignatureWitness>;
}

/** What a service adds whose keys live for one signing: what vouches for them, and how that is judged before it is attached. */
export interface KeylessSigning extends Witness {
  /** Whom the certificate names, and the trusted root (JSON) that must prove it. Throws AppError where nothing was signed. */
  trust(): { readonly trustedRoot: string; readonly identity: string; readonly issuer: string };
}

/** What vouching needs of the outside world. */
export interface WitnessPorts {
  readonly clock: Clock;
  /** Asked first, where its keys need it. */
  readonly service?: { readonly keyless?: KeylessSigning };
  /** Asked one after the other; nobody without it. */
  readonly witnesses?: readonly Witness[];
  /** Where a time stamp is wanted. */
  readonly timeStamps?: TimeStamps;
}

/** A signature that was made and checked, as the witnesses see it. */
export interface WitnessedSignature {
  readonly plan: PlannedSignature;
  readonly signature: Uint8Array;
  /** The bytes that a time stamp is for. */
  readonly stamped: Uint8Array;
  readonly timeStampAuthority: TimeStampAuthority | undefined;
}

/** Collects all that vouches for a signature. Throws AppError; then nothing is attached, and the signature stays as good as it was. */
export async function collectWitness(
  ports: WitnessPorts,
  { plan, signature, stamped, timeStampAuthority }: WitnessedSignature,
  options: WaitOptions,
): Promise<SignatureWitness> {
  const collected: SignatureWitness[] = [];
  const own = ports.service?.keyless;
  for (const witness of [...(own === undefined ? [] : [own]), ...(ports.witnesses ?? [])])
    collected.push(await witness.vouch(plan, signature, options));
  const stamps =
    timeStampAuthority === undefined ? [] : [await askForTimestamp(ports, timeStampAuthority, stamped, options)];
  const [certificateChain] = collected.flatMap((each) =>
    each.certificateChain === undefined ? [] : [each.certificateChain],
  );
  return {
    ...(certificateChain === undefined ? {} : { certificateChain }),
    logEntries: collected.flatMap((each) => each.logEntries ?? []),
    timestamps: [...collected.flatMap((each) => each.timestamps ?? []), ...stamps],
  };
}

/** The answer of an authority about `data`, checked against what was asked (RFC 3161, 2.2). Throws AppError. */
async function askForTimestamp(
  { clock, timeStamps }: WitnessPorts,
  authority: TimeStampAuthority,
  data: Uint8Array,
  options: WaitOptions,
): Promise<Uint8Array> {
  if (timeStamps === undefined)
    throw new AppError("configuration", `No time stamp can be asked for here, and ${authority.url} was to give one.`);
  const { url, roots, policy } = authority;
  const nonce = randomBytes(16);
  const wanted = policy === undefined ? {} : { policy };
  const response = await timeStamps.ask(url, encodeTimestampRequest(data, nonce, policy), options);
  const { value, problems } = checkTimestampResponse(response, { data, nonce, roots, now: clock.now(), ...wanted });
  if (value !== undefined) return response;
  const why = problems.map(({ code, message }) => `${message} (${code})`).join(" ");
  throw new AppError(
    "timestamp-refused",
    `Could not use the time stamp of ${url}: ${why} Nothing was attached. Try again later, or tell the authority's operator.`,
  );
}
