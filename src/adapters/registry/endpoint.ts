import { failure } from "./failure.ts";

/** Where a registry of a reference is reached. */
export interface Endpoint {
  /** As references and people name it: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** Scheme, host and port that requests go to. */
  readonly origin: string;
}

/** Docker Hub's name in references is not the host that serves it. */
const dockerHub = { registry: "docker.io", host: "registry-1.docker.io" } as const;

/** Resolves a registry's name. Only hosts of this machine and those named in `plainHttp` (host or host:port) are asked without TLS. Throws RegistryError where the name is no host. */
export function endpointOf(registry: string, plainHttp: readonly string[]): Endpoint {
  const host = registry === dockerHub.registry ? dockerHub.host : registry;
  if (!URL.canParse(`https://${host}`))
    throw failure("network", `reach ${registry}`, "it is not the name of a host", "Check the reference's spelling.");
  const hostname = new URL(`https://${host}`).hostname;
  const plain = networkZone(hostname) === "machine" || plainHttp.includes(registry) || plainHttp.includes(hostname);
  return { registry, origin: new URL(`${plain ? "http" : "https"}://${host}`).origin };
}

/** How near a host is, by its name alone: a name that resolves to a private address is not noticed. */
export type NetworkZone = "machine" | "link-local" | "private" | "public";

/** The zone of a URL's hostname; IPv6 addresses in brackets, as URL gives them. */
export function networkZone(hostname: string): NetworkZone {
  const name = hostname.toLowerCase().replace(/\.$/u, "");
  if (name.startsWith("[")) return zoneOfIpv6(name.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/u.test(name)) return zoneOfIpv4(name.split(".").map(Number));
  if (name === "localhost" || name.endsWith(".localhost")) return "machine";
  // Names without a dot, and those reserved for local use (RFC 6762, RFC 8375), exist only inside a network.
  if (!name.includes(".") || /\.(?:local|internal|lan|home\.arpa)$/u.test(name)) return "private";
  return "public";
}

/**
 * Whether a registry may send us to a host: to the public network always, else only into its own zone.
 * Without it a registry could make this machine ask cloud metadata services or its neighbours.
 */
export function mayPointTo(from: URL, to: URL): boolean {
  const zone = networkZone(to.hostname);
  return zone === "public" || zone === networkZone(from.hostname);
}

function zoneOfIpv4([a = 0, b = 0]: readonly number[]): NetworkZone {
  if (a === 127 || a === 0) return "machine";
  if (a === 169 && b === 254) return "link-local";
  const isPrivate =
    a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b <= 127);
  return isPrivate ? "private" : "public";
}

function zoneOfIpv6(address: string): NetworkZone {
  if (address === "::1" || address === "::") return "machine";
  // IPv4-mapped (RFC 4291, 2.5.5.2) and NAT64 (RFC 6052); URL writes the last 32 bits as two hexadecimal groups.
  const embedded = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/u.exec(address);
  if (embedded !== null) {
    const [high, low] = [Number.parseInt(embedded[1] ?? "", 16), Number.parseInt(embedded[2] ?? "", 16)];
    return zoneOfIpv4([high >> 8, high & 255, low >> 8, low & 255]);
  }
  if (/^fe[89ab]/u.test(address)) return "link-local";
  return /^f[cd]/u.test(address) ? "private" : "public";
}
