import { globNameOf } from "./glob.ts";
import type { Signer, Verdict } from "../verdict/verdict.ts";

/**
 * A ClusterImagePolicy (policy.sigstore.dev/v1beta1) in YAML that accepts exactly the signers that images have today.
 * It is a suggestion for a person to cut down: nothing reads it until it is saved. Mode `warn`, so that it blocks nothing.
 */
export function draftClusterImagePolicy(verdicts: readonly Verdict[]): string {
  const head = [
    "# Who signs the images of this workspace today. Keep the signers that you mean to trust,",
    "# save the file in the workspace, and its images are judged by it.",
  ];
  const repositories = [
    ...new Set(
      verdicts.flatMap((verdict) => (validSigners(verdict).length === 0 ? [] : repositoryOf(verdict.reference))),
    ),
  ].sort();
  const policies = repositories.map((repository) => policyFor(repository, signersOf(verdicts, repository)));
  if (policies.length === 0) {
    const none = "# No image has a valid signature yet, so this names a signer as an example.";
    return `${[...head, none].join("\n")}\n${examplePolicy}`;
  }
  return `${head.join("\n")}\n${policies.join("---\n")}`;
}

const examplePolicy = policyText(
  "example",
  ["ghcr.io/acme/**"],
  [
    "    - name: release",
    "      signatureFormat: bundle",
    "      keyless:",
    "        identities:",
    "          - issuer: https://token.actions.githubusercontent.com",
    "            subject: https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
  ],
);

function policyFor(repository: string, signers: readonly Signer[]): string {
  const authorities = signers.flatMap((signer, index) => authorityOf(signer, index + 1));
  const name = repository
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return policyText(name, [`${globNameOf(repository)}:*`, `${globNameOf(repository)}@*`], authorities);
}

function policyText(name: string, globs: readonly string[], authorities: readonly string[]): string {
  return `${[
    "apiVersion: policy.sigstore.dev/v1beta1",
    "kind: ClusterImagePolicy",
    "metadata:",
    `  name: ${name}`,
    "spec:",
    "  mode: warn",
    "  images:",
    ...globs.map((glob) => `    - glob: ${quote(glob)}`),
    "  authorities:",
    ...authorities,
  ].join("\n")}\n`;
}

function authorityOf(signer: Signer, number: number): readonly string[] {
  if (signer.identity !== undefined && signer.issuer !== undefined) {
    return [
      `    - name: signer-${number}`,
      "      signatureFormat: bundle",
      "      keyless:",
      "        identities:",
      `          - issuer: ${quote(signer.issuer)}`,
      `            subject: ${quote(signer.identity)}`,
    ];
  }
  const which = signer.fingerprint ?? signer.identity ?? "unknown";
  return [
    `    - name: signer-${number}`,
    "      signatureFormat: bundle",
    "      key:",
    `        # The public key with the SHA-256 fingerprint ${which.replace(/[^\w.:@/-]/g, "?")}`,
    "        data: ''",
  ];
}

function signersOf(verdicts: readonly Verdict[], repository: string): readonly Signer[] {
  const signers = verdicts.filter(({ reference }) => repositoryOf(reference) === repository).flatMap(validSigners);
  return [
    ...new Map(
      signers.map((signer) => [JSON.stringify([signer.issuer, signer.identity, signer.fingerprint]), signer]),
    ).values(),
  ];
}

/** Those whom a ClusterImagePolicy can name: it knows no signatures of the Notary Project. */
function validSigners({ signatures }: Verdict): readonly Signer[] {
  return signatures.flatMap(({ valid, purpose, signer, format }) =>
    valid && purpose === "signature" && signer !== undefined && !format.startsWith("notation-") ? [signer] : [],
  );
}

function repositoryOf(reference: string): string {
  const [named = reference] = reference.split("@");
  const colon = named.lastIndexOf(":");
  return colon > named.lastIndexOf("/") ? named.slice(0, colon) : named;
}

/** A YAML double-quoted scalar is JSON's: a certificate's subject cannot end it and add fields of its own. */
function quote(text: string): string {
  return JSON.stringify(text);
}
