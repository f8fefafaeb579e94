import { setImmediate } from "node:timers/promises";
import * as vscode from "vscode";
import { parseReference } from "../core/image/reference.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import type { Connections } from "./connections.ts";
import { describeCause, type Logbook } from "./log.ts";
import { lastVerdict, type ImageStatus } from "./marks.ts";
import type { Model } from "./model.ts";
import { createQuestions } from "./questions.ts";
import { isBoolean, setting } from "./settings.ts";

/** How far the work is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Asks registries and puts verdicts into the model as they come. */
export interface Verification extends vscode.Disposable {
  readonly onDidProgress: vscode.Event<void>;
  progress(): Progress | undefined;
  /** Verifies images by normalised reference, again if need be; resolves when all are known. Cancelling leaves things as they were. */
  verify(references: readonly string[], options: VerificationOptions): Promise<void>;
  /** Takes over a verdict that came another way, as after signing. */
  accept(verdict: Verdict): void;
}

export interface VerificationOptions {
  readonly signal: AbortSignal;
  /** Each platform of an index is judged too, as it is for images of which that is known already. */
  readonly platforms?: boolean;
}

export interface VerificationParts {
  readonly model: Model;
  readonly connections: Connections;
  readonly log: Logbook;
  readonly material: () => Promise<TrustMaterial>;
}

/** Verdicts that come within this time, in milliseconds, are shown together. */
const drawingPause = 60;

export function createVerification({ model, connections, log, material }: VerificationParts): Verification {
  const changes = new vscode.EventEmitter<void>();
  const lifetime = new AbortController();
  const questions = createQuestions<ImageStatus>();
  let done = 0;
  let total = 0;
  let settled = new Map<string, ImageStatus>();
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    timer = undefined;
    const statuses = settled;
    settled = new Map();
    if (done === total) done = total = 0;
    if (statuses.size > 0) model.putStatuses(statuses);
    changes.fire();
  };
  /** Counts an answer, and shows what is known with it. */
  const settle = (reference: string, status: ImageStatus | undefined): void => {
    if (status !== undefined) settled.set(reference, status);
    done += 1;
    timer ??= setTimeout(draw, done === total ? 0 : drawingPause);
  };

  return {
    onDidProgress: changes.event,
    progress: () => (total === 0 ? undefined : { done, total }),
    async verify(references, options) {
      const asked = [...new Set(references)];
      if (asked.length === 0 || !vscode.workspace.isTrusted) return;
      const before = new Map(asked.map((reference) => [reference, model.status(reference)]));
      const question = questions.begin(before);
      total += asked.length;
      model.putStatuses(new Map([...before].map(([reference, status]) => [reference, checkingAfter(status)])));
      changes.fire();
      const signal = AbortSignal.any([options.signal, lifetime.signal]);
      const open = new Set(asked);
      let why = "It was cancelled before the registry answered.";
      try {
        // What shows that thousands are asked for takes its time, and so does loading what asks.
        await setImmediate();
        const { verifyImages } = await import("../application/verifyImages.ts");
        await setImmediate();
        const [ports, trust] = await Promise.all([connections.collecting(), material()]);
        const isWide = (reference: string): boolean =>
          options.platforms === true || lastVerdict(before.get(reference))?.platforms !== undefined;
        const judge = async (names: readonly string[], all: boolean): Promise<void> => {
          const parsed = names.flatMap((reference) => parseReference(reference).value ?? []);
          await verifyImages(ports, parsed, model.rulebook.policy, trust, {
            signal,
            all,
            offline: setting("offline", isBoolean, false),
            onVerdict(verdict) {
              if (signal.aborted) return;
              log.decision(verdict);
              const { reference } = verdict;
              if (open.delete(reference))
                settle(reference, questions.answer(question, reference, { kind: "judged", verdict }));
            },
          });
        };
        const alone = asked.filter((reference) => !isWide(reference));
        await Promise.all([judge(alone, false), judge(asked.filter(isWide), true)]);
      } catch (error) {
        if (signal.aborted) return;
        why = `It could not be asked: ${describeCause(error)}`;
        log.error("Could not verify", error);
      } finally {
        for (const reference of open) {
          const status = questions.giveUp(question, reference);
          settle(reference, status === undefined ? undefined : settledBefore(status, why));
        }
        // Who waits for the answer finds it in the model.
        clearTimeout(timer);
        draw();
      }
    },
    accept(verdict) {
      questions.settle(verdict.reference);
      settled.delete(verdict.reference);
      log.decision(verdict);
      model.putStatuses(new Map([[verdict.reference, { kind: "judged", verdict }]]));
    },
    dispose() {
      lifetime.abort();
      clearTimeout(timer);
      changes.dispose();
    },
  };
}

function checkingAfter(status: ImageStatus): ImageStatus {
  switch (status.kind) {
    case "judged":
      return { kind: "checking", previous: status.verdict };
    case "checking":
      return status;
    case "not-checked":
      return { kind: "checking" };
  }
}

/** What is known of an image whose question was given up. */
function settledBefore(status: ImageStatus, why: string): ImageStatus {
  const verdict = lastVerdict(status);
  return verdict === undefined ? { kind: "not-checked", why } : { kind: "judged", verdict };
}
