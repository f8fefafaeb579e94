import { randomBytes } from "node:crypto";
import { textOrEmpty, type JsonObject } from "../../core/json.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialAnswer } from "../service/requests.ts";
import { failed, found, type VaultAnswer } from "./answers.ts";

/** Replies that are held back until somebody else has approved the request. */
export interface TrialControlGroups {
  /** The wrapped reply; `path` is what was asked for. */
  wrap(user: string, pending: Extract<TrialAnswer, { status: "pending" }>, path: string): VaultAnswer;
  state(body: JsonObject): VaultAnswer;
  authorize(user: string, body: JsonObject): VaultAnswer;
  /** What a wrapping token stands for, once; `answer` makes a reply of it. */
  unwrap(token: string, answer: (outcome: TrialAnswer) => VaultAnswer): VaultAnswer;
}

interface Wrapped {
  readonly id: string;
  readonly user: string;
  readonly path: string;
}

/** The accessor is the id of the request in the trial, so that it can be approved there, too. */
export function createTrialControlGroups({ requests, now }: TrialEngine): TrialControlGroups {
  const byToken = new Map<string, Wrapped>();
  const byAccessor = new Map<string, Wrapped>();
  const gone = failed(400, "wrapping token is not valid or does not exist");
  return {
    wrap: (user, { request, expiresAt }, path) => {
      const token = `hvs.${randomBytes(24).toString("base64url")}`;
      const wrapped = { id: request.id, user, path };
      byToken.set(token, wrapped);
      byAccessor.set(request.id, wrapped);
      const ttl = Math.max(1, Math.round((Date.parse(expiresAt) - now().getTime()) / 1000));
      const created = now().toISOString();
      return {
        status: 200,
        body: {
          request_id: "",
          data: null,
          wrap_info: { token, accessor: request.id, ttl, creation_time: created, creation_path: path },
        },
      };
    },
    state: (body) => {
      const wrapped = byAccessor.get(textOrEmpty(body["accessor"]));
      if (wrapped === undefined) return failed(400, "control group request not found");
      const { status } = requests.find(wrapped.user, wrapped.id) ?? {};
      const by = status === "signed" ? [{ entity_id: "lead", entity_name: "lead" }] : [];
      return found(
        {
          approved: status === "signed",
          request_path: wrapped.path,
          request_entity: { id: wrapped.user, name: wrapped.user },
          authorizations: by,
        },
        "",
      );
    },
    authorize: (user, body) => {
      const wrapped = byAccessor.get(textOrEmpty(body["accessor"]));
      const outcome = wrapped === undefined ? undefined : requests.approve(user, wrapped.id, "");
      if (outcome === undefined) return failed(400, "control group request not found");
      return outcome.status === "denied" ? failed(403, outcome.message) : found({ approved: true }, "");
    },
    unwrap: (token, answer) => {
      const wrapped = byToken.get(token);
      const outcome = wrapped === undefined ? undefined : requests.find(wrapped.user, wrapped.id);
      if (wrapped === undefined || outcome === undefined) return gone;
      if (outcome.status === "pending") return failed(400, "Request needs further approval");
      byToken.delete(token);
      return outcome.status === "denied" ? gone : answer(outcome);
    },
  };
}
