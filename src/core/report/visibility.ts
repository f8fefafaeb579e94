import type { SignatureFormat, SignatureVerdict } from "../verdict/verdict.ts";

/** Whether a tool recognises a signature of a format, before it decides whom to trust. */
export type Sight =
  | { readonly kind: "sees" }
  /** Only where it is told to. */
  | { readonly kind: "with-setting"; readonly setting: string }
  | { readonly kind: "blind" }
  /** Nobody has found out. */
  | { readonly kind: "not-known" };

/** A tool that decides by signatures, and what it makes of one. */
export interface ConsumerSight {
  readonly consumer: string;
  /** The versions that the fact holds for. */
  readonly versions: string;
  readonly sight: Sight;
  /** Where the fact is from. */
  readonly source: string;
  /** What would make the signature, or another one by the same signer, visible to it; absent where it is. */
  readonly step?: string;
}

type Family = "bundle" | "cosign" | "notation";

interface Consumer {
  readonly consumer: string;
  readonly versions: string;
  readonly sights: Readonly<Record<Family, readonly [Sight, string]>>;
  /** The families that it sees by itself or with a setting, the likeliest first. */
  readonly wants: readonly Family[];
}

const sees: Sight = { kind: "sees" };
const blind: Sight = { kind: "blind" };
const notKnown: Sight = { kind: "not-known" };
const withSetting = (setting: string): Sight => ({ kind: "with-setting", setting });

/** A table of facts, each from the documentation, the source or an issue of the tool that it is about. */
const consumers: readonly Consumer[] = [
  {
    consumer: "cosign 3",
    versions: "3.0 to 3.1",
    sights: {
      bundle: [sees, "cosign CHANGELOG 3.0.0: bundles are the default; of a list in pages it reads the first"],
      cosign: [sees, "cosign 3 looks for its first format where it finds no bundle (cmd/cosign/cli/verify)"],
      notation: [blind, "cosign documentation: cosign verify reads its own formats"],
    },
    wants: ["bundle", "cosign"],
  },
  {
    consumer: "cosign 2",
    versions: "2.0 to 2.6",
    sights: {
      bundle: [
        withSetting("--new-bundle-format, from 2.6 on"),
        "cosign CHANGELOG 2.6.0: bundles for images, if asked for",
      ],
      cosign: [sees, "cosign SIGNATURE_SPEC"],
      notation: [blind, "cosign documentation: cosign verify reads its own formats"],
    },
    wants: ["cosign", "bundle"],
  },
  {
    consumer: "notation",
    versions: "1.0 to 1.3",
    sights: {
      bundle: [blind, "Notary Project, signature specification: the artifact type of its own signatures"],
      cosign: [blind, "Notary Project, signature specification: the artifact type of its own signatures"],
      notation: [sees, "Notary Project, signature specification, Storage"],
    },
    wants: ["notation"],
  },
  {
    consumer: "policy-controller",
    versions: "0.15",
    sights: {
      bundle: [
        withSetting("'signatureFormat: bundle' in the authority of the ClusterImagePolicy"),
        "sigstore/policy-controller#1899, #1958: the default is 'legacy'",
      ],
      cosign: [sees, "sigstore/policy-controller, pkg/apis/policy/v1beta1: 'legacy' is the default"],
      notation: [blind, "sigstore/policy-controller: authorities are Sigstore's"],
    },
    wants: ["cosign", "bundle"],
  },
  {
    consumer: "podman, skopeo, CRI-O, bootc",
    versions: "containers/image 5.36",
    sights: {
      bundle: [blind, "containers/container-libs!1153, containers/container-libs#388: '.sig' tags only"],
      cosign: [
        withSetting("'use-sigstore-attachments: true' in registries.d, and 'matchRepository' in policy.json"),
        "containers-registries.d(5), containers-policy.json(5)",
      ],
      notation: [blind, "containers-policy.json(5): no such requirement"],
    },
    wants: ["cosign"],
  },
  {
    consumer: "Kyverno",
    versions: "1.13 to 1.18",
    sights: {
      bundle: [
        withSetting("'type: SigstoreBundle' in verifyImages"),
        "kyverno.io, Verify Images Rules, Sigstore bundle",
      ],
      cosign: [sees, "kyverno.io, Verify Images Rules, Sigstore"],
      notation: [withSetting("'type: Notary', or a notary attestor"), "kyverno.io, Verify Images Rules, Notary"],
    },
    wants: ["cosign", "bundle", "notation"],
  },
  {
    consumer: "Ratify",
    versions: "1.4",
    sights: {
      bundle: [blind, "notaryproject/ratify at v1.4.4: its cosign verifier reads the first format"],
      cosign: [withSetting("a verifier of the type 'cosign'"), "notaryproject/ratify at v1.4.4, config/samples"],
      notation: [withSetting("a verifier of the type 'notation'"), "notaryproject/ratify at v1.4.4, config/samples"],
    },
    wants: ["notation", "cosign"],
  },
  {
    consumer: "Harbor's column 'Signed'",
    versions: "2.9 to 2.14",
    sights: {
      bundle: [blind, "goharbor/harbor#22592, #22643, #23013: shown as unknown and not signed"],
      cosign: [sees, "goharbor.io, Working with Cosign"],
      notation: [sees, "goharbor.io, Working with Notation"],
    },
    wants: ["cosign", "notation"],
  },
  {
    consumer: "Connaisseur",
    versions: "3.10",
    sights: {
      bundle: [blind, "Connaisseur 3.10.0 is built with cosign 2.6.3 and does not ask it for bundles"],
      cosign: [withSetting("a validator of the type 'cosign'"), "sse-secure-systems.github.io/connaisseur, Validators"],
      notation: [
        withSetting("a validator of the type 'notation'"),
        "sse-secure-systems.github.io/connaisseur, Validators",
      ],
    },
    wants: ["cosign", "notation"],
  },
  {
    consumer: "Docker buildx policies",
    versions: "0.31 to 0.36",
    sights: {
      bundle: [
        notKnown,
        "docker/buildx#4010: bundles as cosign 3 writes them are not recognised; attestations of GitHub are",
      ],
      cosign: [notKnown, "docs.docker.com/build/policies does not say"],
      notation: [blind, "docs.docker.com/build/policies: signatures are Sigstore's"],
    },
    wants: ["bundle"],
  },
];

/** Which tools recognise a signature, and what would make it visible to the others; empty for what is no signature. */
export function visibilityOf({
  format,
  purpose,
}: Pick<SignatureVerdict, "format" | "purpose">): readonly ConsumerSight[] {
  const family = familyOf(format);
  if (family === undefined || purpose !== "signature") return [];
  return consumers.map(({ consumer, versions, sights, wants }) => {
    const [sight, source] = sights[family];
    const step = stepFor(sight, wants);
    return { consumer, versions, sight, source, ...(step === undefined ? {} : { step }) };
  });
}

/** One line: who sees the signature, who does with a setting, and who does not. */
export function describeVisibility(signature: Pick<SignatureVerdict, "format" | "purpose">): string {
  const all = visibilityOf(signature);
  const named = (kind: Sight["kind"]): string =>
    all.flatMap(({ consumer, sight }) => (sight.kind === kind ? [consumer] : [])).join(", ");
  const parts = [
    ["seen by", named("sees")],
    ["with a setting by", named("with-setting")],
    ["not by", named("blind")],
    ["not known of", named("not-known")],
  ] as const;
  return parts.flatMap(([word, names]) => (names === "" ? [] : [`${word} ${names}`])).join("; ");
}

function stepFor(sight: Sight, [wanted]: readonly Family[]): string | undefined {
  switch (sight.kind) {
    case "sees":
      return undefined;
    case "with-setting":
      return `Set ${sight.setting}.`;
    case "blind":
    case "not-known":
      return wanted === undefined ? undefined : `Sign it once more ${formatOption[wanted]}.`;
  }
}

const formatOption: Readonly<Record<Family, string>> = {
  bundle: "as a Sigstore bundle: 'countersign sign --signature-format sigstore-bundle'",
  cosign:
    "in cosign's first format: 'countersign sign --signature-format cosign', or 'cosign sign --new-bundle-format=false'",
  notation: "for the Notary Project: 'countersign sign --signature-format notation-jws', or 'notation sign'",
};

function familyOf(format: SignatureFormat): Family | undefined {
  switch (format) {
    case "sigstore-bundle":
      return "bundle";
    case "cosign":
      return "cosign";
    case "notation-jws":
    case "notation-cose":
      return "notation";
    case "unrecognised":
      return undefined;
  }
}
