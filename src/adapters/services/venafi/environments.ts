import type { WaitOptions } from "../../../application/ports.ts";
import { AppError } from "../../../application/errors.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import type { VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import type { Caller } from "./caller.ts";
import { attributeIn, lastName, memberOf, objectsIn, textIn, textsIn, type Attribute } from "./values.ts";

/** Where projects stand in the product's tree. */
const projectsDn = "\\VED\\Code Signing\\Projects";

/** An environment of a project: what the product's people settled for a key. */
export interface Environment {
  /** Id of its key, a GUID. */
  readonly keyId: string;
  /** Distinguished name, where it was told. */
  readonly dn?: string;
  readonly certificateDn?: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly templateDn?: string;
  readonly disabled: boolean;
  /** When and from where the key may be used, in the product's words; empty without restrictions. */
  readonly restrictions: readonly string[];
}

/** What listing projects tells beyond their environments; nothing of it is needed to sign. */
export interface ProjectSummary {
  readonly owners: readonly string[];
  readonly disabled: boolean;
  /** Distinguished names of its environments by the id of their keys. */
  readonly environments: ReadonlyMap<string, string>;
}

/** Attributes that people ask about, in the product's names. */
const attributeNames = [
  "KeyAlgorithm",
  "CertificateAuthorityDN",
  "CertificateSubject",
  "KeyStorageLocation",
  "KeyUseFlowDN",
  "RequireJustification",
  "CertificateStatusText",
] as const;

/** Distinguished name of an environment. */
export function environmentDn(project: string, environment: string): string {
  return `${projectsDn}\\${project}\\${environment}`;
}

/** `Project\Environment`, as people name a key of the product. */
export function keyNameOf(dn: string): string {
  return dn.startsWith(`${projectsDn}\\`) ? dn.slice(projectsDn.length + 1) : dn;
}

/** Reads one environment by its name or the id of its key. AppError `authentication` or `service-denied`. */
export async function getEnvironment(
  caller: Caller,
  which: { readonly Dn: string } | { readonly Guid: string },
  options: WaitOptions,
): Promise<Environment> {
  const named = "Dn" in which ? which.Dn : which.Guid;
  const action = `read the environment ${named}`;
  const body = await caller.readAll({ path: "vedsdk/codesign/getenvironment", body: which, action }, options);
  const environment = readEnvironment(body, which);
  if (environment !== undefined) return environment;
  throw new AppError("service-protocol", `Could not ${action}: the answer names no environment.`);
}

/** Reads the projects that the caller may see; none where the session's scope does not allow to look (`codesign:manage`). */
export async function listProjects(
  caller: Caller,
  settings: VenafiOptions,
  options: WaitOptions,
): Promise<readonly ProjectSummary[]> {
  try {
    const body = await caller.readAll(
      { path: "vedsdk/codesign/enumerateprojects", body: {}, action: "list the projects" },
      options,
    );
    return objectsIn(isJsonObject(body) ? body : {}, "Projects")
      .filter((project) => settings.project === undefined || nameOf(project) === settings.project)
      .map(readProject);
  } catch (error) {
    if (error instanceof AppError && (error.code === "service-denied" || error.code === "authentication")) return [];
    throw error;
  }
}

function readProject(project: JsonObject): ProjectSummary {
  const kinds = Object.keys(project).filter((name) => name.endsWith("Environments"));
  const entries = kinds.flatMap((kind) =>
    objectsIn(project, kind).flatMap((environment): (readonly [string, string])[] => {
      const [id, dn] = [textIn(environment, "Guid"), textIn(environment, "Dn")];
      return id === undefined || dn === undefined ? [] : [[id, dn]];
    }),
  );
  return {
    owners: textsIn(project, "Owners"),
    disabled: memberOf(project, "Status") === 0,
    environments: new Map(entries),
  };
}

function readEnvironment(
  body: unknown,
  which: { readonly Dn?: string; readonly Guid?: string },
): Environment | undefined {
  const json = isJsonObject(body) ? body : {};
  const kind = Object.keys(json).find((name) => name.endsWith("Environment") && isJsonObject(json[name]));
  const found = kind === undefined ? undefined : json[kind];
  const keyId = isJsonObject(found) ? (textIn(found, "Guid") ?? which.Guid) : undefined;
  if (!isJsonObject(found) || keyId === undefined) return undefined;
  const dn = textIn(found, "Dn") ?? which.Dn;
  const certificateDn = attributeIn(found, "CertificateDN")?.value;
  const templateDn = textIn(found, "TemplateDN");
  const attributes = attributeNames.flatMap((name): (readonly [string, Attribute])[] => {
    const attribute = attributeIn(found, name);
    return attribute === undefined ? [] : [[name, attribute]];
  });
  return {
    keyId,
    attributes: new Map(attributes),
    disabled: attributeIn(found, "Disabled")?.value === "true",
    restrictions: restrictionsIn(found),
    ...(dn === undefined ? {} : { dn }),
    ...(certificateDn === undefined ? {} : { certificateDn }),
    ...(templateDn === undefined ? {} : { templateDn }),
  };
}

function restrictionsIn(environment: JsonObject): readonly string[] {
  const listed = (name: string, words: string): readonly string[] => {
    const texts = textsIn(environment, name).slice(0, 20);
    return texts.length === 0 ? [] : [`${words} ${texts.join(", ")}`];
  };
  return [
    ...listed("KeyTimeConstraints", "only at"),
    ...listed("IPAddressRestriction", "only from"),
    ...(attributeIn(environment, "PerUser")?.value === "true" ? ["each user has a key of their own"] : []),
    ...listed("KeyUseAuthentication", "asks again for"),
  ];
}

function nameOf(project: JsonObject): string {
  return lastName(textIn(project, "Dn") ?? "");
}
