import type { ServicePointer } from "../../core/policy/configurationServices.ts";

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

const vaultBrowser: readonly SignInWay[] = [{ label: "In the browser", answers: [] }];

/** By type of service, where options do not matter. Those of clouds take the machine's own identity without any. */
const others = new Map<string, readonly SignInWay[]>([
  [
    "aws-kms",
    [
      {
        label: "Access key",
        answers: [
          shown("aws-kms access-key-id", "Access key id"),
          hidden("aws-kms secret-access-key", "Secret access key"),
        ],
      },
      { label: "By the profile of this machine, whose role asks for a code", answers: [] },
    ],
  ],
  [
    "azure-key-vault",
    [
      {
        label: "Access token",
        answers: [
          hidden(
            "azure-key-vault access-token",
            "Access token (az account get-access-token --resource https://vault.azure.net)",
          ),
        ],
      },
    ],
  ],
  [
    "csc",
    [
      {
        label: "User name and password",
        answers: [shown("csc username", "User name"), hidden("csc password", "Password")],
      },
      { label: "Client", answers: [shown("csc client-id", "Client id"), hidden("csc client-secret", "Client secret")] },
      { label: "Access token", answers: [hidden("csc token", "Access token")] },
    ],
  ],
  [
    "google-cloud-kms",
    [
      {
        label: "Access token",
        answers: [hidden("google-cloud-kms access-token", "Access token (gcloud auth print-access-token)")],
      },
    ],
  ],
  [
    // The sign-in itself is for one signing, and leaves nothing; what is kept is where an identity may go.
    "sigstore",
    [
      {
        label: "Agree that your identity goes there",
        answers: [shown("sigstore authority", "Address of the identity provider whose tokens may be sent there")],
      },
    ],
  ],
  [
    "signserver",
    [
      {
        label: "User name and password",
        answers: [shown("signserver username", "User name"), hidden("signserver password", "Password")],
      },
    ],
  ],
]);

/** The ways to sign in to a service that the configuration names; none where the service needs no sign-in, or its type is not known. */
export function signInWays({ type, options }: Pick<ServicePointer, "type" | "options">): readonly SignInWay[] {
  if (type === "vault") return options["authentication"] === "oidc" ? vaultBrowser : vault;
  if (type === "venafi" && options["authentication"] === "device") return venafiDevice;
  if (type === "venafi") return options["product"] === "saas" ? venafiSaas : venafi;
  return others.get(type) ?? [];
}

/** What services keep of a session besides what was typed. */
const sessions = new Map<string, readonly string[]>([
  ["aws-kms", ["aws-kms role-session"]],
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
