import type { ImageUse } from "../document/document.ts";
import { formatFamiliar, formatReference } from "../image/reference.ts";
import type { Authority, TrustPolicy } from "../policy/policy.ts";
import { describeSigner, printable } from "../report/words.ts";
import type { Verdict, VerdictState } from "../verdict/verdict.ts";
import type { RuleInput, RuleReport, Severity } from "./rule.ts";

/** Severities of a verdict rule: where the deciding policy enforces, where it warns, and where no policy decided. */
export interface VerdictSeverities {
  readonly enforced: Severity;
  readonly warned: Severity;
  readonly undecided: Severity;
}

/**
 * One report for each use of an image whose verdict has the state; `sentence` says the fact and its consequence, or
 * nothing where the verdict is not worth telling.
 */
export function verdictReports(
  input: RuleInput,
  state: VerdictState,
  severities: VerdictSeverities,
  sentence: (image: ImageUse, verdict: Verdict) => string | undefined,
): readonly RuleReport[] {
  return input.document.images.flatMap((image) => {
    const verdict = verdictOf(image, input.verdicts);
    if (verdict?.state !== state) return [];
    const message = sentence(image, verdict);
    return message === undefined ? [] : [{ span: image.span, message, severity: severityOf(verdict, severities) }];
  });
}

/** The verdict on a use's image, if there is one. */
export function verdictOf(image: ImageUse, verdicts: ReadonlyMap<string, Verdict>): Verdict | undefined {
  return image.reference === undefined ? undefined : verdicts.get(formatReference(image.reference));
}

/** "policy release (policy/images.yaml:12) requires a signature by acme", or what it means that no policy covers the image. */
export function consequence(verdict: Verdict, policy: TrustPolicy | undefined): string {
  const decidedBy = verdict.decidedBy;
  if (decidedBy === undefined) return "no policy covers it, so nothing says whom to trust";
  const rule = policy?.rules.find((each) => each.name === decidedBy.rule && each.source.file === decidedBy.policy);
  const names = listOfNames((rule?.authorities ?? []).flatMap(nameOf));
  const where = `policy ${printable(decidedBy.rule)} (${printable(decidedBy.policy)}:${decidedBy.line})`;
  return `${where} requires a signature${names === "" ? "" : ` by ${names}`}`;
}

/** Who signed, of the signatures that are valid: "acme", "release.yml@acme/app via GitHub Actions". */
export function signersOf(verdict: Verdict): string {
  const signers = verdict.signatures
    .filter((signature) => signature.valid && signature.purpose === "signature")
    .flatMap(({ signer }) => (signer === undefined ? [] : [describeSigner(signer)]));
  return listOfNames([...new Set(signers)]);
}

/** The image as the document writes it, in quotes, and its name where variables or other keys say it: "'$IMAGE' (node:22)". */
export function named(image: ImageUse): string {
  const { reference, resolution, text } = image;
  const name =
    resolution === "resolved" && reference !== undefined ? formatFamiliar(reference).split("@")[0] : undefined;
  return name === undefined || name === text ? quoted(image) : `${quoted(image)} (${printable(name)})`;
}

/** The image as the document writes it, in quotes, fit to stand in a sentence. */
export function quoted(image: ImageUse): string {
  return `'${printable(image.text)}'`;
}

/** A reason's message as the end of a sentence: one line, without its full stop. */
export function clause(message: string): string {
  return printable(message).replace(/\.+$/u, "");
}

function severityOf(verdict: Verdict, severities: VerdictSeverities): Severity {
  if (verdict.decidedBy === undefined) return severities.undecided;
  return verdict.enforced ? severities.enforced : severities.warned;
}

function nameOf(authority: Authority): string[] {
  switch (authority.kind) {
    case "key":
    case "keyless":
    case "notary":
    case "not-evaluated":
      return [printable(authority.name)];
    case "static":
      return [];
  }
}

function listOfNames(names: readonly string[]): string {
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
  return shown.length <= 1 ? (shown[0] ?? "") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1) ?? ""}`;
}
