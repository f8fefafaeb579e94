import { formatFamiliar, parseReference, repositoryName, type ImageReference } from "../image/reference.ts";
import { matchesGlob } from "./glob.ts";
import type { Coverage, PolicyRule } from "./policy.ts";
import { matchesWildcards } from "./wildcard.ts";

/** No reference is longer; what is longer is covered by nothing but rules for everything. */
const maximumText = 2048;

/**
 * The rules that count for an image, in file order: those whose patterns cover it and whose exceptions do not, each in
 * the language of its format; of a set of rules in which the most specific pattern decides, only those that have it.
 */
export function coveringRules(rules: readonly PolicyRule[], reference: string): readonly PolicyRule[] {
  const ranked = rules.map((rule) => ({ rule, rank: rankOf(rule, reference) }));
  const best = new Map<string, Rank>();
  for (const { rule, rank } of ranked) {
    const set = setOf(rule);
    if (rank === undefined || set === undefined) continue;
    const known = best.get(set);
    if (known === undefined || compare(rank, known) > 0) best.set(set, rank);
  }
  return ranked.flatMap(({ rule, rank }) => {
    if (rank === undefined) return [];
    const set = setOf(rule);
    const winner = set === undefined ? undefined : best.get(set);
    return winner === undefined || compare(rank, winner) === 0 ? [rule] : [];
  });
}

/** How well a pattern fits: compared number by number, the larger one is more specific. */
type Rank = readonly number[];

function setOf({ coverage }: PolicyRule): string | undefined {
  return coverage !== undefined && "set" in coverage ? `${coverage.kind} ${coverage.set}` : undefined;
}

function compare(one: Rank, other: Rank): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? -1) - (other[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How well the best pattern of the rule fits; undefined where none does. */
function rankOf({ globs, exceptions = [], coverage }: PolicyRule, reference: string): Rank | undefined {
  const kind = coverage?.kind ?? "globs";
  if (exceptions.some(({ glob }) => rankOfPattern(kind, glob, reference) !== undefined)) return undefined;
  let best: Rank | undefined;
  for (const { glob } of globs) {
    const rank = rankOfPattern(kind, glob, reference);
    if (rank !== undefined && (best === undefined || compare(rank, best) > 0)) best = rank;
  }
  return best;
}

type Kind = Coverage["kind"];

function rankOfPattern(kind: Kind, pattern: string, reference: string): Rank | undefined {
  if (kind === "globs") return matchesGlob(pattern, reference) ? [0] : undefined;
  const parsed = reference.length > maximumText ? undefined : parseReference(reference).value;
  if (parsed === undefined) return undefined;
  switch (kind) {
    case "scopes":
      return rankOfScope(pattern, parsed);
    case "wildcards":
      return matchesWildcards(pattern, kyvernoName(parsed)) ? [0] : undefined;
    case "written":
      return [reference, formatFamiliar(parsed)].some((text) => matchesWildcards(pattern, text)) ? [0] : undefined;
    case "components":
      return rankOfComponents(pattern, parsed);
    case "registries":
      return rankOfRegistry(pattern, parsed);
    case "repositories":
      return pattern === "*" ? [0] : pattern === repositoryName(parsed) ? [1] : undefined;
  }
}

/**
 * containers-policy.json, "docker:": the reference itself, then its repository and every path above it, then its host's
 * domains, longest first, then "" for all. Boundaries are whole path components, so that `acme` is not `acme-evil`.
 */
function rankOfScope(scope: string, reference: ImageReference): Rank | undefined {
  if (scope === "") return [0];
  const repository = repositoryName(reference);
  if (scope === `${repository}${identifierOf(reference)}`) return [3];
  if (repository === scope || repository.startsWith(`${scope}/`)) return [2, scope.length];
  const [host = ""] = reference.registry.split(":");
  return scope.startsWith("*.") && host.endsWith(scope.slice(1)) ? [1, scope.length] : undefined;
}

/** What container tools go by: the digest where there is one, else the tag. */
function identifierOf({ tag, digest }: ImageReference): string {
  return digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`;
}

function kyvernoName(reference: ImageReference): string {
  return repositoryName(reference) + identifierOf(reference);
}

/** Connaisseur: more components first, then the longer common prefix from the left, then the longer component. */
function rankOfComponents(pattern: string, reference: ImageReference): Rank | undefined {
  const { registry, repository, tag, digest } = reference;
  const host = registry === "docker.io" ? "index.docker.io" : registry;
  const label = tag === undefined && digest === undefined ? ":latest" : tag === undefined ? "" : `:${tag}`;
  const name = `${host}/${repository}${label}${digest === undefined ? "" : `@${digest}`}`;
  const before = pattern.startsWith("*") ? "" : "*";
  const after = pattern.endsWith("*") ? "" : "*";
  if (!matchesWildcards(`${before}${pattern}${after}`, name, { single: false })) return undefined;
  const components = pattern.split("/");
  const parts = name.split("/");
  const prefixes = components.map((component, index) => commonPrefix(component, parts[index] ?? ""));
  return [components.length, ...prefixes, ...components.map(({ length }) => length)];
}

function commonPrefix(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** Ratify: the repository itself, then its host, then the host's domain after the first label. */
function rankOfRegistry(scope: string, reference: ImageReference): Rank | undefined {
  const { registry } = reference;
  if (scope === repositoryName(reference)) return [2];
  if (scope === registry) return [1];
  const dot = registry.indexOf(".");
  return dot > 0 && scope === `*${registry.slice(dot)}` ? [0] : undefined;
}
