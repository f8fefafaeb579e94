import { AppError } from "./errors.ts";
import type { KeyDescription, SigningService } from "./signingService.ts";

/** The key of this name; AppError `usage` names those that there are. */
export function keyNamed(
  keys: readonly KeyDescription[],
  name: string,
  service: Pick<SigningService, "name">,
): KeyDescription {
  const key = keys.find((candidate) => candidate.name === name);
  if (key !== undefined) return key;
  const known = keys.map((candidate) => candidate.name).join(", ");
  throw new AppError("usage", `${service.name} has no key '${name}'. Its keys: ${known === "" ? "none" : known}.`);
}
