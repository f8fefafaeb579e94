import { AppError } from "../../application/errors.ts";

const maximumLength = 400;

/** Text of a service in one bounded line, undefined where there is none: it must not reach into a terminal or a log. */
export function oneLine(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const line = value.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line === "" ? undefined : line.slice(0, maximumLength);
}

/** Runs work and takes `redact`'s secrets out of what it throws: a service may repeat in its answer what it was sent. */
export async function discreet<T>(redact: (text: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = redact(error.message);
    throw message === error.message ? error : new AppError(error.code, message, { nothingSent: error.nothingSent });
  }
}

/** Secrets that were used, and how they are taken out of texts. */
export interface UsedSecrets {
  readonly note: (secret: string) => void;
  readonly redact: (text: string) => string;
}

export function createUsedSecrets(): UsedSecrets {
  const used = new Set<string>();
  return {
    // What is shorter is no secret, and would blank out half of every sentence.
    note: (secret) => void (secret.length >= 4 && used.add(secret)),
    redact: (text) => [...used].reduce((left, secret) => left.replaceAll(secret, "***"), text),
  };
}
