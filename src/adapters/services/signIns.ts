import type { ServicePointer } from "../../core/policy/configuration.ts";

/** One answer that a way to sign in asks for, and the name under which it is kept for the service's origin. */
export interface SignInAnswer {
  readonly name: string;
  readonly prompt: string;
  /** Not shown while it is typed. */
  readonly secret: boolean;
}

/** One way to sign in to a service. */
export interface SignInWay {
  readonly label: string;
  /** None where the service asks in a browser. */
  readonly answers: readonly SignInAnswer[];
}

const venafi: readonly SignInWay[] = [
  {
    label: "User name and password",
    answers: [shown("venafi username", "User name"), hidden("venafi password", "Password")],
  },
  { label: "Access token", answers: [hidden("venafi access-token", "Access token")] },
  { label: "JSON web token", answers: [hidden("venafi jwt", "JSON web token of your identity provider")] },
];
// A service account's private key is a file, which the command line is given by vsign's variable.
const venafiSaas: readonly SignInWay[] = [{ label: "API key", answers: [hidden("venafi api-key", "API key")] }];
const venafiDevice: readonly SignInWay[] = [{ label: "In the browser, with a code", answers: [] }];
const vault: readonly SignInWay[] = [
  { label: "Token", answers: [hidden("vault token", "Token")] },
  { label: "AppRole", answers: [shown("vault role-id", "Role id"), hidden("vault secret-id", "Secret id")] },
  { label: "JSON web token", answers: [hidden("vault jwt", "JSON web token of your identity provider")] },
];

/** The ways to sign in to a service that the configuration names; none where the service needs no sign-in, or its type is not known. */
export function signInWays({ type, options }: Pick<ServicePointer, "type" | "options">): readonly SignInWay[] {
  if (type === "vault") return vault;
  if (type === "venafi" && options["authentication"] === "device") return venafiDevice;
  if (type === "venafi") return options["product"] === "saas" ? venafiSaas : venafi;
  return [];
}

/** What services keep of a session besides what was typed. */
const sessions = new Map<string, readonly string[]>([
  ["venafi", ["venafi access-token", "venafi access-token-expires", "venafi refresh-token"]],
]);

/** The names that are all kept where somebody is signed in by the way. */
export function keptBy({ type }: Pick<ServicePointer, "type">, { answers }: SignInWay): readonly string[] {
  return answers.length > 0 ? answers.map(({ name }) => name) : (sessions.get(type)?.slice(0, 1) ?? []);
}

/** The names under which anything of a sign-in to the service is kept: all of them go when a person signs out. */
export function keptNames(service: Pick<ServicePointer, "type" | "options">): readonly string[] {
  const answers = signInWays(service).flatMap((way) => way.answers.map(({ name }) => name));
  return [...new Set([...answers, ...(sessions.get(service.type) ?? [])])];
}

function shown(name: string, prompt: string): SignInAnswer {
  return { name, prompt, secret: false };
}

function hidden(name: string, prompt: string): SignInAnswer {
  return { name, prompt, secret: true };
}
