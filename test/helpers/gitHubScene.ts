import { generateKeyPairSync, sign } from "node:crypto";
import { preAuthenticationEncoding, statementType } from "../../src/core/sign/statement.ts";
import type { NamedTrustedRoot } from "../../src/core/signature/trustMaterial.ts";
import { implicit, sequence, utf8String } from "../../src/trial/x509/der.ts";
import { certificatePem, extension } from "../../src/trial/x509/issueCertificate.ts";
import { codeSigningPurpose, extendedKeyUsage, issueTestCertificate, keyUsage } from "./notary.ts";
import { identity, issuer, now } from "./signedImage.ts";
import { bundleOf, stampResponse, statementOf, type SignedParts } from "./sigstoreScene.ts";
import { createStampChain } from "./timestamp.ts";

/** An instance as GitHub's own for private repositories: an authority and a time-stamp authority, no log of any kind. */
export interface GitHubScene {
  readonly root: NamedTrustedRoot;
  readonly stampChain: ReturnType<typeof createStampChain>;
  /** A provenance attestation by a workflow, or what `predicateType` says. */
  attest(predicateType?: string): ReturnType<typeof bundleOf>;
}

export function createGitHubScene(): GitHubScene {
  const authority = issueTestCertificate({
    name: { O: "GitHub, Inc.", CN: "Fulcio Intermediate l2" },
    kind: "authority",
  });
  const stampChain = createStampChain();
  const validFor = { start: "2026-01-01T00:00:00Z" };
  const listed = (...certificates: readonly { readonly der: Buffer }[]): object => ({
    certChain: { certificates: certificates.map(({ der }) => ({ rawBytes: der.toString("base64") })) },
    validFor,
  });
  const text = JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [],
    ctlogs: [],
    certificateAuthorities: [listed(authority)],
    timestampAuthorities: [listed(stampChain.authority, stampChain.root)],
  });
  return {
    root: { name: "github", text, source: "github-root.json" },
    stampChain,
    attest(predicateType = "https://slsa.dev/provenance/v1") {
      const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const { der } = issueTestCertificate({
        name: {},
        kind: "leaf",
        issuer: authority,
        keys,
        extensions: [
          keyUsage(0x80),
          extendedKeyUsage([codeSigningPurpose]),
          extension("2.5.29.17", true, sequence(implicit(6, Buffer.from(identity)))),
          extension("1.3.6.1.4.1.57264.1.8", false, utf8String(issuer)),
        ],
        notBefore: new Date(now.getTime() - 60_000),
        notAfter: new Date(now.getTime() + 540_000),
      });
      const payload = statementOf(predicateType);
      const covered = preAuthenticationEncoding(statementType, payload);
      const signature = sign("sha256", covered, keys.privateKey);
      const parts: SignedParts = { keys, certificate: der, verifier: certificatePem(der), signature, payload, covered };
      return bundleOf(parts, { content: "envelope", stamps: [stampResponse({ stampChain }, signature)] });
    },
  };
}
