import { createRevocations } from "../adapters/revocations.ts";
import { systemClock } from "../adapters/clock.ts";
import { openService } from "../adapters/services/services.ts";
import { createTimeStamps } from "../adapters/timeStamps.ts";
import { AppError } from "../application/errors.ts";
import type { PlatformChoice } from "../application/imageToSign.ts";
import { mayHaveSigned } from "../application/lostAnswer.ts";
import type { PendingRecord } from "../application/pendingRecord.ts";
import { executeFile, prepareFile, resumeFile, type FileSigningPorts } from "../application/signFile.ts";
import {
  executeSigning,
  prepareSignings,
  resumeSigning,
  type PreparedSigning,
  type SigningOutcome,
  type SigningPorts,
} from "../application/signImage.ts";
import type { SigningService } from "../application/signingService.ts";
import type { ImageReference } from "../core/image/reference.ts";
import { printable } from "../core/report/words.ts";
import { bundlePathOf } from "../core/sign/planFile.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import type { SigningFormat } from "../core/sign/scheme.ts";
import { createBundleOutput } from "./bundleOutput.ts";
import type { Host } from "./host.ts";
import { durationOf, formatOf, type Format } from "./options.ts";
import { openPendingStore, type PendingStore } from "./pendingStore.ts";
import { lookForAnswer } from "./lostAnswer.ts";
import { reportFilePlan, reportPlans } from "./signPlanReport.ts";
import { createLog, openRegistry } from "./registryClient.ts";
import { reportFile, reportImages } from "./signReport.ts";
import { readSigningWorkspace, type SigningValues, type SigningWorkspace } from "./signSettings.ts";
import { readBytesFile } from "./trust.ts";
import { unfinished } from "./unfinishedRecord.ts";
import { UnfinishedSigning } from "./unfinishedSigning.ts";
import { version } from "./version.ts";

/** What signing on the command line works with. */
export interface SigningRun {
  readonly host: Host;
  readonly values: SigningValues;
  readonly format: Format;
  readonly waitMs: number;
  readonly workspace: SigningWorkspace;
  readonly service: SigningService;
  /** Type of the service, as the configuration names it. */
  readonly serviceType: string;
  readonly store: PendingStore;
}

/** A file is held in memory to be signed. */
const maximumFile = 1024 * 1024 * 1024;

/** Opens what the options name. AppError `usage` or `configuration`. */
export async function openSigningRun(command: string, values: SigningValues, host: Host): Promise<SigningRun> {
  const format = formatOf(command, values.format, ["text", "json"]);
  const waitMs = values.wait === undefined ? 0 : durationOf(command, "--wait", values.wait);
  const name = values.service;
  if (name === undefined)
    throw new AppError("usage", `Name the signing service with --service. See 'countersign ${command} --help'.`);
  const place = { environment: host.environment, platform: process.platform };
  const workspace = await readSigningWorkspace(values, host);
  const { configuration } = workspace;
  const person = host.person === undefined ? {} : { person: host.person };
  const service = await openService(name, { configuration, place, root: host.cwd, ...person });
  const serviceType = configuration.services.find((each) => each.name === name)?.type ?? "trial";
  return { host, values, format, waitMs, workspace, service, serviceType, store: openPendingStore(place) };
}

/** Signs an image, or several of an index, and prints what came of it. */
export async function signImages(
  run: SigningRun,
  asked: {
    readonly reference: ImageReference;
    readonly key: string;
    readonly signatureFormat: SigningFormat;
    readonly terms: Omit<SigningTerms, "signedAt">;
    readonly platforms: PlatformChoice;
  },
): Promise<number> {
  const { host, values, service } = run;
  const ports = imagePorts(run);
  const { signatureFormat: format, ...request } = asked;
  const { trust } = run.workspace;
  const justification = values.justification === undefined ? {} : { justification: values.justification };
  const prepared = await prepareSignings(
    ports,
    { ...request, format, ...justification, trust, tool: `countersign/${version}` },
    { signal: host.signal },
  );
  if (values["dry-run"] === true) return reportPlans(prepared, service, run.serviceType, run.format, host);
  const outcomes: { readonly prepared: PreparedSigning; readonly outcome: SigningOutcome }[] = [];
  for (const one of prepared) {
    const wait = { signal: host.signal, waitMs: run.waitMs };
    const { reference, image } = one.plan;
    const before = await unfinished(run, { ...one.plan, ...justification }, (pending) =>
      "kind" in pending
        ? false
        : pending.reference === reference && pending.image.digest === image.digest && pending.format === format,
    );
    const outcome = await kept(
      run,
      (keep) =>
        before === undefined || "kind" in before
          ? executeSigning(ports, one, { ...wait, ...keep })
          : resumeSigning(ports, before, trust, { ...wait, ...keep }),
      before,
    );
    outcomes.push({ prepared: one, outcome });
    // Whoever refuses one refuses for a reason that holds for the others, too.
    if (outcome.status === "denied") break;
  }
  const results = outcomes.map(({ prepared: { plan, platform }, outcome }) => ({
    image: plan.reference,
    digest: plan.image.digest,
    ...(platform === undefined ? {} : { platform }),
    outcome,
  }));
  return reportImages(results, run.format, host);
}

/** Signs a file, or attests something about it, and prints what came of it. */
export async function signFile(
  run: SigningRun,
  asked: {
    readonly path: string;
    /** Read from the file without it. */
    readonly content?: Uint8Array;
    readonly key: string;
    readonly terms: Omit<SigningTerms, "signedAt">;
  },
): Promise<number> {
  const { host, values, service } = run;
  const { path, key, terms } = asked;
  const content = asked.content ?? (await readBytesFile(path, host.cwd, maximumFile));
  const ports = filePorts(run, values.output ?? bundlePathOf(path));
  const justification = values.justification === undefined ? {} : { justification: values.justification };
  const file = { name: path, content };
  const prepared = await prepareFile(
    ports,
    { file, key, terms, ...justification, tool: `countersign/${version}` },
    { signal: host.signal },
  );
  const { plan } = prepared;
  if (values["dry-run"] === true)
    return reportFilePlan(prepared, ports.output.path, service, run.serviceType, run.format, host);
  const wait = { signal: host.signal, waitMs: run.waitMs };
  const before = await unfinished(run, { ...plan, ...justification, content }, (pending) =>
    "kind" in pending
      ? pending.file === plan.name &&
        pending.digest === plan.fileDigest &&
        pending.folder === host.cwd &&
        pending.output === ports.output.path
      : false,
  );
  const outcome = await kept(
    run,
    (keep) =>
      before === undefined || !("kind" in before)
        ? executeFile(ports, prepared, { ...wait, ...keep })
        : resumeFile(ports, before, content, { ...wait, ...keep }),
    before,
  );
  return reportFile(outcome, { file: plan.name, digest: plan.fileDigest }, run.format, host);
}

/** Goes on with what waited, or was signed and is not where it belongs. */
export async function resume(run: SigningRun, id: string): Promise<number> {
  const { host, store, workspace } = run;
  const asked = await store.load(id);
  const wait = { signal: host.signal, waitMs: run.waitMs };
  const folder = "kind" in asked ? (asked.folder ?? host.cwd) : host.cwd;
  const content = "kind" in asked ? await readBytesFile(asked.file, folder, maximumFile) : Buffer.alloc(0);
  const pending = asked.unanswered === undefined ? asked : await answered(run, asked, content);
  if ("kind" in pending) {
    const there = { ...run, host: { ...host, cwd: folder } };
    const ports = filePorts(there, run.values.output ?? pending.output);
    const outcome = await kept(there, (keep) => resumeFile(ports, pending, content, { ...wait, ...keep }), pending);
    return reportFile(outcome, pending, run.format, host);
  }
  const { trust } = workspace;
  const outcome = await kept(
    run,
    (keep) => resumeSigning(imagePorts(run), pending, trust, { ...wait, ...keep }),
    pending,
  );
  return reportImages([{ image: pending.reference, digest: pending.image.digest, outcome }], run.format, host);
}

/** The record of what a request without an answer has become. */
async function answered(run: SigningRun, asked: PendingRecord, content: Uint8Array): Promise<PendingRecord> {
  const answer = await lookForAnswer(run, asked, content);
  if (answer.kind === "nothing") throw new AppError("service-unavailable", answer.message);
  return answer.pending;
}

interface Keeping {
  readonly onSubmit: (intended: PendingRecord) => Promise<void>;
  readonly onPending: (pending: PendingRecord, message: string) => Promise<void>;
  readonly onSigned: (pending: PendingRecord) => Promise<void>;
}

/** Runs a signing with its record kept as long as something would be lost, and says how to go on where it failed in between. */
async function kept<T extends { readonly status: "signed" | "pending" | "denied" }>(
  { store, host, waitMs, service }: SigningRun,
  sign: (keep: Keeping) => Promise<T>,
  before?: PendingRecord,
): Promise<T> {
  let record = before;
  const save = async (pending: PendingRecord): Promise<void> => {
    // Whoever resumes may stand elsewhere.
    const own = "kind" in pending ? { ...pending, folder: pending.folder ?? host.cwd } : pending;
    await store.save(own);
    if (record !== undefined && record.ticket.id !== own.ticket.id) await store.remove(record.ticket.id);
    record = own;
  };
  // What could not be kept is not asked for. A key that goes with this process leaves nothing to keep.
  if (before === undefined && service.keyless === undefined) await store.prepare();
  try {
    const outcome = await sign({
      onSubmit: save,
      onPending: async (pending, message) => {
        await save(pending);
        if (waitMs > 0 && host.terminal.error)
          host.error(`Waiting: ${printable(message)} Ticket ${printable(pending.ticket.id)}.\n`);
      },
      onSigned: save,
    });
    if (record !== undefined && outcome.status !== "pending") await store.remove(record.ticket.id);
    return outcome;
  } catch (cause) {
    if (!(cause instanceof AppError) || record === undefined) throw cause;
    const how = `countersign sign --service ${service.name} --resume ${record.ticket.id}`;
    // What is not by the key will not be by trying again, and what was not asked has no answer.
    const isOver =
      cause.code === "signature-not-verified" || (record.unanswered !== undefined && !mayHaveSigned(cause));
    if (isOver) await store.remove(record.ticket.id);
    else throw new UnfinishedSigning(cause.code, `${cause.message} To go on: ${how}`, record.ticket, { cause });
    throw cause;
  }
}

function imagePorts({ host, values, service }: SigningRun): SigningPorts {
  const log = createLog(host);
  return {
    registry: openRegistry(host, values["plain-http"] ?? [], log),
    service,
    clock: systemClock,
    log,
    timeStamps: createTimeStamps(),
    revocations: createRevocations({ log }),
  };
}

function filePorts({ host, values, service }: SigningRun, path: string): FileSigningPorts {
  const output = createBundleOutput(path, { cwd: host.cwd, overwrite: values.overwrite === true });
  return { service, clock: systemClock, log: createLog(host), timeStamps: createTimeStamps(), output };
}
