import { optionTable } from "../optionTable.ts";

/** Options of cosign. */
export const cosign = optionTable(
  `-a --annotations --attachment --attachment-tag-prefix --attestation --bundle --ca-intermediates --ca-roots --cert
  --cert-chain --certificate --certificate-chain --certificate-github-workflow-name --certificate-github-workflow-ref
  --certificate-github-workflow-repository --certificate-github-workflow-sha --certificate-github-workflow-trigger
  --certificate-identity --certificate-identity-regexp --certificate-oidc-issuer --certificate-oidc-issuer-regexp
  --dir --fulcio-auth-flow --fulcio-url --identity-token --input-format --key --max-workers -o --oidc-client-id
  --oidc-client-secret-file --oidc-issuer --oidc-provider --oidc-redirect-url --only --output --output-attestation
  --output-certificate --output-file --output-payload --output-signature --payload --platform --policy --predicate
  --predicate-type --registry-cacert --registry-client-cert --registry-client-key --registry-password
  --registry-referrers-mode --registry-server-name --registry-token --registry-username --rekor-entry-type
  --rekor-response --rekor-url --rfc3161-timestamp --rfc3161-timestamp-bundle --sbom --sct --sign-container-identity
  --signature --signature-digest-algorithm --signing-algorithm --signing-config --slot --statement -t --timeout
  --timestamp-certificate-chain --timestamp-client-cacert --timestamp-client-cert --timestamp-client-key
  --timestamp-server-name --timestamp-server-url --trusted-root --tsr --type`,
  `--allow-certificate-chain --allow-http-registry --allow-insecure-registry --base-image-only --check-claims -d
  --experimental-oci11 -f --force -h --help --ignore-tlog --insecure-ignore-sct --insecure-ignore-tlog
  --insecure-skip-verify --issue-certificate --k8s-keychain --local-image --new-bundle-format --no-tlog-upload
  --no-upload --offline --oidc-disable-ambient-providers --private-infrastructure -r --record-creation-timestamp
  --recursive --replace --show-descriptions --sig-only --sk --tlog-upload --upload --use-signed-timestamps
  --use-signing-config --verbose -y --yes`,
);
