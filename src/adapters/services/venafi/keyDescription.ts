import type { KeyDescription, KeyNeed } from "../../../application/signingService.ts";
import { schemesOf, specOf } from "../keyKinds.ts";
import { keyNameOf, type Environment, type ProjectSummary } from "./environments.ts";
import type { StoredKey } from "./objects.ts";
import { lastName } from "./values.ts";

/** A key as people see it, with what calls need to name it. */
export interface VenafiKey {
  readonly description: KeyDescription;
  readonly keyId: string;
  /** Distinguished name of its environment, where one was told. */
  readonly dn?: string;
}

/** Words for attributes of which a person asks who set them. */
const questions: readonly (readonly [string, string])[] = [
  ["KeyAlgorithm", "key algorithm"],
  ["CertificateAuthorityDN", "authority"],
  ["CertificateSubject", "subject"],
  ["KeyStorageLocation", "key storage"],
  ["KeyUseFlowDN", "approval flow"],
];

/** Describes a key; undefined for one of a kind that is not supported. `now` is milliseconds since 1970. */
export function describeVenafiKey(
  stored: StoredKey,
  environment: Environment | undefined,
  projects: readonly ProjectSummary[],
  now: number,
): VenafiKey | undefined {
  const spec = specOf(stored.publicKey);
  if (spec === undefined) return undefined;
  const project = projects.find(({ environments }) => environments.has(stored.keyId));
  const dn = environment?.dn ?? project?.environments.get(stored.keyId);
  const name = dn === undefined ? (stored.label ?? stored.keyId) : keyNameOf(dn);
  return {
    keyId: stored.keyId,
    ...(dn === undefined ? {} : { dn }),
    description: {
      name,
      spec,
      schemes: schemesOf(spec),
      publicKey: stored.publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: stored.chain.map((certificate) => certificate.toString()),
      custody: custodyOf(environment),
      state: stateOf(stored, environment, project, now),
      needs: needsOf(environment),
      governance: {
        issuer: issuerOf(stored, environment),
        managedBy: managersOf(environment, project),
        attributesSetBy: settersOf(environment),
        ...restrictionsOf(environment),
      },
    },
  };
}

/** The product names a hardware module by its connector, and its own storage "Software". */
function custodyOf(environment: Environment | undefined): KeyDescription["custody"] {
  const location = environment?.attributes.get("KeyStorageLocation")?.value;
  if (location === undefined) return "unknown";
  return /^software$/i.test(lastName(location)) ? "service-software" : "hsm";
}

function stateOf(
  { chain: [leaf] }: StoredKey,
  environment: Environment | undefined,
  project: ProjectSummary | undefined,
  now: number,
): KeyDescription["state"] {
  if (environment?.disabled === true || project?.disabled === true) return "disabled";
  if (/revoked/i.test(environment?.attributes.get("CertificateStatusText")?.value ?? "")) return "disabled";
  return leaf !== undefined && Date.parse(leaf.validTo) < now ? "expired" : "enabled";
}

/** The product tells the name of the flow, not what it asks for: all but the one that comes with it may ask for an approval. */
function needsOf(environment: Environment | undefined): readonly KeyNeed[] {
  const attributes = environment?.attributes;
  const justification = /^(?:true|1|yes)$/i.test(attributes?.get("RequireJustification")?.value ?? "");
  const flow = attributes?.get("KeyUseFlowDN")?.value;
  const approval = flow !== undefined && !/^no restrictions$/i.test(lastName(flow));
  return [...(justification ? (["justification"] as const) : []), ...(approval ? (["approval"] as const) : [])];
}

function issuerOf({ chain: [leaf] }: StoredKey, environment: Environment | undefined): string {
  const authority = environment?.attributes.get("CertificateAuthorityDN")?.value;
  const named =
    leaf === undefined ? undefined : (/^CN=(.+)$/m.exec(leaf.issuer)?.[1] ?? leaf.issuer.replaceAll("\n", ", "));
  const self = leaf !== undefined && leaf.issuer === leaf.subject ? " (the key itself)" : "";
  const status = environment?.attributes.get("CertificateStatusText")?.value ?? "OK";
  const told = /^ok$/i.test(status) ? "" : `; status of the certificate: ${status}`;
  if (named === undefined) return `${authority ?? "nobody: the key has no certificate"}${told}`;
  return `${named}${self}${authority === undefined ? "" : `, by ${authority}`}${told}`;
}

function managersOf(environment: Environment | undefined, project: ProjectSummary | undefined): string {
  const owners = project?.owners ?? [];
  const location = environment?.attributes.get("KeyStorageLocation")?.value;
  const people =
    owners.length === 0 ? "owners unknown (the session may not list projects)" : `owned by ${owners.join(", ")}`;
  return `${people}; key in ${location ?? "an unknown place"}`;
}

function restrictionsOf(environment: Environment | undefined): { readonly restrictions?: string } {
  const told = environment?.restrictions ?? [];
  return told.length === 0 ? {} : { restrictions: told.join("; ") };
}

/** Who set what: the template, where it leaves no choice, else the environment. */
function settersOf(environment: Environment | undefined): string {
  const given = questions.flatMap(([name, words]) => {
    const attribute = environment?.attributes.get(name);
    return attribute === undefined ? [] : [{ words, locked: attribute.locked }];
  });
  if (given.length === 0) return "unknown";
  const listed = (locked: boolean): string =>
    given
      .filter((each) => each.locked === locked)
      .map(({ words }) => words)
      .join(", ");
  const [fixed, free] = [listed(true), listed(false)];
  const template =
    environment?.templateDn === undefined ? "its template" : `template ${lastName(environment.templateDn)}`;
  const parts = [
    ...(fixed === "" ? [] : [`locked by ${template}: ${fixed}`]),
    ...(free === "" ? [] : [`set by the environment: ${free}`]),
  ];
  return parts.join("; ");
}
