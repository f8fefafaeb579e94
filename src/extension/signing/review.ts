import type { PreparedFile } from "../../application/signFile.ts";
import type { PreparedSigning } from "../../application/signImage.ts";
import type { KeyDescription } from "../../application/signingService.ts";
import { commonName, formatWord, printable } from "../../core/report/words.ts";
import { vsignCommand } from "../../core/sign/peerCommands.ts";
import type { SignaturePlan } from "../../core/sign/plan.ts";
import { isNotaryFormat } from "../../core/sign/scheme.ts";
import { describeKey } from "./keyWords.ts";

/** A line of the review: what signs, or a fact that Enter copies. */
export interface ReviewItem {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly copies?: string;
  readonly signs: boolean;
}

/** Everything that a person confirms by signing: digest, key and certificate, who accepts, where it goes, the same by other tools. */
export function reviewItems(
  { plan, key, coverage, platform }: PreparedSigning,
  service: ServicePlace,
): readonly ReviewItem[] {
  const { image, reference } = plan;
  const covered =
    coverage.kind === "index"
      ? `all of ${coverage.platforms.join(", ") || "the index"}`
      : platform === undefined
        ? "one image"
        : `the image for ${platform}`;
  const subject = fact(
    "package",
    "Digest",
    image.digest,
    `${reference} · ${covered} · manifest of ${image.size} bytes`,
  );
  return [
    signItem(key, service),
    { ...subject, copies: plan.artifact },
    keyItem(key, plan.scheme, service),
    ...acceptance(plan),
    ...consequences(plan, key),
  ];
}

/** The same for a file, whose bundle is written beside it. */
export function fileReviewItems(
  { plan, key }: PreparedFile,
  output: string,
  service: ServicePlace,
): readonly ReviewItem[] {
  return [
    signItem(key, service),
    fact("file", "Digest", plan.fileDigest, `${plan.name} · ${plan.size} bytes`),
    keyItem(key, plan.scheme, service),
    fact("save", "Written to", output, "Sigstore bundle; whoever has the public key verifies the file by it"),
    fact("terminal", "The same by cosign", plan.commands.sign),
    ...vsignItem(vsignCommand({ file: plan.name }, key)),
  ];
}

/** A service as the review names it. */
export interface ServicePlace {
  readonly name: string;
  readonly origin: string;
}

function signItem(key: KeyDescription, service: ServicePlace): ReviewItem {
  const needsApproval = key.needs.includes("approval");
  return {
    label: needsApproval ? "$(key) Request the signature" : "$(key) Sign",
    description: needsApproval ? "an approval is needed first" : `${printable(key.name)} at ${service.name}`,
    signs: true,
  };
}

function keyItem(key: KeyDescription, { scheme, hash }: SignaturePlan["scheme"], service: ServicePlace): ReviewItem {
  const certificate =
    key.certificateChain.length === 0 ? "without a certificate" : `certified by ${commonName(key.governance.issuer)}`;
  const how = key.envelopes === undefined ? `${scheme} with ${hash}` : "its service makes the whole envelope";
  const detail = `${describeKey(key)} · ${how} · ${service.origin}`;
  return { ...fact("account", "Key", `${key.name} at ${service.name}, ${certificate}`, detail), copies: key.publicKey };
}

function consequences(
  { attachment, commands, format, artifact }: SignaturePlan,
  key: KeyDescription,
): readonly ReviewItem[] {
  const tag = `${attachment.fallbackTag.slice(0, 15)}...`;
  const place =
    attachment.kind === "referrer"
      ? `listed beside the image (as a referrer, or under the tag ${tag})`
      : `under the tag ${tag}, beside what others signed`;
  const tool = isNotaryFormat(format) ? "notation" : "cosign";
  return [
    { ...fact("cloud-upload", "Attached to", attachment.repository, `${formatWord(format)}, ${place}`) },
    fact("terminal", `The same by ${tool}`, commands.sign),
    ...vsignItem(vsignCommand({ image: artifact }, key)),
  ];
}

function vsignItem(command: string | undefined): readonly ReviewItem[] {
  return command === undefined ? [] : [fact("terminal", "The same by vsign", command)];
}

/** A line that Enter copies. */
function fact(icon: string, label: string, text: string, detail?: string): ReviewItem {
  return {
    label: `$(${icon}) ${label}`,
    description: printable(text),
    ...(detail === undefined ? {} : { detail: printable(detail) }),
    copies: text,
    signs: false,
  };
}

function acceptance({ acceptance: rules }: SignaturePlan): readonly ReviewItem[] {
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
