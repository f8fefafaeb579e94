const maximumLength = 400;

/** Text of a service in one bounded line, undefined where there is none: it must not reach into a terminal or a log. */
export function oneLine(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const line = value.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line === "" ? undefined : line.slice(0, maximumLength);
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
