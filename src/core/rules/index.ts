import { dockerContentTrust } from "./docker-content-trust.ts";
import { imageInvalid } from "./image-invalid.ts";
import { imagePushedNotSigned } from "./image-pushed-not-signed.ts";
import { imageUnknown } from "./image-unknown.ts";
import { imageUnsigned } from "./image-unsigned.ts";
import { imageUntrusted } from "./image-untrusted.ts";
import { imageWithoutDigest } from "./image-without-digest.ts";
import { pinOutdated } from "./pin-outdated.ts";
import type { Rule } from "./rule.ts";
import { signByTag } from "./sign-by-tag.ts";
import { verifyAnyIdentity } from "./verify-any-identity.ts";

/** Every rule, in the order in which they are listed to people. */
export const rules: readonly Rule[] = [
  imageInvalid,
  imageUnsigned,
  imageUntrusted,
  imageUnknown,
  imageWithoutDigest,
  pinOutdated,
  signByTag,
  verifyAnyIdentity,
  dockerContentTrust,
  imagePushedNotSigned,
];

/** The rule of an id, if there is one. */
export function findRule(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}
