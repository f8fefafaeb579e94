import type { PreparedSigning } from "../../application/signImage.ts";
import { commonName, formatWord, printable } from "../../core/report/words.ts";
import { describeKey } from "./keyWords.ts";

/** A line of the review: what signs, or a fact that Enter copies. */
export interface ReviewItem {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly copies?: string;
  readonly signs: boolean;
}

/** Everything that a person confirms by signing: digest, key and certificate, who accepts, where it goes, the same by cosign. */
export function reviewItems(
  { plan, key }: PreparedSigning,
  service: { readonly name: string; readonly origin: string },
): readonly ReviewItem[] {
  const needsApproval = key.needs.includes("approval");
  const sign: ReviewItem = {
    label: needsApproval ? "$(key) Request the signature" : "$(key) Sign",
    description: needsApproval ? "an approval is needed first" : `${key.name} at ${service.name}`,
    signs: true,
  };
  return [sign, ...subject(plan, key, service), ...acceptance(plan), ...consequences(plan)];
}

function subject(
  plan: PreparedSigning["plan"],
  key: PreparedSigning["key"],
  service: { readonly name: string; readonly origin: string },
): readonly ReviewItem[] {
  const { image, artifact, scheme } = plan;
  const certificate =
    key.certificateChain.length === 0 ? "without a certificate" : `certified by ${commonName(key.governance.issuer)}`;
  return [
    {
      label: "$(package) Digest",
      description: image.digest,
      detail: printable(artifact),
      copies: artifact,
      signs: false,
    },
    {
      label: "$(account) Key",
      description: `${printable(key.name)} at ${service.name}, ${certificate}`,
      detail: `${describeKey(key)} · ${scheme.scheme} with ${scheme.hash} · ${service.origin}`,
      copies: key.publicKey,
      signs: false,
    },
  ];
}

function consequences({ attachment, commands, format }: PreparedSigning["plan"]): readonly ReviewItem[] {
  return [
    {
      label: "$(cloud-upload) Attached to",
      description: printable(attachment.repository),
      detail: `${formatWord(format)}, listed beside the image (as a referrer, or under the tag ${attachment.fallbackTag.slice(0, 15)}...)`,
      copies: attachment.repository,
      signs: false,
    },
    { label: "$(terminal) The same by cosign", description: commands.sign, copies: commands.sign, signs: false },
  ];
}

function acceptance({ acceptance: rules }: PreparedSigning["plan"]): readonly ReviewItem[] {
  if (rules.length === 0) {
    const detail = "No policy covers this image: it will be signed, and not trusted by anybody.";
    return [
      {
        label: "$(question) No policy",
        description: "nobody is asked to accept it",
        detail,
        copies: detail,
        signs: false,
      },
    ];
  }
  return rules.map(({ rule, source, accepts, reason }) => ({
    label: accepts ? "$(check) Will accept it" : "$(close) Will not accept it",
    description: `${printable(rule)} (${source.file}:${source.line})`,
    detail: printable(reason),
    copies: `${source.file}:${source.line}`,
    signs: false,
  }));
}
