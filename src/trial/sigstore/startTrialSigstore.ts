import { serveLoopback, type LoopbackAnswer, type LoopbackCall } from "../loopback.ts";
import { createTrialSigstore, type TrialSigstore } from "./createTrialSigstore.ts";
import { answerCertificateRequest } from "./fulcioRoute.ts";
import { createTrialIdentityProvider, type ProviderFault, type TrialIdentityProvider } from "./identityProvider.ts";
import { answerEntry, answerProposal } from "./rekorRoutes.ts";
import { createTrialTileLog, type TrialTileLog } from "./tileLog.ts";
import { createTrialTimeStampAuthority, type TrialTimeStampAuthority } from "./timeStampAuthority.ts";
import { signingConfigOf, trustedRootOf } from "./trustFiles.ts";

/** Ways in which the instance misbehaves on demand. */
export type SigstoreFault =
  | ProviderFault
  /** The authority certifies somebody else, somebody of another provider, or another key; or fails. */
  | "other-identity"
  | "other-issuer"
  | "other-key"
  | "authority-fails"
  /** The promise of the certificate log stands beside the certificate, or there is none. */
  | "promise-beside"
  | "no-promise"
  /** The log answers with an entry of something else, has it already, or fails after it was written. */
  | "other-entry"
  | "known-entry"
  | "log-fails"
  | "stamps-nothing";

/** A private Sigstore on loopback: identity provider, Fulcio, Rekor of both versions, and a time-stamp authority. */
export interface RunningTrialSigstore {
  /** Origin of all of it. */
  readonly url: string;
  readonly provider: TrialIdentityProvider;
  /** JSON of the trusted root. */
  readonly trustedRoot: string;
  /** JSON of a signing configuration (v0.2) with the log of this version, or none. */
  signingConfig(log?: 1 | 2 | "none"): string;
  setFault(fault: SigstoreFault | undefined): void;
  /** `METHOD path` of the calls so far. */
  calls(): readonly string[];
  stop(): Promise<void>;
}

/** What the routes share. */
export interface SigstoreParts {
  readonly sigstore: TrialSigstore;
  readonly provider: TrialIdentityProvider;
  readonly tileLog: TrialTileLog;
  readonly timeStamps: TrialTimeStampAuthority;
  readonly now: () => Date;
  readonly fault: () => SigstoreFault | undefined;
}

const maximumCalls = 1000;

/** Starts the instance on a free port of 127.0.0.1. Keys and logs live in memory alone; what it vouches for says TRIAL. */
export async function startTrialSigstore(options: { readonly now?: () => Date } = {}): Promise<RunningTrialSigstore> {
  const now = options.now ?? (() => new Date());
  let fault: SigstoreFault | undefined;
  let origin = "";
  const calls: string[] = [];
  const provider = createTrialIdentityProvider({ origin: () => origin, now, fault: () => fault });
  const sigstore = createTrialSigstore({ now: now() });
  const parts: SigstoreParts = {
    sigstore,
    provider,
    tileLog: createTrialTileLog(),
    timeStamps: createTrialTimeStampAuthority(now()),
    now,
    fault: () => fault,
  };
  const server = await serveLoopback({
    route: (call) => {
      if (calls.length < maximumCalls) calls.push(`${call.method} ${call.url.pathname}`);
      return provider.answer(call) ?? route(call, parts, () => running);
    },
  });
  origin = server.url;
  const running: RunningTrialSigstore = {
    url: origin,
    provider,
    trustedRoot: trustedRootOf(parts, now()),
    signingConfig: (log = 2) => signingConfigOf(origin, log, now()),
    setFault: (next) => {
      fault = next;
    },
    calls: () => [...calls],
    stop: () => server.stop(),
  };
  return running;
}

function route(call: LoopbackCall, parts: SigstoreParts, running: () => RunningTrialSigstore): LoopbackAnswer {
  switch (`${call.method} ${call.url.pathname}`) {
    case "POST /api/v2/signingCert":
      return answerCertificateRequest(call.body, parts);
    case "POST /api/v1/log/entries":
      return answerProposal(call.body, parts);
    case "POST /api/v2/log/entries":
      return answerEntry(call.body, parts);
    case "POST /api/v1/timestamp": {
      if (parts.fault() === "stamps-nothing") return { status: 503, body: { error: "The clock has stopped." } };
      const content = parts.timeStamps.answer(call.content, parts.now());
      return { status: 201, bytes: { type: "application/timestamp-reply", content } };
    }
    case "GET /trusted_root.json":
      return json(running().trustedRoot);
    case "GET /signing_config.json":
      return json(running().signingConfig());
    default:
      return { status: 404, body: { code: 5, message: "There is nothing at this path.", details: [] } };
  }
}

function json(text: string): LoopbackAnswer {
  return { status: 200, bytes: { type: "application/json", content: Buffer.from(text, "utf8") } };
}
