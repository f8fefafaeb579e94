import type { PolicyRule } from "../policy/policy.ts";

/**
 * Whether an authority of the rules asks for attestations that may be in cosign's first format, so that the tag of those
 * has to be asked for: without it, what the policy wants could be there and not be seen.
 */
export function asksForAttestationTag(rules: readonly PolicyRule[]): boolean {
  return rules.some(({ authorities }) =>
    authorities.some(
      (authority) =>
        (authority.kind === "key" || authority.kind === "keyless") &&
        authority.attestations !== undefined &&
        authority.format !== "bundle",
    ),
  );
}
