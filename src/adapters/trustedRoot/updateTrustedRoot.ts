import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Updater, type Fetcher } from "tuf-js";
import { DownloadHTTPError } from "tuf-js/dist/error.js";
import { AppError } from "../../application/errors.ts";
import { readTrustedRoot } from "../../core/signature/trustedRoot.ts";
import { failure } from "../registry/failure.ts";
import { defaultLimits } from "../registry/limits.ts";
import { sendFollowing } from "../registry/redirects.ts";
import { createTransport } from "../registry/transport.ts";
import type { Wire } from "../registry/wire.ts";

/** A repository of The Update Framework, and the root of trust (root.json) that one has of it. */
export interface UpdateSource {
  /** Address of the metadata; targets are below `targets/`. */
  readonly mirror: string;
  readonly root: string;
}

/** A trusted root that the repository's keys vouch for. */
export interface UpdatedRoot {
  readonly trustedRoot: string;
  /** Root metadata from which a later update can go on. */
  readonly root: string;
}

const targetName = "trusted_root.json";
const most = 4 * 1024 * 1024;

/**
 * Asks a repository for the trusted root of a Sigstore instance (TUF specification, 5 Detailed client workflow): every step is
 * signed by the keys of the one before, and metadata that has expired is refused. Throws AppError `configuration` where what
 * came is not proven, or RegistryError where nothing came.
 */
export async function updateTrustedRoot(
  { mirror, root }: UpdateSource,
  wire: Wire,
  { signal, userAgent }: { readonly signal: AbortSignal; readonly userAgent: string },
): Promise<UpdatedRoot> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-tuf-"));
  try {
    const base = mirror.replace(/\/+$/u, "");
    const [metadataDir, targetDir] = [join(folder, "metadata"), join(folder, "targets")];
    await mkdir(metadataDir);
    await mkdir(targetDir);
    await writeFile(join(metadataDir, "root.json"), root);
    const fetcher = createFetcher(wire, folder, { signal, userAgent });
    const options = { metadataDir, targetDir, metadataBaseUrl: base, targetBaseUrl: `${base}/targets`, fetcher };
    const updater = new Updater(options);
    await updater.refresh();
    const target = await updater.getTargetInfo(targetName);
    if (target === undefined) throw new AppError("configuration", `${base} has no ${targetName}.`);
    const path = await updater.downloadTarget(target, join(targetDir, targetName));
    const trustedRoot = await readFile(path, "utf8");
    const read = readTrustedRoot(trustedRoot, targetName);
    if (read.kind !== "root") throw new AppError("configuration", `What ${base} has as trusted root ${read.why}.`);
    return { trustedRoot, root: await readFile(join(metadataDir, "root.json"), "utf8") };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = error instanceof Error ? error.message.replace(/\.$/u, "") : "for a reason that is not known";
    throw new AppError(
      "configuration",
      `Could not update the trusted root from ${mirror}: ${why}. The one in use stays; name another file with --root, or a root with --trusted-root.`,
      { cause: error },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the framework's client fetches with: our own bounds on size and time, and no other address than it was told. */
function createFetcher(
  wire: Wire,
  folder: string,
  { signal, userAgent }: { readonly signal: AbortSignal; readonly userAgent: string },
): Fetcher {
  const send = createTransport({ limits: defaultLimits, userAgent, wire });
  let files = 0;
  const fetchBytes = async (address: string, maxLength: number): Promise<Buffer> => {
    const url = new URL(address);
    const attempt = `read ${url.pathname} from ${url.host}`;
    const request = { method: "GET", url, headers: {}, maxBytes: Math.min(maxLength, most), attempt } as const;
    const answer = await sendFollowing(send, request, defaultLimits.redirects, signal);
    if (answer.status === 200) return Buffer.from(answer.bytes);
    // A root with the next number that does not exist means that there is none; everything else is a failure.
    if (answer.status === 404 || answer.status === 403) throw new DownloadHTTPError("not found", answer.status);
    throw failure("registry-error", attempt, `it answered with status ${answer.status}`, "Try again later.");
  };
  return {
    downloadBytes: fetchBytes,
    async downloadFile(address, maxLength, handler) {
      const path = join(folder, `fetched-${files++}`);
      await writeFile(path, await fetchBytes(address, maxLength));
      return handler(path);
    },
  };
}
