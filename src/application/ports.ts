import type { Document } from "../core/document/document.ts";
import type { ImageReference } from "../core/image/reference.ts";
import type { Descriptor } from "../core/verdict/evidence.ts";
import type { Problem } from "../core/problem.ts";
import type { RevocationQuestion } from "../core/x509/revocation.ts";

/** Options of everything that waits: the person's cancellation. Time limits are the adapter's own. */
export interface WaitOptions {
  readonly signal: AbortSignal;
}

/** A repository on a registry: `registry` is the host with port, `repository` the path. */
export type Repository = Pick<ImageReference, "registry" | "repository">;

/** A manifest as stored: its exact bytes, already checked against digest and size. */
export interface Manifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** What a registry knows to refer to a digest (OCI distribution specification, Listing Referrers). */
export interface ReferrersAnswer {
  /** `referrers`: the API answered. `referrers-tag`: the registry has no API and the fallback tag was read. */
  readonly from: "referrers" | "referrers-tag";
  /** What was asked, without credentials. */
  readonly target: string;
  readonly descriptors: readonly Descriptor[];
}

/** The OCI distribution calls that verdicts and signing need. Every method throws RegistryError; none answers "absent" for a failure. */
export interface Registry {
  /** Resolves a tag or digest; undefined only where the registry says that the manifest does not exist. */
  resolve(image: ImageReference, options: WaitOptions): Promise<Descriptor | undefined>;
  /** Fetches a manifest by tag or digest, checked; undefined where it does not exist. */
  manifest(repository: Repository, tagOrDigest: string, options: WaitOptions): Promise<Manifest | undefined>;
  /** Fetches a blob, checked against digest and size. */
  blob(repository: Repository, descriptor: Descriptor, options: WaitOptions): Promise<Uint8Array>;
  referrers(repository: Repository, digest: string, options: WaitOptions): Promise<ReferrersAnswer>;
  /** Finds out in the background whether the repository's registry has the referrers API; worth a request where many images are asked. */
  prepareReferrers(repository: Repository, options: WaitOptions): void;
  pushBlob(repository: Repository, bytes: Uint8Array, mediaType: string, options: WaitOptions): Promise<Descriptor>;
  /** Pushes a manifest; where it has a `subject` and the registry has no referrers API, the fallback tag is updated conditionally. */
  pushManifest(
    repository: Repository,
    manifest: {
      readonly bytes: Uint8Array;
      readonly mediaType: string;
      readonly subject?: Descriptor;
      readonly artifactType?: string;
      /** Pushed under this tag; by digest alone without it. */
      readonly tag?: string;
    },
    options: WaitOptions,
  ): Promise<Descriptor>;
  /**
   * Adds a layer to the manifest under a tag, after those of others, or pushes `first` where there is none yet. The write
   * is conditional on what was read, and looked at again: no layer of anyone is lost. Gives the manifest under the tag.
   */
  addLayer(
    repository: Repository,
    addition: {
      readonly tag: string;
      readonly layer: Descriptor;
      readonly first: { readonly bytes: Uint8Array; readonly descriptor: Descriptor };
    },
    options: WaitOptions,
  ): Promise<Descriptor>;
}

/** Asks a time-stamp authority (RFC 3161, 3.4). */
export interface TimeStamps {
  /** DER of the answer to a request in DER; nothing of it is checked. Throws AppError. */
  ask(url: string, request: Uint8Array, options: WaitOptions): Promise<Uint8Array>;
}

/** Asks whether certificates were revoked. */
export interface Revocations {
  /** DER of the answer, signed and not yet checked; undefined where nothing usable came. Does not throw. */
  ask(question: RevocationQuestion, options: WaitOptions): Promise<Uint8Array | undefined>;
}

/** How files are listed. */
export interface ListOptions extends WaitOptions {
  /** Hears of folders that could not be looked into, so that nobody takes them for empty. */
  readonly onProblem?: (problem: Problem) => void;
  /** The folders that matter; what lies elsewhere need not be listed. Absent: all. */
  readonly within?: readonly string[];
}

/** The files of a workspace. Paths are workspace-relative with forward slashes. */
export interface Files {
  /** Every file that could hold a reference or a policy, once, some as soon as they are met; without ignored folders. */
  list(options: ListOptions): AsyncIterable<readonly string[]>;
  /**
   * The file's text, byte-order mark removed; undefined where it does not exist. Of a path that ends with a slash, the
   * names of the folder's files, in order, one on each line. Throws AppError `file-unreadable` or `limit-reached`.
   */
  read(path: string, options: WaitOptions): Promise<string | undefined>;
  /** As `read`, at once: for a process in which nobody waits for anything else. */
  readonly readNow?: TextNow | undefined;
  /** Other processes, which share the work where there is much of it. */
  readonly readers?: FileReaders | undefined;
}

/** The text of a file, at once; undefined where there is none. `isListed` where it was found, which saves looking for it. */
export type TextNow = (path: string, isListed?: boolean) => string | undefined;

/** One file to read, and what it is read for. */
export interface FileTask {
  /** Workspace-relative. */
  readonly path: string;
  /** For its references. */
  readonly references: boolean;
  /** For a policy that it may state. */
  readonly policy: boolean;
  /** By name: then it counts whatever it holds. */
  readonly named: boolean;
}

/** What one file holds: plain data, so that it can come from another process. */
export interface FileReading {
  readonly path: string;
  /** Absent where the file is not there, cannot be read, or is in no known dialect. */
  readonly document?: Document;
  /** The text of a file that may state a policy. */
  readonly policyText?: string;
  /** The files that its values were looked up in, whether they are there or not. */
  readonly siblings?: readonly string[];
  /** Why it could not be read, where that matters. */
  readonly problems: readonly Problem[];
}

/** Reads many files beside the process that asks. */
export interface FileReaders {
  /** From how many files on they are worth their start. */
  readonly atLeast: number;
  /**
   * What the files hold, in any order; they are read while more of them are found. Throws what the signal was aborted
   * with, what finding them failed with, and AppError `internal` where a process failed.
   */
  read(tasks: AsyncIterator<readonly FileTask[]>, options: WaitOptions): AsyncIterable<readonly FileReading[]>;
}

/** The time of day, so that tests and verdicts can be given one. */
export interface Clock {
  now(): Date;
}

/** Explains decisions to a person who opens the log. Never given a secret. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** Secrets, keyed by the origin (scheme, host, port) they were stored for. */
export interface Secrets {
  get(origin: string, name: string): Promise<string | undefined>;
  set(origin: string, name: string, value: string): Promise<void>;
  delete(origin: string, name: string): Promise<void>;
}

/** What only the person who signs can give, such as a PIN. */
export interface Question {
  /** Name of the service that asks. */
  readonly service: string;
  /** What is asked for: "PIN". */
  readonly prompt: string;
  /** What the answer is for: the artifact with its digest, or the sign-in. */
  readonly about: string;
  /** Not shown while it is typed. */
  readonly secret: boolean;
}

/** An address that the person is to open, and what to compare or type there. */
export interface Visit {
  readonly service: string;
  readonly url: string;
  readonly code?: string;
}

/** The person who signs, where somebody is there. Answers serve once and are never kept. */
export interface Person {
  /** Undefined where the person gives no answer. */
  answer(question: Question, options: WaitOptions): Promise<string | undefined>;
  /** Shows the address and what to do there; does not wait for it. */
  visit(visit: Visit, options: WaitOptions): Promise<void>;
}
