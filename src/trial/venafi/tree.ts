import { createHash } from "node:crypto";
import type { TrialKey } from "../service/keys.ts";

/** Where the trial's one project stands. */
export const projectDn = "\\VED\\Code Signing\\Projects\\Trial";
const projectName = "Trial";
const templateDn = "\\VED\\Code Signing\\Environment Templates\\Trial template";
const authorityDn = "\\VED\\Policy\\Trial authority";

/** Id of a key: a GUID that follows from its name, so that it is the same in every run. */
export function guidOf(key: TrialKey): string {
  const hex = createHash("sha256").update(key.description.name).digest("hex");
  return `{${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}}`;
}

export function dnOf(key: TrialKey): string {
  return `${projectDn}\\${key.description.name}`;
}

/** How the SaaS product calls a key. */
export function labelOf(key: TrialKey): string {
  return `${projectName}-${key.description.name}`;
}

/** The key that a call names by distinguished name or by id. Names are compared as the product does, without case. */
export function findKey(
  keys: readonly TrialKey[],
  name: { readonly dn?: string; readonly id?: string },
): TrialKey | undefined {
  return keys.find(
    (key) =>
      (name.dn !== undefined && name.dn.toLowerCase() === dnOf(key).toLowerCase()) ||
      (name.id !== undefined && name.id.replaceAll(/[{}]/g, "").toLowerCase() === guidOf(key).slice(1, -1)),
  );
}

/** An environment as `getenvironment` gives it: values wrapped, with what the template allows. */
export function environmentOf(key: TrialKey): object {
  const { description } = key;
  const fixed = (value: string): object => ({
    Info: 1,
    Value: value,
    TemplateValues: { Info: 1, Value: { Items: [value] } },
  });
  const free = (value: string): object => ({
    Info: 0,
    Value: value,
    TemplateValues: { Info: 0, Value: { Items: [] } },
  });
  const flow = description.needs.includes("approval") ? "One approval" : "No Restrictions";
  return {
    Dn: dnOf(key),
    Guid: guidOf(key),
    Disabled: description.state === "disabled",
    Status: description.state === "disabled" ? 0 : 1,
    PerUser: false,
    TemplateDN: templateDn,
    CertificateDN: `\\VED\\Policy\\Trial certificates\\${description.name}`,
    CertificateStatus: 0,
    CertificateStatusText: "OK",
    KeyAlgorithm: fixed(
      description.spec.startsWith("p") ? `ECC${description.spec.toUpperCase()}` : description.spec.toUpperCase(),
    ),
    CertificateAuthorityDN: fixed(authorityDn),
    CertificateSubject: free(`CN=TRIAL ${description.name}`),
    KeyStorageLocation: fixed("Software"),
    KeyTimeConstraints: { Items: [] },
    IPAddressRestriction: { Items: [] },
    RequireJustification: description.needs.includes("justification"),
    KeyUseFlowDN: `\\VED\\Code Signing\\Flows\\${flow}`,
  };
}

/** The project as `enumerateprojects` and `getproject` give it. */
export function projectOf(keys: readonly TrialKey[]): object {
  return {
    Dn: projectDn,
    Guid: "{00000000-0000-4000-8000-000000000001}",
    Id: 1,
    Status: 1,
    Owners: { Items: ["local:lead"] },
    KeyUsers: { Items: ["local:dev"] },
    KeyUseApprovers: { Items: ["local:lead"] },
    Auditors: { Items: ["local:lead"] },
    CertificateEnvironments: keys.map((key) => ({ Dn: dnOf(key), Guid: guidOf(key) })),
  };
}
