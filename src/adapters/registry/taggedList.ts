import { setTimeout } from "node:timers/promises";
import type { Repository } from "../../application/ports.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";
import { unexpected, type RegistryCall } from "./caller.ts";
import { fetchManifest, repositoryCall, type Connection, type FetchedManifest } from "./content.ts";
import { failure } from "./failure.ts";
import type { FollowedAnswer } from "./redirects.ts";

/** A manifest under a tag that holds a list to which several writers add: a fallback index, or the layers of signatures. */
export interface TaggedList {
  readonly tag: string;
  readonly mediaType: string;
  /** The entries as they are written, by what tells them apart: what others put there is kept to the letter. */
  entriesOf(current: Uint8Array | undefined): ReadonlyMap<string, string>;
  /** The manifest with these entries; `current` is the one that it replaces. */
  withEntries(entries: readonly string[], current: Uint8Array | undefined): Uint8Array;
}

const attempts = 10;

/**
 * Adds an entry to a list. The write is conditional on what was read, where the registry can do that. Many cannot: so it
 * is read again afterwards, at once and after a while, and an entry that a slower writer dropped meanwhile is put back.
 */
export async function addToTaggedList(
  connection: Connection,
  repository: Repository,
  list: TaggedList,
  [name, raw]: readonly [string, string],
  signal: AbortSignal,
): Promise<Descriptor> {
  const { tag, mediaType } = list;
  const wanted = new Map([[name, raw]]);
  let settled = false;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const current = await fetchManifest(connection, repository, tag, signal);
    const entries = list.entriesOf(current?.bytes);
    if (current !== undefined && [...wanted.keys()].every((each) => entries.has(each))) {
      // What was there before the first write nobody is about to drop on our account.
      if (settled || attempt === 1) return current.descriptor;
      settled = true;
      await setTimeout(connection.limits.settleMs * (1 + Math.random()), undefined, { signal });
      continue;
    }
    settled = false;
    for (const [each, text] of entries) wanted.set(each, text);
    // Others' entries first and in their order, so that nobody's position changes.
    const ordered = [...entries.keys(), ...[...wanted.keys()].filter((each) => !entries.has(each))];
    const bytes = list.withEntries(
      ordered.flatMap((each) => wanted.get(each) ?? []),
      current?.bytes,
    );
    const { answer, call } = await putManifest(
      connection,
      repository,
      tag,
      { bytes, mediaType: current?.descriptor.mediaType ?? mediaType },
      conditionFor(current),
      signal,
    );
    if (![201, 409, 412].includes(answer.status)) throw unexpected(answer, call);
    // Writers that collide once would go on colliding, were they not to wait for different times.
    if (answer.status !== 201) await setTimeout(Math.random() * 10 * attempt, undefined, { signal });
  }
  const current = await fetchManifest(connection, repository, tag, signal);
  if (current !== undefined && list.entriesOf(current.bytes).has(name)) return current.descriptor;
  throw failure(
    "registry-error",
    `add the signature to the list ${tag} of ${repository.repository} on ${repository.registry}`,
    "others change that list at the same time",
    "Try again.",
  );
}

/** Puts a manifest under a tag or digest, on a condition where one is given. */
export async function putManifest(
  connection: Connection,
  repository: Repository,
  reference: string,
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
  condition: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly answer: FollowedAnswer; readonly call: RegistryCall }> {
  const attempt = `push a manifest to ${repository.repository} on ${repository.registry}`;
  const maxBytes = connection.limits.otherBytes;
  const shared = repositoryCall(connection, repository, `manifests/${reference}`, { method: "PUT", attempt, maxBytes });
  const call: RegistryCall = { ...shared, body: bytes, headers: { "content-type": mediaType, ...condition } };
  return { answer: await connection.call(call, signal), call };
}

/** Strong validators only: a weak one never matches (RFC 9110, 13.1.1). */
function conditionFor(current: FetchedManifest | undefined): Record<string, string> {
  if (current === undefined) return { "if-none-match": "*" };
  return current.etag?.startsWith('"') === true ? { "if-match": current.etag } : {};
}
