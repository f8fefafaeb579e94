import type { ReferrersAnswer, Repository } from "../../application/ports.ts";
import { referrersTag } from "../../core/image/attachmentTag.ts";
import { manifestMediaTypes, parseManifest } from "../../core/image/manifest.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";
import { errorCodes, unexpected, type RegistryCall } from "./caller.ts";
import { fetchManifest, isUnknownRepository, mediaTypeOf, repositoryCall, type Connection } from "./content.ts";
import { failure } from "./failure.ts";
import { nextLink } from "./link.ts";
import { unlessAborted } from "./singleFlight.ts";

/** Lists what refers to a digest; remembers per host whether it has the referrers API. */
export interface Referrers {
  list(repository: Repository, digest: string, signal: AbortSignal): Promise<ReferrersAnswer>;
  /** Finds out whether a host has the API before anything is to be listed, unless that is known or being found out. */
  prepare(repository: Repository, signal: AbortSignal): void;
}

/** A digest that no content has, to ask for the API alone. */
const nothing = `sha256:${"0".repeat(64)}`;

/** Whether a host has the API: `undecided` where its answer said nothing about it. */
type Support = "yes" | "no" | "undecided";

export function createReferrers(connection: Connection): Referrers {
  const support = new Map<string, Support>();
  /** The first request to a host; the others wait for what it finds out, so that a host without the API is asked once. */
  const probes = new Map<string, Promise<unknown>>();

  /** Asks the API; the first to ask a host finds out for all others whether it has one. */
  function ask(repository: Repository, digest: string, signal: AbortSignal): ReturnType<typeof askApi> {
    const host = repository.registry;
    const asked = askApi(connection, repository, digest, signal).then((answer) => {
      support.set(host, answer === undefined ? "no" : "yes");
      return answer;
    });
    if (!support.has(host)) {
      const probe = asked.then(
        () => undefined,
        () => undefined,
      );
      probes.set(host, probe);
      void probe.then(() => probes.delete(host));
    }
    return asked;
  }

  return {
    prepare(repository, signal) {
      if (support.has(repository.registry) || probes.has(repository.registry)) return;
      // What goes wrong here goes wrong again, and is told, where something is listed.
      void ask(repository, nothing, signal).catch(() => undefined);
    },
    async list(repository, digest, signal) {
      const host = repository.registry;
      while (!support.has(host) && probes.has(host)) await unlessAborted(signal, Promise.resolve(probes.get(host)));
      if (support.get(host) === "no") return readFallbackTag(connection, repository, digest, signal);
      return (await ask(repository, digest, signal)) ?? readFallbackTag(connection, repository, digest, signal);
    },
  };
}

/** Asks the API and follows its pages; undefined where the registry has none. */
async function askApi(
  connection: Connection,
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<ReferrersAnswer | undefined> {
  const { limits } = connection;
  const attempt = `ask ${repository.registry} what signs ${repository.repository}@${digest}`;
  const first = repositoryCall(connection, repository, `referrers/${digest}`, {
    method: "GET",
    attempt,
    maxBytes: limits.manifestBytes,
  });
  const descriptors: Descriptor[] = [];
  const seen = new Set<string>();
  for (let url: URL | undefined = first.url; url !== undefined;) {
    if (seen.size >= limits.referrerPages || descriptors.length > limits.referrers || seen.has(url.href))
      throw failure(
        "limit-reached",
        attempt,
        "the registry's list has no end, or is longer than what is read",
        "Remove referrers that are not needed.",
      );
    seen.add(url.href);
    const call: RegistryCall = { ...first, url, headers: { accept: manifestMediaTypes.ociIndex } };
    const answer = await connection.call(call, signal);
    if (isUnknownRepository(answer))
      throw failure(
        "image-not-found",
        attempt,
        `there is no repository ${repository.repository} on ${repository.registry}`,
        "Check the reference's spelling.",
      );
    const isIndex = answer.status === 200 && mediaTypeOf(answer) === manifestMediaTypes.ociIndex;
    if (!isIndex) {
      if (seen.size === 1 && lacksApi(answer)) return undefined;
      throw unexpected(answer, call);
    }
    const page = parseManifest(answer.bytes).value;
    if (page?.kind !== "index")
      throw failure("registry-error", attempt, "the registry's list cannot be read", "Tell the registry's operator.");
    descriptors.push(...page.manifests);
    url = nextPage(answer.headers.get("link"), url, call);
  }
  return { from: "referrers", target: first.url.pathname, descriptors };
}

/** What registries without the API answer: the route is unknown, or read as something else. A refusal to answer is none of these. */
function lacksApi({ status, bytes }: { readonly status: number; readonly bytes: Uint8Array }): boolean {
  if (status === 404 || status === 400 || status === 406 || status === 200) return true;
  return status === 405 || errorCodes(bytes).includes("UNSUPPORTED");
}

function nextPage(header: string | null, url: URL, call: RegistryCall): URL | undefined {
  const next = nextLink(header, url);
  if (next === undefined || next.origin === call.url.origin) return next;
  throw failure(
    "registry-error",
    call.attempt,
    `the registry's list goes on at ${next.origin}, which is not the registry`,
    "Tell the registry's operator.",
  );
}

/**
 * Reads the fallback tag. Its entries are written by clients, which get `artifactType` wrong (cosign writes the empty config's
 * type), so it is left out; what each entry is, its own manifest says. Anything but an index there counts as no list.
 */
async function readFallbackTag(
  connection: Connection,
  repository: Repository,
  digest: string,
  signal: AbortSignal,
): Promise<ReferrersAnswer> {
  const tag = referrersTag(digest);
  const manifest = await fetchManifest(connection, repository, tag, signal);
  const index = manifest === undefined ? undefined : parseManifest(manifest.bytes).value;
  const listed = index?.kind === "index" ? index.manifests : [];
  if (listed.length > connection.limits.referrers)
    throw failure(
      "limit-reached",
      `read the list ${tag} of ${repository.repository} on ${repository.registry}`,
      "it is longer than what is read",
      "Remove referrers that are not needed.",
    );
  return {
    from: "referrers-tag",
    target: `/v2/${repository.repository}/manifests/${tag}`,
    descriptors: listed.map(withoutType),
  };
}

function withoutType({ mediaType, digest, size, annotations }: Descriptor): Descriptor {
  return { mediaType, digest, size, ...(annotations === undefined ? {} : { annotations }) };
}
