import { X509Certificate } from "node:crypto";
import { serveLoopback, type LoopbackAnswer, type LoopbackCall } from "../loopback.ts";
import type { TrialAuthority } from "../service/authority.ts";
import { createTrialTimeStampAuthority } from "../sigstore/timeStampAuthority.ts";
import { certificatePem } from "../x509/issueCertificate.ts";
import { certificateList, type RevokedCertificate } from "./certificateList.ts";
import { ocspAnswer, type OcspStatus } from "./ocspAnswer.ts";
import { answerTimestamp, type TimestampFault } from "./timestampRoute.ts";

/** Where certificates of the trial say that their revocation can be asked for. */
export interface RevocationPlaces {
  readonly issuingList: string;
  readonly rootList: string;
  readonly responder: string;
}

/** The public side of the trial's certificate authority: revocation lists, a responder, and a time-stamp authority. */
export interface TrialPki {
  /** Origin, `http://127.0.0.1:PORT`; plain, as such services are, because their answers are signed. */
  readonly url: string;
  readonly places: RevocationPlaces;
  /** `root` in PEM; `chain` in DER, the authority's own certificate first. */
  readonly timeStamps: { readonly url: string; readonly root: string; readonly chain: readonly Uint8Array[] };
  /** Answers for this authority from now on; before, nothing is answered about certificates. */
  serve(authority: TrialAuthority): void;
  /** Revokes a certificate, PEM. */
  revoke(certificate: string): void;
  setFault(fault: TimestampFault | "revocation-down" | undefined): void;
  stop(): Promise<void>;
}

const day = 24 * 60 * 60 * 1000;

/** Starts it on a free port of 127.0.0.1, before there is an authority: certificates name its address. */
export async function startTrialPki(options: { readonly now?: () => Date } = {}): Promise<TrialPki> {
  const now = options.now ?? (() => new Date());
  const stamps = createTrialTimeStampAuthority(now());
  const revoked: RevokedCertificate[] = [];
  let fault: TimestampFault | "revocation-down" | undefined;
  let authority: TrialAuthority | undefined;
  let lists = 0;
  const server = await serveLoopback({ route: (call) => route(call) });
  const places = {
    issuingList: `${server.url}/issuing.crl`,
    rootList: `${server.url}/root.crl`,
    responder: `${server.url}/ocsp`,
  };
  return {
    url: server.url,
    places,
    timeStamps: {
      url: `${server.url}/timestamp`,
      root: certificatePem(stamps.chain.at(-1) ?? Buffer.alloc(0)),
      chain: stamps.chain,
    },
    serve: (next) => {
      authority = next;
    },
    revoke: (certificate) => {
      const serialNumber = serialOf(certificate);
      if (revoked.every((each) => each.serialNumber !== serialNumber)) revoked.push({ serialNumber, at: now() });
    },
    setFault: (next) => {
      fault = next;
    },
    stop: () => server.stop(),
  };

  function route({ method, url, content }: LoopbackCall): LoopbackAnswer | undefined {
    if (method === "POST" && url.pathname === "/timestamp")
      return answerTimestamp(content, stamps, now(), fault === "revocation-down" ? undefined : fault);
    if (authority === undefined || fault === "revocation-down") return { status: 503 };
    const { issuing, root } = authority.issuers;
    switch (`${method} ${url.pathname}`) {
      case "GET /issuing.crl":
        return list(issuing);
      case "GET /root.crl":
        return list(root);
      case "POST /ocsp":
        return ocsp(content, issuing);
    }
    const [, encoded] = /^\/ocsp\/(.+)$/.exec(url.pathname) ?? [];
    return method === "GET" && encoded !== undefined
      ? ocsp(Buffer.from(decodeURIComponent(encoded), "base64"), issuing)
      : { status: 404 };
  }

  function list(issuer: TrialAuthority["issuers"]["root"]): LoopbackAnswer {
    lists += 1;
    const times = { thisUpdate: before(now()), nextUpdate: new Date(now().getTime() + day), number: lists };
    const content = certificateList(issuer, issuer === authority?.issuers.issuing ? revoked : [], times);
    return { status: 200, bytes: { type: "application/pkix-crl", content } };
  }

  function ocsp(request: Uint8Array, issuing: TrialAuthority["issuers"]["issuing"]): LoopbackAnswer {
    const statusOf = (serial: string): OcspStatus => {
      const found = revoked.find(({ serialNumber }) => serialNumber === serial);
      return found === undefined ? { kind: "good" } : { kind: "revoked", at: found.at };
    };
    const times = { now: before(now()), nextUpdate: new Date(now().getTime() + day) };
    return {
      status: 200,
      bytes: { type: "application/ocsp-response", content: ocspAnswer(request, issuing, statusOf, times) },
    };
  }
}

/** A clock that is a little behind must take what was answered a moment ago. */
function before(now: Date): Date {
  return new Date(now.getTime() - 60 * 1000);
}

function serialOf(certificate: string): string {
  const { serialNumber } = new X509Certificate(certificate);
  return serialNumber.toLowerCase().padStart(serialNumber.length + (serialNumber.length % 2), "0");
}
