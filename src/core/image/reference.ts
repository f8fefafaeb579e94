import type { Parsed } from "../problem.ts";
import { isDigest } from "./digest.ts";

/** An image reference in its normalised parts: Docker Hub is `docker.io`, its official images are under `library/`. */
export interface ImageReference {
  /** Host with its port, if one is written: `ghcr.io`, `localhost:5000`, `[2001:db8::1]:5000`. */
  readonly registry: string;
  /** Path below the host: `library/node`. */
  readonly repository: string;
  /** Only where one is written; `latest` is never made up. */
  readonly tag?: string;
  readonly digest?: string;
}

const defaultRegistry = "docker.io";
const officialPrefix = "library/";

/** The longest repository path that registries and clients accept. */
const maximumPathLength = 255;
/** Longer than any host, path, tag and digest together; what is longer is not looked at. */
const maximumLength = 2048;

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const domain = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const path = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const onlyIdentifier = /^[a-f0-9]{64}$/;

/**
 * Reads an image reference as container tools do (the grammar and the familiar names of distribution/reference):
 * `node`, `node:22`, `ghcr.io/acme/app@sha256:...`. Wrappers such as `docker://` are not part of it.
 * Without a value, one problem says why: `reference-invalid`.
 */
export function parseReference(text: string): Parsed<ImageReference> {
  if (text === "") return invalid("An image reference must not be empty.");
  if (text.length > maximumLength)
    return invalid(`An image reference must not be longer than ${maximumLength} characters.`);
  if (text.length === 64 && onlyIdentifier.test(text))
    return invalid(`'${text}' is 64 hexadecimal digits, which means an image ID, not a repository.`);

  const { registry, remainder } = splitRegistry(text);
  const at = remainder.indexOf("@");
  const named = at < 0 ? remainder : remainder.slice(0, at);
  const digest = at < 0 ? undefined : remainder.slice(at + 1);
  const colon = named.indexOf(":");
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);

  if (registry !== defaultRegistry && !domain.test(registry))
    return invalid(`'${text}' is not an image reference: '${registry}' is not a registry host.`);
  if (!path.test(repository)) {
    const why = path.test(repository.toLowerCase()) ? "must be lower case" : "is not a repository name";
    return invalid(`'${text}' is not an image reference: '${repository}' ${why}.`);
  }
  if (repository.length > maximumPathLength)
    return invalid(
      `'${text}' is not an image reference: its repository name is longer than ${maximumPathLength} characters.`,
    );
  if (tag !== undefined && !tagForm.test(tag))
    return invalid(`'${text}' is not an image reference: '${tag}' is not a tag.`);
  if (digest !== undefined && !isDigest(digest))
    return invalid(`'${text}' is not an image reference: '${digest}' is not a digest.`);
  const value: { -readonly [part in keyof ImageReference]: ImageReference[part] } = { registry, repository };
  if (tag !== undefined) value.tag = tag;
  if (digest !== undefined) value.digest = digest;
  return { value, problems: [] };
}

/** The normalised text of a reference, with registry and `library/` written out: `docker.io/library/node:22`. */
export function formatReference(reference: ImageReference): string {
  return repositoryName(reference) + suffixOf(reference);
}

/** The short text that people know a reference by: `node:22`, `acme/app`, `ghcr.io/acme/app`. Reading it gives the same reference. */
export function formatFamiliar(reference: ImageReference): string {
  return familiarName(reference) + suffixOf(reference);
}

/** The repository with its registry, without tag and digest: `docker.io/library/node`. */
export function repositoryName(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}`;
}

function familiarName({ registry, repository }: ImageReference): string {
  if (registry !== defaultRegistry) return `${registry}/${repository}`;
  const official = repository.slice(officialPrefix.length);
  const shortened = repository.startsWith(officialPrefix) && !official.includes("/") ? official : repository;
  // A path whose first component reads as a host, or the whole as an image ID, has no shorter form.
  const readBack = shortened === "" ? undefined : parseReference(shortened).value;
  return readBack?.registry === registry && readBack.repository === repository
    ? shortened
    : `${registry}/${repository}`;
}

function suffixOf({ tag, digest }: ImageReference): string {
  return (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
}

function splitRegistry(text: string): { registry: string; remainder: string } {
  const slash = text.indexOf("/");
  const first = slash < 0 ? "" : text.slice(0, slash);
  const isHost = slash >= 0 && (first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first);
  const registry = !isHost || first === "index.docker.io" ? defaultRegistry : first;
  const remainder = isHost ? text.slice(slash + 1) : text;
  return {
    registry,
    remainder: registry === defaultRegistry && !remainder.includes("/") ? officialPrefix + remainder : remainder,
  };
}

function invalid(message: string): Parsed<ImageReference> {
  return { value: undefined, problems: [{ code: "reference-invalid", message }] };
}
