import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort, type Peers } from "./peers.ts";

/** A server that runs: where, and what a trusted root says of it. */
export interface SigstoreServer {
  readonly url: string;
  readonly trust: object;
}

const validFor = { start: "2026-01-01T00:00:00Z" };

/** Sigstore's own authority, without a certificate log. */
export async function startFulcio(peers: Peers, issuer: string): Promise<SigstoreServer> {
  const file = join(peers.home, "fulcio.yaml");
  const entry = `issuer-url: ${issuer}\n    client-id: sigstore\n    type: email\n`;
  writeFileSync(file, `oidc-issuers:\n  ${issuer}:\n    ${entry}`);
  const [port, grpc, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const where = ["--host", "127.0.0.1", "--port", `${port}`, "--grpc-host", "127.0.0.1", "--grpc-port", `${grpc}`];
  const authority = ["--ca", "ephemeralca", "--ct-log-url=", "--config-path", file, "--metrics-port", `${metrics}`];
  await peers.startAndRead("fulcio", ["serve", ...where, ...authority], /listening on http at/u);
  const url = `http://127.0.0.1:${port}`;
  const bundle = (await (await fetchOnceUp(`${url}/api/v2/trustBundle`)).json()) as {
    readonly chains: readonly { readonly certificates: readonly string[] }[];
  };
  const certChain = { certificates: certificatesIn(bundle.chains[0]?.certificates.join("") ?? "") };
  return { url, trust: { certificateAuthorities: [{ certChain, validFor, uri: url, subject: {} }], ctlogs: [] } };
}

const origin = "rekor.trial.localhost";

/** Sigstore's own log, in its second version. */
export async function startRekor(peers: Peers): Promise<SigstoreServer> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const signer = join(peers.home, "log.pem");
  const storage = join(peers.home, "log");
  writeFileSync(signer, privateKey.export({ type: "pkcs8", format: "pem" }));
  mkdirSync(storage);
  const [port, grpc, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const where = ["--storage-dir", storage, "--hostname", origin, "--signer-filepath", signer];
  const ports = ["--http-port", `${port}`, "--grpc-port", `${grpc}`, "--http-metrics-port", `${metrics}`];
  const args = ["serve", ...where, ...ports, "--checkpoint-interval", "1s"];
  await peers.startAndRead("rekor-server", args, /starting http metrics/u);
  const spki = publicKey.export({ type: "spki", format: "der" });
  // The key identifier of a signed note (C2SP signed-note), which the log's entries name.
  const id = createHash("sha256")
    .update(Buffer.concat([Buffer.from(`${origin}\n\u0001`, "latin1"), spki.subarray(-32)]))
    .digest();
  const log = {
    baseUrl: `https://${origin}`,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: spki.toString("base64"), keyDetails: "PKIX_ED25519", validFor },
    logId: { keyId: id.toString("base64") },
  };
  return { url: `http://127.0.0.1:${port}`, trust: { tlogs: [log] } };
}

/** Sigstore's own time-stamp authority. */
export async function startTimestampServer(peers: Peers): Promise<SigstoreServer> {
  const port = await freePort();
  const where = ["--host", "127.0.0.1", "--port", `${port}`, "--disable-ntp-monitoring"];
  await peers.startAndRead(
    "timestamp-server",
    ["serve", ...where, "--timestamp-signer", "memory"],
    /Serving timestamp/u,
  );
  const url = `http://127.0.0.1:${port}/api/v1/timestamp`;
  const chain = await (await fetchOnceUp(`${url}/certchain`)).text();
  const certChain = { certificates: certificatesIn(chain) };
  return { url, trust: { timestampAuthorities: [{ certChain, validFor, uri: url, subject: {} }] } };
}

/** Servers say that they listen a moment before they do. */
async function fetchOnceUp(address: string): Promise<Response> {
  for (let attempt = 0; ; attempt += 1)
    try {
      return await fetch(address);
    } catch (error) {
      if (attempt === 200) throw error;
      await setTimeout(25);
    }
}

function certificatesIn(pem: string): readonly { readonly rawBytes: string }[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu) ?? [];
  return blocks.map((block) => ({ rawBytes: block.replaceAll(/-----[A-Z ]+-----|\s/gu, "") }));
}
