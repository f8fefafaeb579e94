import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { sequence, implicit } from "../../src/trial/x509/der.ts";
import {
  certificatePem,
  extension,
  issueCertificate,
  type CertificateIssuer,
} from "../../src/trial/x509/issueCertificate.ts";

/** An authority, and a certificate by it for this machine or for a client. PEM. */
export interface TestAuthority {
  readonly certificate: string;
  issue(usage: "server" | "client"): { readonly certificate: string; readonly key: string };
}

export function createAuthority(commonName: string): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer: CertificateIssuer = { name: { organization: "Test", commonName }, key: privateKey, publicKey };
  const dates = { notBefore: new Date("2020-01-01"), notAfter: new Date("2049-01-01") };
  const certificate = certificatePem(
    issueCertificate({ ...dates, subject: issuer.name, publicKey, issuer, usage: { kind: "authority" } }),
  );
  return {
    certificate,
    issue(usage) {
      const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const purpose = usage === "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
      const address = sequence(implicit(7, Buffer.from([127, 0, 0, 1])));
      const der = issueCertificate({
        ...dates,
        subject: { organization: "Test", commonName: usage },
        publicKey: keys.publicKey,
        issuer,
        usage: { kind: "leaf", extendedKeyUsages: [purpose] },
        extensions: [extension("2.5.29.17", false, address)],
      });
      return { certificate: certificatePem(der), key: pemOf(keys.privateKey) };
    },
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

export interface TlsServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Common names of the clients that asked, "" for those without a certificate. */
  readonly clients: string[];
  /** Sockets that were opened. */
  connections(): number;
  stop(): Promise<void>;
}

/** A server on loopback with a certificate by `authority`, which asks for a client's where `clients` is given. */
export async function startTlsServer(
  authority: TestAuthority,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  clients?: TestAuthority,
): Promise<TlsServer> {
  const { certificate: cert, key } = authority.issue("server");
  const asks = clients === undefined ? {} : { requestCert: true, rejectUnauthorized: true, ca: clients.certificate };
  const seen: string[] = [];
  let opened = 0;
  const server: Server = createServer({ cert, key, ...asks }, (request, response) => {
    const socket: unknown = request.socket;
    seen.push(isTls(socket) ? commonNameOf(socket) : "");
    answer(request, response);
  });
  server.on("secureConnection", () => void opened++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    clients: seen,
    connections: () => opened,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function isTls(socket: unknown): socket is TLSSocket {
  return typeof socket === "object" && socket !== null && "getPeerCertificate" in socket;
}

function commonNameOf(socket: TLSSocket): string {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : "";
}
