import { pathProblem } from "./configurationValue.ts";

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
const maximumLabels = 50;

/**
 * Reads the options of a service of the type `venafi` (CodeSign Protect, Code Sign Manager). What is wrong comes as
 * sentences about fields; then there is no value.
 */
export function readVenafiOptions(options: Readonly<Record<string, string>>): {
  readonly value: VenafiOptions | undefined;
  readonly wrong: readonly string[];
} {
  const given = new Map(Object.entries(options));
  const wrong = [...given.keys()]
    .filter((name) => !fields.includes(name))
    .map((name) => `'${name.slice(0, 60)}' is not a known option of a venafi service; known are ${fields.join(", ")}.`);
  const product = given.get("product") ?? "self-hosted";
  const isSaas = product === "saas";
  if (!isSaas && product !== "self-hosted") wrong.push("'product' must be self-hosted or saas.");
  const kinds = isSaas ? saas : selfHosted;
  const named = given.get("authentication");
  const authentication = kinds.find((kind) => kind === named);
  if (named === "integrated")
    wrong.push(
      "Signing in with Kerberos or NTLM ('integrated') is not supported: it needs the tickets of the operating system, which this program does not read. Sign in with token, user, jwt, certificate or device.",
    );
  else if (named !== undefined && authentication === undefined)
    wrong.push(`'authentication' must be one of ${kinds.join(", ")} for this product.`);
  const project = given.get("project");
  const environment = given.get("environment");
  const labels = (given.get("label") ?? "")
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
  for (const [name, text] of Object.entries({ project, environment }))
    if (text !== undefined && !isName(text)) wrong.push(`'${name}' must be a name without a backslash.`);
  if (environment !== undefined && project === undefined) wrong.push("'environment' needs 'project' beside it.");
  if (isSaas && (project ?? environment) !== undefined) wrong.push("The SaaS product knows keys by 'label' only.");
  if (isSaas && labels.length === 0) wrong.push("'label' is required: the SaaS product tells no keys without it.");
  if (!isSaas && labels.length > 0) wrong.push("'label' is for the SaaS product; give 'project' and 'environment'.");
  if (labels.length > maximumLabels) wrong.push(`'label' names more than ${maximumLabels} keys.`);
  const audience = given.get("audience");
  const caFile = given.get("caFile");
  const path = caFile === undefined ? undefined : pathProblem(caFile);
  if (path !== undefined) wrong.push(`'caFile' ${path}.`);
  if (wrong.length > 0) return { value: undefined, wrong };
  return {
    value: {
      product: isSaas ? "saas" : "self-hosted",
      labels,
      clientId: given.get("clientId") ?? "vsign-sdk",
      scope: given.get("scope") ?? "codesignclient;codesign",
      ...(project === undefined ? {} : { project }),
      ...(environment === undefined ? {} : { environment }),
      ...(authentication === undefined ? {} : { authentication }),
      ...(audience === undefined ? {} : { audience }),
      ...(caFile === undefined ? {} : { caFile }),
    },
    wrong,
  };
}

/** A backslash separates names in distinguished names of the product. */
function isName(text: string): boolean {
  return text.trim() !== "" && !text.includes("\\") && text.length <= 255;
}
