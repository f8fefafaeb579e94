import { createServiceOptionReader, type ServiceOptionReader } from "./serviceOptions.ts";

/** How a person or a pipeline proves to the service who they are. */
export type VenafiAuthentication = "token" | "user" | "jwt" | "certificate" | "device" | "api-key" | "service-account";

/** What `options` of a service of the type `venafi` say. */
export interface VenafiOptions {
  readonly product: "self-hosted" | "saas";
  /** Name of a project, self-hosted; all projects without it. */
  readonly project?: string;
  /** Name of an environment of the project; all of its environments without it. */
  readonly environment?: string;
  /** Labels of keys, SaaS: the product lists none without one. */
  readonly labels: readonly string[];
  /** What to sign in with; without it, with what there is. */
  readonly authentication?: VenafiAuthentication;
  /** Id of the API integration that tokens are asked for. */
  readonly clientId: string;
  readonly scope: string;
  /** Audience to ask the pipeline's identity provider for; the service's origin without it. */
  readonly audience?: string;
  /** PEM file of further authorities, workspace-relative. */
  readonly caFile?: string;
}

const selfHosted: readonly VenafiAuthentication[] = ["token", "user", "jwt", "certificate", "device"];
const saas: readonly VenafiAuthentication[] = ["api-key", "service-account"];
const fields = [
  "product",
  "project",
  "environment",
  "label",
  "authentication",
  "clientId",
  "scope",
  "audience",
  "caFile",
];
/** A backslash separates names in distinguished names of the product. */
const plainName = /^(?=[^]{1,255}$)[^\\]*[^\\\s][^\\]*$/;

/**
 * Reads the options of a service of the type `venafi` (CodeSign Protect, Code Sign Manager). What is wrong comes as
 * sentences about fields; then there is no value.
 */
export function readVenafiOptions(options: Readonly<Record<string, string>>): {
  readonly value: VenafiOptions | undefined;
  readonly wrong: readonly string[];
} {
  const reader = createServiceOptionReader("venafi", fields, options);
  const isSaas = reader.oneOf("product", ["self-hosted", "saas"] as const) === "saas";
  const authentication = authenticationOf(reader, isSaas ? saas : selfHosted);
  const project = reader.text("project", plainName, "a name without a backslash");
  const environment = reader.text("environment", plainName, "a name without a backslash");
  const labels = reader.list("label", /^[^]{1,255}$/, "a label of a key");
  if (environment !== undefined && project === undefined) reader.complain("'environment' needs 'project' beside it.");
  if (isSaas && (project ?? environment) !== undefined) reader.complain("The SaaS product knows keys by 'label' only.");
  if (isSaas && labels.length === 0) reader.complain("'label' is required: the SaaS product tells no keys without it.");
  if (!isSaas && labels.length > 0)
    reader.complain("'label' is for the SaaS product; give 'project' and 'environment'.");
  const clientId = reader.text("clientId", /\S/, "the id of an API integration") ?? "vsign-sdk";
  const scope = reader.text("scope", /\S/, "what a token is asked for") ?? "codesignclient;codesign";
  const audience = reader.text("audience", /\S/, "a name");
  const caFile = reader.file("caFile");
  if (reader.wrong.length > 0) return { value: undefined, wrong: reader.wrong };
  return {
    value: {
      product: isSaas ? "saas" : "self-hosted",
      labels,
      clientId,
      scope,
      ...(project === undefined ? {} : { project }),
      ...(environment === undefined ? {} : { environment }),
      ...(authentication === undefined ? {} : { authentication }),
      ...(audience === undefined ? {} : { audience }),
      ...(caFile === undefined ? {} : { caFile }),
    },
    wrong: [],
  };
}

function authenticationOf(
  reader: ServiceOptionReader,
  kinds: readonly VenafiAuthentication[],
): VenafiAuthentication | undefined {
  const words =
    "token, user, jwt, certificate or device: signing in with Kerberos or NTLM needs the tickets of the operating system, which this program does not read";
  const named = reader.text("authentication", /^(?!integrated$)/, words);
  return named === undefined ? undefined : reader.oneOf("authentication", kinds);
}
