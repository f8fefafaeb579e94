import { objectionToIssued, objectionToRequest } from "../core/sign/certification.ts";
import { AppError } from "./errors.ts";
import type { CertificateWish, KeyCertification } from "./keyCertification.ts";
import type { Clock, WaitOptions } from "./ports.ts";
import { keyNamed } from "./signingKeys.ts";
import type { KeyDescription, SigningService } from "./signingService.ts";

/** A certification that is settled; nothing has changed at the service yet. */
export interface PreparedCertification {
  readonly key: KeyDescription;
  readonly wish: CertificateWish;
  /** Who issues, in words. */
  readonly authority: string;
  /** Whether the key has certificates, which the new ones take the place of. */
  readonly replaces: boolean;
  /** PKCS #10 in PEM, signed by the key. */
  readonly request: string;
}

/** What a key was certified with. */
export interface Certified {
  /** PEM, the key's first. */
  readonly chain: readonly string[];
  readonly serial: string;
}

/** What certifying needs. */
export interface CertificationPorts {
  readonly service: SigningService;
  readonly clock: Clock;
}

/**
 * Settles the certification of a key: the key signs a request, which must be for it. Changes nothing. Throws AppError
 * `usage`, or `service-denied` where the service has no authority.
 */
export async function prepareCertification(
  { service }: Pick<CertificationPorts, "service">,
  wish: CertificateWish,
  options: WaitOptions,
): Promise<PreparedCertification> {
  const certification = certificationOf(service);
  const key = keyNamed(await service.listKeys(options), wish.key, service);
  if (key.state === "disabled")
    throw new AppError("usage", `Key '${key.name}' of ${service.name} is disabled; nothing was asked for.`);
  const request = await certification.request(key.name, options);
  const objection = objectionToRequest(key, request);
  if (objection !== undefined)
    throw new AppError(
      "service-protocol",
      `What ${service.name} answered is no request to certify key '${key.name}': ${objection}. Nothing was issued.`,
    );
  const { authority } = certification;
  return { key, wish, authority, replaces: key.certificateChain.length > 0, request };
}

/**
 * Has the certificate issued, once, checks it, and gives it to the key. A certificate that does not fit is not set: the
 * key keeps those that it has. Throws AppError, which names the certificate that was issued, where one was.
 */
export async function executeCertification(
  { service, clock }: CertificationPorts,
  { key, wish, request, authority }: PreparedCertification,
  options: WaitOptions,
): Promise<Certified> {
  const certification = certificationOf(service);
  const issued = await certification.issue(wish, request, options);
  const { chain, serial } = issued;
  const wasIssued = `Certificate ${serial} was issued by ${authority} and is not the key's`;
  const objection = objectionToIssued(key, chain, clock.now());
  if (objection !== undefined)
    throw new AppError(
      "service-protocol",
      `${wasIssued}, because it is none to sign code with: ${objection} Revoke it, and have role '${wish.role}' issue for code signing alone: key usage DigitalSignature, extended key usage CodeSigning, and neither for servers nor for clients.`,
    );
  const isSet = async (): Promise<boolean> => {
    const after = keyNamed(await service.listKeys(options), key.name, service);
    return after.certificateChain[0]?.trim() === chain[0]?.trim();
  };
  try {
    await certification.keep(key.name, chain, options);
  } catch (cause) {
    // What was lost may be the answer alone.
    if (await isSet().catch(() => false)) return issued;
    const why = cause instanceof AppError ? ` ${cause.message}` : "";
    throw new AppError(cause instanceof AppError ? cause.code : "internal", `${wasIssued}:${why}`, { cause });
  }
  if (await isSet()) return issued;
  throw new AppError("service-protocol", `${wasIssued}: ${service.name} says that it is set, and shows another one.`);
}

function certificationOf({ name, certification }: SigningService): KeyCertification {
  if (certification !== undefined) return certification;
  throw new AppError(
    "service-denied",
    `${name} has no authority that certifies its keys here. For Vault or OpenBao name the PKI engine with the option 'pkiMount'.`,
  );
}
