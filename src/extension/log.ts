import * as vscode from "vscode";
import type { Log } from "../application/ports.ts";
import { printable, stateWord } from "../core/report/words.ts";
import type { Verdict } from "../core/verdict/verdict.ts";

/** The output channel "Countersign": every decision with its steps, for whoever asks why. */
export interface Logbook extends Log, vscode.Disposable {
  /** Writes a verdict down with the steps that led to it. */
  decision(verdict: Verdict): void;
  /** A failure that no person sees otherwise. */
  error(message: string, cause: unknown): void;
  show(): void;
}

export function createLogbook(): Logbook {
  const channel = vscode.window.createOutputChannel("Countersign", { log: true });
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, cause) => channel.error(`${message}: ${describeCause(cause)}`),
    decision(verdict) {
      const digest = verdict.digest === undefined ? "" : ` (${verdict.digest})`;
      const head = `${stateWord(verdict.state)}: ${verdict.reference}${digest}. ${printable(verdict.reason.message)}`;
      const steps = verdict.trace.map(({ step, outcome, text }) => `    ${outcome} ${step}: ${printable(text)}`);
      channel.info([`${head} [${verdict.reason.code}]`, ...steps].join("\n"));
    },
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}

/** The sentence of a failure; never its stack, which could carry paths and arguments into a bug report. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
