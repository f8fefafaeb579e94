import type { PreparedFile } from "../application/signFile.ts";
import type { PreparedSigning } from "../application/signImage.ts";
import type { KeyDescription, SigningService } from "../application/signingService.ts";
import { printable } from "../core/report/words.ts";
import { notaryChainOf } from "../core/sign/notaryFit.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import { vsignCommand } from "../core/sign/peerCommands.ts";
import { summarise } from "../core/x509/certificateNames.ts";
import { exitCodes } from "./exitCodes.ts";
import type { Host } from "./host.ts";
import type { Format } from "./options.ts";
import { printJson } from "./output.ts";

type Line = readonly [string, string];

/** Prints what would be signed, for `--dry-run`. */
export async function reportPlans(
  prepared: readonly PreparedSigning[],
  service: SigningService,
  serviceType: string,
  format: Format,
  host: Host,
): Promise<number> {
  const values = prepared.map((one) => imageJson(one, service, serviceType));
  const [only, ...others] = values;
  if (format === "json")
    await printJson(others.length > 0 ? { status: "planned", signatures: values } : { ...only }, host);
  else {
    const parts = prepared.map((one) => toText(imageLines(one, service, serviceType)));
    await host.output(`${parts.join("\n")}Nothing was signed.\n`);
  }
  return exitCodes.clean;
}

/** The same for a file. */
export async function reportFilePlan(
  { plan, key }: PreparedFile,
  output: string,
  service: SigningService,
  serviceType: string,
  format: Format,
  host: Host,
): Promise<number> {
  const vsign = serviceType === "venafi" ? vsignCommand({ file: plan.name }, key) : undefined;
  const { scheme, terms } = plan;
  if (format === "json") {
    const what = {
      status: "planned",
      file: plan.name,
      digest: plan.fileDigest,
      size: plan.size,
      service: service.name,
    };
    const commands = { ...plan.commands, ...(vsign === undefined ? {} : { vsign }) };
    await printJson({ ...what, key: keyJson(key), scheme, ...termsJson(terms), output, commands }, host);
    return exitCodes.clean;
  }
  const lines: readonly Line[] = [
    [terms.predicate === undefined ? "Would sign" : "Would attest", `${printable(plan.name)} (${plan.size} bytes)`],
    ["digest", plan.fileDigest],
    ...keyLines(key, scheme, service),
    ...termLines(terms),
    ["to", printable(output)],
    ["by cosign", plan.commands.sign],
    ...(vsign === undefined ? [] : [["by vsign", vsign] as const]),
  ];
  await host.output(`${toText(lines)}Nothing was signed.\n`);
  return exitCodes.clean;
}

function imageJson(
  { plan, key, coverage, platform }: PreparedSigning,
  service: SigningService,
  serviceType: string,
): object {
  const { image, attachment, acceptance, scheme, terms } = plan;
  const platforms = coverage.kind === "index" ? { platforms: coverage.platforms } : {};
  return {
    status: "planned",
    image: plan.reference,
    digest: image.digest,
    artifact: plan.artifact,
    mediaType: image.mediaType,
    size: image.size,
    ...(platform === undefined ? {} : { platform }),
    ...platforms,
    service: service.name,
    key: keyJson(key),
    format: plan.format,
    scheme,
    ...termsJson(terms),
    attachment,
    acceptance,
    commands: { ...plan.commands, ...vsignFor(plan, key, serviceType) },
  };
}

function imageLines(
  { plan, key, coverage, platform }: PreparedSigning,
  service: SigningService,
  serviceType: string,
): readonly Line[] {
  const { image, attachment, acceptance, scheme, terms } = plan;
  const covers = coverage.kind === "index" ? `index of ${coverage.platforms.map(printable).join(", ")}` : "one image";
  const tool = plan.commands.sign.startsWith("notation") ? "by notation" : "by cosign";
  const { vsign } = vsignFor(plan, key, serviceType);
  return [
    [terms.predicate === undefined ? "Would sign" : "Would attest", printable(plan.artifact)],
    ["named", printable(plan.reference)],
    ["which is", `${platform === undefined ? covers : printable(platform)} (${image.mediaType}, ${image.size} bytes)`],
    ...keyLines(key, scheme, service),
    ["as", plan.format],
    ...termLines(terms),
    [
      "attached",
      attachment.kind === "referrer"
        ? `in ${printable(attachment.repository)}, as a referrer (or listed under ${attachment.fallbackTag})`
        : `in ${printable(attachment.repository)}, under the tag ${attachment.fallbackTag}`,
    ],
    ...(acceptance.length === 0
      ? [["policies", "none covers the image: the signature would be trusted by nobody"] as const]
      : acceptance.map(
          ({ rule, source, accepts, reason }) =>
            [
              accepts ? "accepted by" : "refused by",
              `${printable(rule)} (${source.file}:${source.line}): ${printable(reason)}`,
            ] as const,
        )),
    [tool, plan.commands.sign],
    ...(vsign === undefined ? [] : [["by vsign", vsign] as const]),
  ];
}

function keyLines(
  key: KeyDescription,
  scheme: { readonly scheme: string; readonly hash: string },
  service: SigningService,
): readonly Line[] {
  const needs = key.needs.length === 0 ? "" : `, which needs ${key.needs.join(" and ")}`;
  const certificate = certificateOf(key);
  const how =
    key.envelopes === undefined
      ? `${key.spec}, ${scheme.scheme}, ${scheme.hash}, ${key.custody}`
      : "the service makes the whole envelope";
  return [
    ["with key", `${printable(key.name)} of ${printable(service.name)} at ${service.origin} (${how})${needs}`],
    [
      "certificate",
      certificate === undefined
        ? key.isEphemeral === true
          ? `of whoever signs in, by ${service.origin}; the key is made in this process, in memory, and is not kept`
          : "none"
        : `${printable(certificate.subject)}, issued by ${printable(certificate.issuer)}, valid until ${certificate.notAfter}`,
    ],
  ];
}

function termLines({ expiresAt, predicate, timeStampAuthority }: SigningTerms): readonly Line[] {
  return [
    ...(predicate === undefined
      ? []
      : [["that", `${printable(predicate.type)} (${predicate.json.length} characters)`] as const]),
    ...(expiresAt === undefined ? [] : [["expires", expiresAt] as const]),
    ...(timeStampAuthority === undefined ? [] : [["stamped by", printable(timeStampAuthority.url)] as const]),
  ];
}

function keyJson(key: KeyDescription): object {
  const { name, spec, custody, needs, publicKey, governance } = key;
  return { name, spec, custody, needs, publicKey, certificate: certificateOf(key), governance };
}

function termsJson({ expiresAt, predicate, timeStampAuthority }: SigningTerms): object {
  return {
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(predicate === undefined ? {} : { predicateType: predicate.type }),
    ...(timeStampAuthority === undefined ? {} : { timeStampAuthority: timeStampAuthority.url }),
  };
}

function certificateOf(key: KeyDescription): { subject: string; issuer: string; notAfter: string } | undefined {
  const [leaf] = notaryChainOf(key) ?? [];
  if (leaf === undefined) return undefined;
  const { subject, issuer } = summarise(leaf);
  return { subject, issuer, notAfter: leaf.notAfter.toISOString() };
}

/** vsign attaches signatures in cosign's first format; of ECDSA it would attach one that cosign does not read. */
function vsignFor(
  plan: PreparedSigning["plan"],
  key: KeyDescription,
  serviceType: string,
): { readonly vsign?: string } {
  const vsign =
    serviceType === "venafi" && plan.format === "cosign" ? vsignCommand({ image: plan.artifact }, key) : undefined;
  return vsign === undefined ? {} : { vsign };
}

function toText(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, value]) => `${name.padEnd(width)}${value}\n`).join("");
}
