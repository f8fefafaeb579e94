import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer } from "node:http";

/** A key of a role. */
export interface TufKey {
  readonly id: string;
  readonly public: object;
  readonly privateKey: KeyObject;
}

export function createTufKey(): TufKey {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
  const value = { keytype: "ed25519", scheme: "ed25519", keyval: { public: raw } };
  return { id: createHash("sha256").update(canonical(value)).digest("hex"), public: value, privateKey };
}

/** What a repository says, each part to be replaced. */
export interface TufContent {
  readonly key: TufKey;
  readonly version?: number;
  readonly expires?: string;
  readonly target: string;
  /** What the signed metadata says that the target is, where the file is something else. */
  readonly described?: string;
  /** Root metadata that follows the first. */
  readonly laterRoots?: readonly string[];
}

/** Root metadata (TUF specification, 4.3) with one key for every role, signed by others where it is handed over. */
export function tufRoot(key: TufKey, version: number, signers: readonly TufKey[] = [key], expires = later): string {
  const role = { keyids: [key.id], threshold: 1 };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  return signedBy(signers, {
    _type: "root",
    spec_version: "1.0.31",
    version,
    expires,
    consistent_snapshot: true,
    keys: { [key.id]: key.public },
    roles,
  });
}

const later = "2049-01-01T00:00:00Z";

/** The files of a repository by path. */
export function tufFiles({ key, version = 1, expires = later, target, described, laterRoots = [] }: TufContent) {
  const told = described ?? target;
  const hash = createHash("sha256").update(told).digest("hex");
  const head = { spec_version: "1.0.31", version, expires };
  const targets = signedBy([key], {
    _type: "targets",
    ...head,
    targets: { "trusted_root.json": { length: Buffer.byteLength(told), hashes: { sha256: hash } } },
  });
  const snapshot = signedBy([key], { _type: "snapshot", ...head, meta: { "targets.json": { version } } });
  const timestamp = signedBy([key], { _type: "timestamp", ...head, meta: { "snapshot.json": { version } } });
  return new Map([
    ["/timestamp.json", timestamp],
    [`/${version}.snapshot.json`, snapshot],
    [`/${version}.targets.json`, targets],
    [`/targets/${hash}.trusted_root.json`, target],
    ...laterRoots.map((root, index) => [`/${index + 2}.root.json`, root] as const),
  ]);
}

/** Serves files on loopback; what is not there is not found. */
export async function serveFiles(
  files: ReadonlyMap<string, string | Buffer>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function signedBy(keys: readonly TufKey[], signed: object): string {
  const bytes = Buffer.from(canonical(signed));
  const signatures = keys.map(({ id, privateKey }) => ({
    keyid: id,
    sig: sign(null, bytes, privateKey).toString("hex"),
  }));
  return JSON.stringify({ signatures, signed });
}

/** Canonical JSON as TUF signs it: members in order, no white space. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}
