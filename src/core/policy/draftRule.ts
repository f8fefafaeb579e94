import { createHash } from "node:crypto";
import { decodePem } from "../base64.ts";
import { parseReference, repositoryName } from "../image/reference.ts";
import type { SignatureFormat } from "../verdict/verdict.ts";
import { readCertificate } from "../x509/certificate.ts";
import { attributesOf } from "../x509/distinguishedName.ts";
import type { PolicyRule } from "./policy.ts";
import { proposePolicy, type ProposedSigner } from "./proposeRule.ts";
import { readPolicy } from "./readPolicy.ts";
import { toYaml, type YamlValue } from "./yamlText.ts";
import type { PolicyFile } from "./policyFile.ts";

/** Policy formats that a rule can be drafted in. */
export const draftDialects = [
  "cluster-image-policy",
  "containers-policy",
  "notary-trust-policy",
  "kyverno",
  "openshift",
  "ratify",
  "connaisseur",
] as const;

/** A policy format that a rule can be drafted in. */
export type DraftDialect = (typeof draftDialects)[number];

/** The format that a rule was read from. */
export function dialectOfRule(rule: PolicyRule | undefined): DraftDialect {
  switch (rule?.coverage?.kind) {
    case "scopes":
      return rule.coverage.set.startsWith("config.openshift.io") ? "openshift" : "containers-policy";
    case "wildcards":
    case "written":
      return "kyverno";
    case "components":
      return "connaisseur";
    case "registries":
      return "ratify";
    case "repositories":
      return "notary-trust-policy";
    case "globs":
    case undefined:
      return "cluster-image-policy";
  }
}

/** Whom a draft would trust; of the Notary Project, a certificate by its subject under a root. Certificates are PEM. */
export type DraftSigner =
  | ProposedSigner
  | { readonly kind: "certificate"; readonly leaf: string; readonly root: string };

/** What is to be accepted: this image's repository, signed by this signer in this format. */
export interface DraftRequest {
  /** Normalised reference. */
  readonly reference: string;
  readonly signer: DraftSigner;
  readonly format: SignatureFormat;
  /** Whether the signature is in a transparency log; a rule for a key without one must say so. */
  readonly logged: boolean;
}

/** A rule as the files of its format, and what accepting it means. */
export interface RuleDraft {
  readonly dialect: DraftDialect;
  readonly files: readonly PolicyFile[];
  /** Sentences for the person who decides. */
  readonly meaning: readonly string[];
}

/** A draft, or a sentence why there is none. */
export type Drafted =
  | { readonly kind: "draft"; readonly draft: RuleDraft }
  | { readonly kind: "none"; readonly why: string };

interface Scene extends DraftRequest {
  readonly repository: string;
  readonly name: string;
}

interface Written {
  readonly files: readonly PolicyFile[];
  /** What the format cannot say more narrowly. */
  readonly wider?: string;
}

/**
 * Writes the smallest rule of a format that accepts the signer for the image's repository. Read again, it must be one rule
 * that is understood in full, else there is no draft; whether it accepts the image's signature, `judge` says.
 */
export function draftRule(dialect: DraftDialect, request: DraftRequest): Drafted {
  const parsed = parseReference(request.reference).value;
  if (parsed === undefined) return none(`'${request.reference}' is no image reference.`);
  const repository = repositoryName(parsed);
  const name = repository.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "-");
  const written = writers[dialect]({ ...request, repository, name });
  if (typeof written === "string") return none(written);
  const { rules, problems } = readPolicy(written.files);
  const [rule] = rules.filter(({ authorities }) => authorities.some(({ kind }) => kind !== "static"));
  const [obscure] = rule?.notUnderstood ?? [];
  const unread = rule?.authorities.find(({ kind }) => kind === "not-evaluated");
  if (rule === undefined || obscure !== undefined || unread !== undefined)
    return none(
      `The rule cannot be expressed in this format: ${obscure?.what ?? (unread?.kind === "not-evaluated" ? unread.why : (problems[0]?.message ?? "it would not be read again"))}`,
    );
  return { kind: "draft", draft: { dialect, files: written.files, meaning: meaningOf(request, repository, written) } };
}

const writers: Readonly<Record<DraftDialect, (scene: Scene) => Written | string>> = {
  "cluster-image-policy": (scene) => {
    const { signer, reference, format } = scene;
    if (signer.kind === "certificate") return "A ClusterImagePolicy knows no signatures of the Notary Project.";
    const proposed = proposePolicy({ path: `${scene.name}.yaml`, text: "" }, { reference, signer, format });
    if (proposed.kind === "none") return proposed.why;
    return { files: [{ path: `${scene.name}.yaml`, text: proposed.proposal.edit.text }] };
  },
  "containers-policy": ({ signer, format, repository }) => {
    if (signer.kind !== "key") return "A containers policy is drafted for keys only.";
    if (format !== "cosign") return onlyFirstFormat("The tools that read a containers policy");
    const requirement = {
      type: "sigstoreSigned",
      keyData: base64(signer.publicKey),
      signedIdentity: { type: "matchRepository" },
    };
    // What these tools do without a policy, so that nothing changes for other images.
    const policy = {
      default: [{ type: "insecureAcceptAnything" }],
      transports: { docker: { [repository]: [requirement] } },
    };
    return { files: [json("policy.json", policy)], wider: belowIt };
  },
  "notary-trust-policy": ({ signer, repository, name }) => {
    if (signer.kind !== "certificate") return "A Notary trust policy knows signatures of the Notary Project only.";
    const subject = subjectOf(signer.leaf);
    if (subject === undefined)
      return "The signer's certificate has a name that a Notary trust policy cannot state: it needs C, ST and O, each once.";
    const statement = {
      name,
      registryScopes: [repository],
      signatureVerification: { level: "strict" },
      trustStores: [`ca:${name}`],
      trustedIdentities: [`x509.subject: ${subject}`],
    };
    const root = { path: `truststore/x509/ca/${name}/${name}.crt`, text: signer.root };
    return { files: [json("trustpolicy.json", { version: "1.0", trustPolicies: [statement] }), root] };
  },
  kyverno: ({ signer, format, repository, name, logged }) => {
    if (signer.kind === "certificate") return everySigner("Kyverno");
    const log = logged ? {} : { rekor: { url: "", ignoreTlog: true } };
    const entry: YamlValue =
      signer.kind === "key"
        ? { keys: { publicKeys: signer.publicKey, ...log } }
        : { keyless: { issuer: signer.issuer, subject: signer.subject } };
    if (signer.kind === "identity" && /[*?]/u.test(signer.issuer + signer.subject) && format === "cosign")
      return "The signer's name holds '*' or '?', which Kyverno would take for anything.";
    const verify = {
      type: format === "cosign" ? "Cosign" : "SigstoreBundle",
      imageReferences: [`${repository}:*`, `${repository}@*`],
      attestors: [{ count: 1, entries: [entry] }],
    };
    const rule = { name: "signed", match: { any: [{ resources: { kinds: ["Pod"] } }] }, verifyImages: [verify] };
    return {
      files: [yaml(name, "kyverno.io/v1", "ClusterPolicy", name, { validationFailureAction: "Audit", rules: [rule] })],
    };
  },
  openshift: ({ signer, format, repository, name }) => {
    if (signer.kind !== "key") return "OpenShift's policy is drafted for keys only.";
    if (format !== "cosign") return onlyFirstFormat("OpenShift's nodes");
    const policy = {
      rootOfTrust: { policyType: "PublicKey", publicKey: { keyData: base64(signer.publicKey) } },
      signedIdentity: { matchPolicy: "MatchRepository" },
    };
    const spec = { scopes: [repository], policy };
    return { files: [yaml(name, "config.openshift.io/v1", "ClusterImagePolicy", name, spec)], wider: belowIt };
  },
  ratify: ({ signer, format, repository, name, logged }) => {
    if (signer.kind === "certificate") return everySigner("Ratify");
    if (format !== "cosign") return onlyFirstFormat("Ratify's cosign verifier");
    const trust: YamlValue =
      signer.kind === "key"
        ? {
            keys: { inline: { keys: signer.publicKey } },
            ...(logged ? {} : { ignoreTLog: true, ignoreObserverTimestamps: true }),
          }
        : { certificateIdentity: signer.subject, certificateOIDCIssuer: signer.issuer };
    const spec = {
      scopes: [repository],
      stores: [{ type: "registry-store", parameters: {} }],
      verifiers: [{ name: "signer", type: "cosign", parameters: { trustPolicies: [trust] } }],
      policyEnforcer: { type: "threshold-policy", parameters: { policy: { rules: [{ verifierName: "signer" }] } } },
    };
    return { files: [yaml(name, "config.ratify.sh/v2alpha1", "Executor", name, spec)] };
  },
  connaisseur: ({ signer, format, repository, name, logged }) => {
    if (signer.kind === "certificate") return everySigner("Connaisseur");
    if (format !== "cosign") return onlyFirstFormat("Connaisseur's cosign validator");
    const trust: YamlValue =
      signer.kind === "key"
        ? { name: "signer", key: signer.publicKey }
        : { name: "signer", keyless: { issuer: signer.issuer, subject: signer.subject } };
    const application = {
      validators: [{ name, type: "cosign", trustRoots: [trust] }],
      policy: [
        {
          pattern: `${repository.replace(/^docker\.io\//u, "index.docker.io/")}:*`,
          validator: name,
          with: { trustRoot: "signer", ...(logged ? {} : { verifyInTransparencyLog: false }) },
        },
      ],
    };
    return {
      files: [{ path: "values.yaml", text: toYaml({ application }) }],
      wider: "Connaisseur's patterns may begin with anything, so that it also counts for a host whose name ends alike.",
    };
  },
};

const belowIt = "It also counts for every repository whose path goes on below this one.";

function onlyFirstFormat(who: string): string {
  return `${who} see signatures in cosign's first format only; sign it once more with 'countersign sign --signature-format cosign'.`;
}

function everySigner(product: string): string {
  return `${product} would accept everybody whom the same root vouches for, not this signer alone; a Notary trust policy can name one.`;
}

function meaningOf({ signer, logged }: DraftRequest, repository: string, { wider }: Written): readonly string[] {
  return [
    `Whoever is ${whoIs(signer)} may sign every image of ${repository}: those of today, older ones and those to come.`,
    ...(wider === undefined ? [] : [wider]),
    ...(logged || signer.kind !== "key"
      ? []
      : ["No transparency log is asked for: who has the key can sign without anybody seeing it."]),
    "That this signer made today's signature is proven; that it is whom you mean to trust, only you can say.",
  ];
}

function whoIs(signer: DraftSigner): string {
  switch (signer.kind) {
    case "key":
      return `in possession of the key with the SHA-256 fingerprint ${fingerprintOf(signer.publicKey)}`;
    case "identity":
      return `'${signer.subject}' according to ${signer.issuer}`;
    case "certificate":
      return `'${subjectOf(signer.leaf) ?? "the certificate's subject"}' according to the authority in the trust store`;
  }
}

function fingerprintOf(pem: string): string {
  const der = decodePem(pem, "PUBLIC KEY");
  return der === undefined ? "that is stated" : createHash("sha256").update(der).digest("hex");
}

/** A certificate's name as RFC 4514 writes it, most general first; undefined where a trust policy cannot hold it. */
function subjectOf(pem: string): string | undefined {
  const der = decodePem(pem, "CERTIFICATE");
  const certificate = der === undefined ? undefined : readCertificate(der);
  const attributes = certificate === undefined ? undefined : attributesOf(certificate.subject);
  if (attributes === undefined || !["C", "ST", "O"].every((type) => attributes.has(type))) return undefined;
  return [...attributes]
    .map(([type, value]) => `${type}=${value.replaceAll(/[\\,+"<>;=#]|^ | $/gu, "\\$&")}`)
    .join(", ");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function json(path: string, value: object): PolicyFile {
  return { path, text: `${JSON.stringify(value, undefined, 2)}\n` };
}

function yaml(
  file: string,
  apiVersion: string,
  kind: string,
  name: string,
  spec: { readonly [key: string]: YamlValue },
): PolicyFile {
  return { path: `${file}.yaml`, text: toYaml({ apiVersion, kind, metadata: { name }, spec }) };
}

function none(why: string): Drafted {
  return { kind: "none", why };
}
