const wrapper = "docker://";
/** Of a registry of buildpacks, or of the builder: a namespace and a name, without a tag. */
const registryName = /^[a-z0-9.-]+\/[a-z0-9.-]+(?:@[^/]+)?$/;
/** The organisation on Docker Hub; its buildpacks' own names begin with `paketo-buildpacks/`. */
const publisher = "paketobuildpacks/";

/**
 * How long what stands before the image is, where the locator of a buildpack names one (Cloud Native Buildpacks,
 * "Buildpack URIs"): else it is a file, or the name of one that a builder or a registry of buildpacks has.
 */
export function buildpackImageStart(locator: string): number | undefined {
  if (locator.startsWith(wrapper)) return wrapper.length;
  if (/^[./~\\]|:\/\/|^(?:urn|from|file):|^from=|\\|\.(?:tgz|tar\.gz|cnb|zip)$/i.test(locator)) return undefined;
  if (locator.startsWith(publisher)) return 0;
  if (registryName.test(locator)) return undefined;
  const hasHost = /^[^/]*[.:][^/]*\/.|^localhost\/./.test(locator);
  return hasHost || /[^/]:[^/]+$/.test(locator) || locator.includes("@sha256:") ? 0 : undefined;
}
