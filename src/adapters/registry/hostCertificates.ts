import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../application/ports.ts";
import type { CertificatesFor, HostCertificates } from "./nodeWire.ts";

export interface HostCertificatesOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** Where the machine's own folders are; `/etc`. */
  readonly systemFolder?: string;
  readonly log: Log;
}

/** Bounds on one folder: a few authorities and one identity are usual. */
const limits = { files: 64, bytes: 1024 * 1024 } as const;

/**
 * The certificates that container tools keep for a registry (containers-certs.d(5), Docker's certs.d): `*.crt` are authorities,
 * `NAME.cert` with `NAME.key` is who we are. The first folder that there is for a host counts alone. The user's and the
 * machine's folders are looked at, never the workspace's.
 */
export function createHostCertificates(options: HostCertificatesOptions): CertificatesFor {
  const { environment, homeDirectory, systemFolder = "/etc", log } = options;
  const xdg = environment["XDG_CONFIG_HOME"] ?? "";
  const config = xdg === "" ? join(homeDirectory, ".config") : xdg;
  const folders = [
    join(config, "containers"),
    join(config, "docker"),
    join(homeDirectory, ".docker"),
    join(systemFolder, "containers"),
    join(systemFolder, "docker"),
  ];
  return async (host) => {
    // What is no host's name must not become a path.
    if (!/^(?:[a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/u.test(host)) return undefined;
    for (const folder of folders)
      for (const name of /:\d+$/u.test(host) ? [host] : [host, `${host}:443`]) {
        const path = join(folder, "certs.d", name);
        const files = await namesIn(path);
        if (files !== undefined) return readCertificates(path, files, log);
      }
    return undefined;
  };
}

/** The names in a folder; undefined where it does not exist. */
async function namesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(path)).toSorted().slice(0, limits.files);
  } catch {
    return undefined;
  }
}

async function readCertificates(
  path: string,
  files: readonly string[],
  log: Log,
): Promise<HostCertificates | undefined> {
  const read = async (name: string): Promise<string | undefined> => {
    try {
      const text = await readFile(join(path, name), "utf8");
      if (text.length <= limits.bytes) return text;
    } catch {
      // Said below.
    }
    log.warn(`${join(path, name)} could not be read, and is not used.`);
    return undefined;
  };
  const authorities = (await Promise.all(files.filter((name) => name.endsWith(".crt")).map(read))).flatMap(
    (text) => text ?? [],
  );
  const pair = files.find((name) => name.endsWith(".cert") && files.includes(keyOf(name)));
  const [certificate, key] = pair === undefined ? [] : await Promise.all([read(pair), read(keyOf(pair))]);
  const client = certificate === undefined || key === undefined ? undefined : { certificate, key };
  if (authorities.length === 0 && client === undefined) return undefined;
  return { authorities, ...(client === undefined ? {} : { client }) };
}

function keyOf(certificate: string): string {
  return certificate.replace(/\.cert$/u, ".key");
}
