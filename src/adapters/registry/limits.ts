/** Bounds on what a registry may make us read, wait for and ask. Sizes in bytes, times in milliseconds. */
export interface RegistryLimits {
  readonly manifestBytes: number;
  readonly blobBytes: number;
  /** Error pages, token answers and everything else that is not content. */
  readonly otherBytes: number;
  /** Until the headers of an answer, waiting for a place in the queue not counted. */
  readonly answerMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** For one whole body. */
  readonly bodyMs: number;
  readonly requestsPerHost: number;
  readonly redirects: number;
  readonly referrerPages: number;
  readonly referrers: number;
  /** Until a list to which others add is read once more. */
  readonly settleMs: number;
  readonly helperMs: number;
  readonly helperBytes: number;
}

export const defaultLimits: RegistryLimits = {
  manifestBytes: 4 * 1024 * 1024,
  blobBytes: 32 * 1024 * 1024,
  otherBytes: 64 * 1024,
  answerMs: 10_000,
  idleMs: 10_000,
  bodyMs: 25_000,
  requestsPerHost: 64,
  redirects: 5,
  referrerPages: 20,
  referrers: 1000,
  settleMs: 200,
  helperMs: 10_000,
  helperBytes: 64 * 1024,
};
