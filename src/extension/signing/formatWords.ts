import { formatReference, type ImageReference } from "../../core/image/reference.ts";
import { coveringRules } from "../../core/policy/coverage.ts";
import type { Authority, TrustPolicy } from "../../core/policy/policy.ts";
import { formatWord, printable } from "../../core/report/words.ts";
import { isNotaryFormat, type SigningFormat } from "../../core/sign/scheme.ts";

/** What the policies that cover an image say about a format, in a few words and in one sentence. */
export interface FormatStanding {
  readonly wanted: boolean;
  readonly description: string;
  readonly detail: string;
}

/** Says whether the policies want signatures in this format, by what their authorities look at. */
export function standingOf(format: SigningFormat, reference: ImageReference, policy: TrustPolicy): FormatStanding {
  const rules = coveringRules(policy.rules, formatReference(reference)).map(({ name, authorities }) => ({
    name: printable(name),
    reads: authorities.map((authority) => readsOf(authority, format)),
  }));
  const word = formatWord(format);
  if (rules.length === 0)
    return {
      wanted: false,
      description: "no policy covers this image",
      detail: "Attached to the image in its registry; cosign 3 verifies it",
    };
  const refusing = rules.filter(({ reads }) => reads.every((answer) => answer === "no"));
  if (refusing.length > 0) {
    const names = refusing.map(({ name }) => name).join(", ");
    return {
      wanted: false,
      description: `not what policy ${names} looks for`,
      detail: `Policy ${names} looks for another format, and would not see a ${word}`,
    };
  }
  const silent = rules.filter(({ reads }) => !reads.includes("yes"));
  const names = rules.map(({ name }) => name).join(", ");
  if (silent.length === 0)
    return {
      wanted: true,
      description: `as policy ${names} asks`,
      detail: "Attached to the image in its registry; cosign 3 and policy-controller verify it",
    };
  const quiet = silent.map(({ name }) => name).join(", ");
  return {
    wanted: true,
    description: `policy ${quiet} names no format`,
    detail: `Accepted here; policy-controller reads the silence of policy ${quiet} as cosign's first format, and would not see it`,
  };
}

/** Whether an authority looks at signatures in the format; "silent" where it does not say. */
function readsOf(authority: Authority, format: SigningFormat): "yes" | "no" | "silent" {
  if (authority.kind === "notary") return isNotaryFormat(format) ? "yes" : "no";
  if ((authority.kind !== "key" && authority.kind !== "keyless") || isNotaryFormat(format)) return "no";
  switch (authority.format) {
    case "any":
      return "yes";
    case "bundle":
      return format === "sigstore-bundle" ? "yes" : "no";
    case "legacy":
      return format === "cosign" ? "yes" : "no";
    case "unset":
      return format === "cosign" ? "yes" : "silent";
  }
}
