import type { PipelineImageOptions } from "./pipeline.ts";

/** Arguments that by their name hold the image to build on. */
const base = /^(?:.*_)?(?:BASE|BASE_?IMAGE|IMAGE|FROM)$/i;
/** Names that speak of an image, though not of what about it. */
const image =
  /^(?=.*(?:^|_)IMAGE(?:_|$))(?!.*_(?:DIR|HOST|NAME|PATH|PORT|PREFIX|REGISTRY|REPO(?:SITORY)?|SUFFIX|TAG|URL|VERSION)$)/i;

/**
 * How a build argument holds an image, in tools that build Dockerfiles: `undefined` for one that by its name holds
 * none. `isExpression` says that what it holds is not written there as a text.
 */
export function baseArgument(
  name: string,
  text: string,
  isExpression = false,
): Pick<PipelineImageOptions, "skip"> | undefined {
  if (base.test(name)) return isExpression || /[/:@$]/.test(text) ? { skip: isDigest } : undefined;
  if (!image.test(name)) return undefined;
  return { skip: (value) => isDigest(value) || !/^[^\s:@]+(?::\d+\/[^\s:@]+)?[:@][^\s/]+$/.test(value) };
}

/** A Dockerfile may write the name before it. */
function isDigest(value: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(value);
}
