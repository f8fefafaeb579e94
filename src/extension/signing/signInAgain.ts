import { AppError, RegistryError } from "../../application/errors.ts";
import type { Extension } from "../context.ts";
import { signInOnTheWay } from "./signInService.ts";

/** The failure of a session that has ended, as an error: the service did nothing for it. */
export function endedSession(outcome: {
  readonly status: string;
  readonly code?: string;
  readonly message?: string;
}): AppError | undefined {
  return outcome.status === "denied" && outcome.code === "unauthenticated"
    ? new AppError("authentication", outcome.message ?? "The service asks for a sign-in.")
    : undefined;
}

/** Where a session has ended, asks the person to sign in again; whether to go on. Everything else is left to the caller. */
export async function signInAgain(extension: Extension, service: string, error: unknown): Promise<boolean> {
  const ended = error instanceof AppError && !(error instanceof RegistryError) && error.code === "authentication";
  if (!ended) return false;
  extension.log.warn(`${service} asks for a sign-in: ${error.message}`);
  return await signInOnTheWay(
    extension,
    service,
    "Your session has ended, and nothing was signed. How do you sign in?",
  );
}

/** Asks a service until it answers, or until the person does not sign in again. Only for what may be asked twice: never to sign. */
export async function withSession<T>(extension: Extension, service: string, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(await signInAgain(extension, service, error))) throw error;
    }
  }
}
