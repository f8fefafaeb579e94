import type { Secrets } from "../../../application/ports.ts";

/** Names under which secrets of a service are kept, each for one origin. */
export type CscSecret = "token" | "client-id" | "client-secret" | "username" | "password" | "pin" | "one-time-code";

/** The secrets of one service. */
export interface CscCredentials {
  get(name: CscSecret): Promise<string | undefined>;
  /** A one-time code is given out once. */
  takeOnce(name: "one-time-code"): Promise<string | undefined>;
  /** Where tokens are asked for, where the person says that it is elsewhere than the service. */
  readonly tokenUrl?: string;
}

const variables = new Map<CscSecret, string>([
  ["token", "COUNTERSIGN_CSC_TOKEN"],
  ["client-id", "COUNTERSIGN_CSC_CLIENT_ID"],
  ["client-secret", "COUNTERSIGN_CSC_CLIENT_SECRET"],
  ["username", "COUNTERSIGN_CSC_USERNAME"],
  ["password", "COUNTERSIGN_CSC_PASSWORD"],
  ["pin", "COUNTERSIGN_CSC_PIN"],
  ["one-time-code", "COUNTERSIGN_CSC_ONE_TIME_CODE"],
]);

/** From the store; else from the environment, where `COUNTERSIGN_CSC_URL` names exactly the origin. */
export function openCscCredentials(options: {
  readonly origin: string;
  readonly secrets?: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): CscCredentials {
  const { origin, secrets, environment } = options;
  const meant = environment["COUNTERSIGN_CSC_URL"] ?? "";
  const isMeant = URL.canParse(meant) && new URL(meant).origin === origin;
  const tokenUrl = isMeant ? (environment["COUNTERSIGN_CSC_TOKEN_URL"] ?? "") : "";
  let isTaken = false;
  const get = async (name: CscSecret): Promise<string | undefined> => {
    const kept = await secrets?.get(origin, `csc ${name}`);
    const value = kept ?? (isMeant ? environment[variables.get(name) ?? ""] : undefined);
    return value === "" ? undefined : value;
  };
  return {
    get,
    takeOnce: async (name) => {
      if (isTaken) return undefined;
      const value = await get(name);
      isTaken = value !== undefined;
      return value;
    },
    ...(URL.canParse(tokenUrl) && new URL(tokenUrl).protocol === "https:" ? { tokenUrl } : {}),
  };
}
