import { formatFamiliar, parseReference, type ImageReference } from "../image/reference.ts";

const allowed = /^[a-zA-Z0-9_:/*.@-]+$/;
const maximumLength = 512;
/** No reference is longer; what is longer matches nothing. */
const maximumText = 2048;

/** Why a glob cannot be used, in words that follow its text; undefined for a usable one. */
export function globProblem(glob: string): string | undefined {
  if (glob === "") return "is empty";
  if (glob.length > maximumLength) return `is longer than ${maximumLength} characters`;
  return allowed.test(glob) ? undefined : "has characters other than letters, digits and _ : / * . @ -";
}

/**
 * Whether a Sigstore ClusterImagePolicy glob covers an image reference, as policy-controller decides it: over the
 * whole name with `index.docker.io` and the default tag written out (a digest replaces the tag), else over the
 * name as people write it. `*` is anything without `/`, `**` anything. False for an unusable glob or reference.
 */
export function matchesGlob(glob: string, reference: string): boolean {
  if (globProblem(glob) !== undefined || reference.length > maximumText) return false;
  const parsed = parseReference(reference).value;
  if (parsed === undefined) return false;
  const tokens = tokenize(expandShorthand(glob));
  return [resolvedName(parsed), reference, formatFamiliar(parsed)].some((text) => matchesWhole(tokens, text));
}

/** A repository as a glob must name it for policy-controller: `docker.io/library/node` is `index.docker.io/library/node`. */
export function globNameOf(repository: string): string {
  return repository.startsWith("docker.io/") ? `index.${repository}` : repository;
}

function expandShorthand(glob: string): string {
  if (glob === "*") return "index.docker.io/library/*";
  return glob === "*/*" ? "index.docker.io/*/*" : glob;
}

function resolvedName({ registry, repository, tag, digest }: ImageReference): string {
  const host = registry === "docker.io" ? "index.docker.io" : registry;
  return `${host}/${repository}${digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`}`;
}

type Token = { readonly kind: "literal"; readonly text: string } | { readonly kind: "name" } | { readonly kind: "any" };

function tokenize(glob: string): readonly Token[] {
  return [...glob.matchAll(/\*\*|\*|[^*]/g)].map(([text]): Token => {
    if (text === "**") return { kind: "any" };
    return text === "*" ? { kind: "name" } : { kind: "literal", text };
  });
}

/** Follows all positions of the glob at once, so that no glob can make it slow. */
function matchesWhole(tokens: readonly Token[], text: string): boolean {
  let positions = withWildcardsSkipped(tokens, new Set([0]));
  for (const character of text) {
    const next = new Set<number>();
    for (const position of positions) {
      const token = tokens[position];
      if (token?.kind === "any" || (token?.kind === "name" && character !== "/")) next.add(position);
      else if (token?.kind === "literal" && token.text === character) next.add(position + 1);
    }
    positions = withWildcardsSkipped(tokens, next);
  }
  return positions.has(tokens.length);
}

function withWildcardsSkipped(tokens: readonly Token[], positions: Set<number>): ReadonlySet<number> {
  // A set visits what is added while it is walked, so that runs of wildcards are skipped whole.
  for (const position of positions) {
    const kind = tokens[position]?.kind;
    if (kind === "any" || kind === "name") positions.add(position + 1);
  }
  return positions;
}
