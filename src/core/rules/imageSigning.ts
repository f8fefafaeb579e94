import type { Dialect, Document } from "../document/document.ts";
import { pipelines } from "./imagePushes.ts";

/** Where steps of a pipeline stand, and what they call. */
const callers: ReadonlySet<Dialect> = new Set<Dialect>([
  ...pipelines,
  "github-action",
  "tekton",
  "argo",
  "cloud-build",
  "codebuild",
  "concourse",
  "shell",
  "makefile",
  "earthfile",
]);

/** Tools and services that sign images, by any of their names. */
const tools =
  /cosign|\bnotation\b|notaryproject|countersign|sigstore|slsa-framework|slsa-github-generator|actions\/attest|attest-build-provenance|docker[ -]trust|DOCKER_CONTENT_TRUST|docker_signs|\bvsign\b|venafi|signserver|\bsigstore|in-toto|witness run|tkn-chains|\bwerf\b|rekor|fulcio|--sign-by|gpg-sign-images|skopeo[^\n]{0,200}--sign/i;

// Distances are bounded, so that a line without an end takes no longer than others.
/** Scripts, targets, actions and workflows whose name says that they sign. */
const names =
  /(?<![a-z])sign(?:s|ing|er|ed)?(?:[-_ ]?(?:the|and|push|docker|container|oci|release))*[-_ ]?(?:images?|containers?|manifests?|digests?|artifacts?)\b|(?:images?|containers?|docker|oci|manifests?|artifacts?)[-_/ ]sign(?:ing|er|atures?)?\b|(?:make|just|task|mage|bash|sh|run)\s[^\n]{0,200}(?<![a-z])sign(?:ing)?(?![a-z])|(?<![a-z])sign(?:ing)?\.(?:sh|py|js)\b|uses:[^\n#]{0,200}(?<![a-z])sign(?:ing|er)?(?![a-z])/i;

/**
 * Whether anything in the document signs images, or may: by a tool that is known, or by a name that says so. Meant to be
 * generous: who is told that nothing signs must be able to rely on it.
 */
export function maySignImages({ dialect, text }: Document): boolean {
  return callers.has(dialect) && (tools.test(text) || names.test(text) || callsElsewhere(dialect, text));
}

/** Whether a workflow gives work to one of another repository, whose steps are not known here. */
function callsElsewhere(dialect: Dialect, text: string): boolean {
  return dialect === "github-workflow" && /^[ \t]*uses:[ \t]*["']?[\w.-]+\/[\w.-]+\/\.github\/workflows\//m.test(text);
}
