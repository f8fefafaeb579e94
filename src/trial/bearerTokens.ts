import { randomBytes } from "node:crypto";
import type { TrialEngine } from "./service/engine.ts";
import type { TrialUser } from "./service/keyPolicy.ts";

/** Tokens that a face grants; the secrets of the trial's users are tokens that do not end. */
export interface TrialBearerTokens {
  /** The user whose token an `Authorization` header holds; undefined for one that is not valid. */
  userOf(authorization: string | undefined): TrialUser | undefined;
  /** The user who has this secret. */
  userBy(secret: string): TrialUser | undefined;
  grant(user: TrialUser): string;
  endAll(): void;
}

/** How long a granted token is good, in seconds. */
export const tokenLifetime = 3600;
const users: readonly TrialUser[] = ["dev", "lead"];
const maximumTokens = 1000;

export function createTrialBearerTokens({ secrets }: Pick<TrialEngine, "secrets">): TrialBearerTokens {
  const granted = new Map<string, TrialUser>();
  const userBy = (secret: string): TrialUser | undefined => users.find((user) => secrets[user] === secret);
  return {
    userBy,
    userOf: (authorization = "") => {
      const token = authorization.replace(/^Bearer /, "");
      return granted.get(token) ?? userBy(token);
    },
    grant: (user) => {
      if (granted.size >= maximumTokens) granted.clear();
      const token = randomBytes(24).toString("base64url");
      granted.set(token, user);
      return token;
    },
    endAll: () => granted.clear(),
  };
}
