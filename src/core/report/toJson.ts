import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { Finding } from "../rules/rule.ts";
import type { Attachment, SignatureVerdict, Signer, Verdict } from "../verdict/verdict.ts";
import {
  createRanges,
  reportedImages,
  type Inspection,
  type Range,
  type Ranges,
  type ReportedImage,
} from "./inspection.ts";
import { visibilityOf } from "./visibility.ts";

/** The JSON report, one object, `version` 1; its shape is the command line's contract. */
export function toJson(inspection: Inspection): string {
  const ranges = createRanges(inspection.documents);
  const report = {
    version: 1,
    ...(inspection.evidence === undefined ? {} : { evidence: inspection.evidence }),
    images: reportedImages(inspection).map((image) => imageJson(image, ranges, inspection.steps === true)),
    findings: inspection.findings.map((finding) => findingJson(finding, ranges)),
    problems: inspection.problems.map((problem) => problemJson(problem, ranges)),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function imageJson(image: ReportedImage, ranges: Ranges, withSteps: boolean): object {
  const { place, verdict } = image;
  const definedAt = place?.use.definedAt;
  return {
    ...(place === undefined
      ? {}
      : { file: place.document.path, ...ranges.rangeOf(place.document.path, place.use.span) }),
    text: image.text,
    ...(place === undefined ? {} : { site: place.use.site }),
    reference: image.reference ?? null,
    ...(place === undefined ? {} : { resolution: place.use.resolution }),
    ...(place === undefined || definedAt === undefined
      ? {}
      : { definedAt: ranges.rangeOf(place.document.path, definedAt) }),
    ...(verdict === undefined ? {} : verdictJson(verdict)),
    ...(verdict === undefined || !withSteps ? {} : { steps: verdict.trace, visibility: visibilityJson(verdict) }),
  };
}

function verdictJson(verdict: Verdict): object {
  return {
    ...(verdict.digest === undefined ? {} : { digest: verdict.digest }),
    state: verdict.state,
    reason: { code: verdict.reason.code, message: verdict.reason.message },
    signatures: verdict.signatures.map(signatureJson),
    ...(verdict.attachments === undefined ? {} : { attachments: verdict.attachments.map(attachmentJson) }),
    ...(verdict.platforms === undefined
      ? {}
      : {
          platforms: verdict.platforms.map(({ platform, verdict: own }) => ({ platform, ...verdictJson(own) })),
        }),
    ...(verdict.decidedBy === undefined ? {} : { decidedBy: verdict.decidedBy }),
    ...(verdict.policies === undefined ? {} : { policies: verdict.policies }),
    ...(verdict.asOf === undefined ? {} : { asOf: verdict.asOf }),
  };
}

/** Which tools recognise each valid signature, by the digest of the manifest that carries it. */
function visibilityJson({ signatures }: Verdict): object {
  return signatures.flatMap((signature) => {
    const consumers = signature.valid ? visibilityOf(signature) : [];
    return consumers.length === 0 ? [] : [{ manifest: signature.manifest, format: signature.format, consumers }];
  });
}

function signatureJson(signature: SignatureVerdict): object {
  return {
    format: signature.format,
    valid: signature.valid,
    trusted: signature.trusted,
    purpose: signature.purpose,
    ...(signature.predicateType === undefined ? {} : { predicateType: signature.predicateType }),
    ...(signature.signer === undefined ? {} : { signer: signerJson(signature.signer) }),
    ...(signature.signedAt === undefined ? {} : { signedAt: signature.signedAt }),
    ...(signature.provenBy === undefined ? {} : { provenBy: signature.provenBy }),
    ...(signature.governance === undefined ? {} : { governance: signature.governance }),
    manifest: signature.manifest,
    reasons: signature.reasons,
  };
}

function attachmentJson({ kind, mediaType, digest, from }: Attachment): object {
  return { kind, mediaType, digest, from, signed: false };
}

function signerJson({ kind, identity, issuer, fingerprint, algorithm, certificate }: Signer): object {
  return { kind, identity, issuer, fingerprint, algorithm, certificate };
}

function findingJson(finding: Finding, ranges: Ranges): object {
  return {
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    file: finding.file,
    ...ranges.rangeOf(finding.file, finding.span),
    message: finding.message,
    fixes: finding.fixes.map((fix) => ({
      title: fix.title,
      edits: fix.edits.map((edit) => ({ file: edit.file, ...ranges.rangeOf(edit.file, edit.span), text: edit.text })),
    })),
  };
}

function problemJson(problem: Problem, ranges: Ranges): object {
  const { code, message, file, span } = problem;
  return { code, message, ...(file === undefined ? {} : { file, ...rangeIn(file, span, ranges) }) };
}

function rangeIn(file: string, span: Span | undefined, ranges: Ranges): Range | undefined {
  return span === undefined ? undefined : ranges.rangeOf(file, span);
}
