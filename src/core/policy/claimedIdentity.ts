import { parseReference, repositoryName, type ImageReference } from "../image/reference.ts";
import type { ClaimedIdentity } from "./policy.ts";

/**
 * Whether the name that a signed payload claims is the one that a policy asks for (containers-policy.json,
 * `signedIdentity`). A payload that claims nothing matches nothing. cosign claims the repository without a tag, so that
 * its signatures fit `repository` and not the default.
 */
export function matchesClaim(identity: ClaimedIdentity, claimed: string | undefined, reference: string): boolean {
  const signed = claimed === undefined ? undefined : parseReference(claimed).value;
  const image = parseReference(reference).value;
  if (signed === undefined || image === undefined) return false;
  switch (identity.kind) {
    case "exact":
      return isExact(signed, withTag(image));
    case "repository-if-digest-else-exact":
      return isRepositoryOrExact(signed, withTag(image));
    case "repository":
      return repositoryName(signed) === repositoryName(image);
    case "exact-reference": {
      const expected = parseReference(identity.name).value;
      return expected !== undefined && isExact(signed, expected);
    }
    case "exact-repository": {
      const expected = parseReference(identity.name).value;
      return expected !== undefined && repositoryName(signed) === repositoryName(expected);
    }
    case "remapped": {
      const expected = remap(withTag(image), identity.prefix, identity.signedPrefix);
      return expected !== undefined && isRepositoryOrExact(signed, expected);
    }
  }
}

/** The image as container tools ask for it: with `latest` where nothing is said, by the digest alone where there is one. */
function withTag({ registry, repository, tag = "latest", digest }: ImageReference): ImageReference {
  return digest === undefined ? { registry, repository, tag } : { registry, repository, digest };
}

function isExact(signed: ImageReference, expected: ImageReference): boolean {
  if (signed.tag === undefined && signed.digest === undefined) return false;
  return (
    repositoryName(signed) === repositoryName(expected) &&
    signed.tag === expected.tag &&
    signed.digest === expected.digest
  );
}

function isRepositoryOrExact(signed: ImageReference, expected: ImageReference): boolean {
  if (signed.tag === undefined && signed.digest === undefined) return false;
  // The digest itself is compared with the signed one wherever signatures are read.
  return expected.digest === undefined
    ? isExact(signed, expected)
    : repositoryName(signed) === repositoryName(expected);
}

function remap(image: ImageReference, prefix: string, signedPrefix: string): ImageReference | undefined {
  const name = repositoryName(image);
  if (name !== prefix && !name.startsWith(`${prefix}/`)) return image;
  const { value } = parseReference(signedPrefix + name.slice(prefix.length));
  if (value === undefined) return undefined;
  const { registry, repository } = value;
  const { tag, digest } = image;
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
