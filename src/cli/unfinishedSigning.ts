import { AppError, type ErrorCode } from "../application/errors.ts";
import type { Ticket } from "../application/signingService.ts";

/** A signing that failed in between and can be gone on with; its record is kept under the ticket. */
export class UnfinishedSigning extends AppError {
  readonly ticket: Pick<Ticket, "id" | "service">;
  constructor(code: ErrorCode, message: string, { id, service }: Ticket, options: { readonly cause: unknown }) {
    super(code, message, options);
    this.name = "UnfinishedSigning";
    this.ticket = { id, service };
  }
}
