import type { WaitOptions } from "./ports.ts";

/** A certificate that a key is to have. */
export interface CertificateWish {
  /** The service's own name of the key. */
  readonly key: string;
  /** By what the authority issues; it decides what the certificate is for. */
  readonly role: string;
  readonly commonName?: string;
  /** How long it is to be good, in hours; as long as the role says without it. */
  readonly hours?: number;
}

/** An authority of the service that certifies its keys; the keys stay where they are. */
export interface KeyCertification {
  /** Who issues, in words. */
  readonly authority: string;
  /** What the key signs so that it is certified: PKCS #10 in PEM. Changes nothing. */
  request(key: string, options: WaitOptions): Promise<string>;
  /** Has the certificate issued; sent exactly once. Throws AppError `service-denied`. */
  issue(
    wish: CertificateWish,
    request: string,
    options: WaitOptions,
  ): Promise<{ readonly chain: readonly string[]; readonly serial: string }>;
  /** Gives the key these certificates in place of those that it has. Throws AppError `service-denied`. */
  keep(key: string, chain: readonly string[], options: WaitOptions): Promise<void>;
}
