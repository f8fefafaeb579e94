import { optionTable } from "./optionTable.ts";

// Options of tools that speak to registries, each with its own: the same letter takes a value in one and none in another.

/** Options of crane. */
export const crane = optionTable(
  `--platform -c --cache_path --format --append --cmd --entrypoint --exposed-ports --repo --set-platform --tarball
  --annotation -a -e --env -j --jobs -l --label -o --output -t --tag -u --user -w --workdir -b --base -f --new_layer
  --new_tag -m --manifest --mount --original --old_base --new_base --rebased --remote --image-refs -p --password
  --username --address --disk`,
  `--allow-nondistributable-artifacts --insecure -v --verbose --annotate-ref --full-ref -n --no-clobber --all-tags
  --fast --oci-empty-base --docker-empty-base --set-base-image-annotations --flatten --omit-digest-tags -O --index
  --push --password-stdin --blobs-to-disk -h --help`,
);

/** Options of `crane copy`, where `-a` takes all tags. */
export const craneCopy = {
  valued: new Set([...crane.valued].filter((name) => name !== "-a")),
  flags: new Set([...crane.flags, "-a"]),
};

/** Options of skopeo. */
export const skopeo = optionTable(
  `--additional-tag --append-suffix --authfile --src-authfile --dest-authfile --command-timeout --creds --src-creds
  --dest-creds --cert-dir --src-cert-dir --dest-cert-dir --daemon-host --src-daemon-host --dest-daemon-host
  --decryption-key --encryption-key --encrypt-layer --dest-compress-format --dest-compress-level -d --dest --digestfile
  -f --format --image-parallel-copies --multi-arch --manifest-digest --output-prefix --override-arch --override-os
  --override-variant --passphrase-file --password --src-password --dest-password --policy --registries-conf
  --registries.d --registry-token --src-registry-token --dest-registry-token --retry-delay --retry-times
  --shared-blob-dir --src-shared-blob-dir --dest-shared-blob-dir --sign-by --sign-by-sigstore
  --sign-by-sigstore-private-key --sign-by-sq-fingerprint --sign-identity --sign-passphrase-file -s --src --tls-details
  --tmpdir --user-agent-prefix --username --src-username --dest-username`,
  `-a --all --config --raw -n --no-tags --no-creds --src-no-creds --dest-no-creds -q --quiet --remove-signatures
  --preserve-digests --insecure-policy --debug --dest-compress --dest-decompress --dest-force-compress-format
  --dest-oci-accept-uncompressed-layers --dest-precompute-digests --dry-run --keep-going --scoped --require-signed
  --tls-verify --src-tls-verify --dest-tls-verify -h --help -v --version`,
);

/** Options of oras. */
export const oras = optionTable(
  `-a --annotation --annotation-file --artifact-platform --artifact-type --ca-file --cert-file --concurrency --config
  --depth --distribution-spec --export-manifest --format --header -H --from-header --to-header --identity-token
  --from-identity-token --to-identity-token --image-spec --input --key-file --media-type --oci-layout-path
  --from-oci-layout-path --to-oci-layout-path -o --output -p --password --from-password --to-password --platform
  --registry-config --from-registry-config --to-registry-config --resolve --from-resolve --to-resolve --size --template
  -u --username --from-username --to-username --from-ca-file --to-ca-file --from-cert-file --to-cert-file
  --from-key-file --to-key-file --from-distribution-spec --to-distribution-spec --add --merge --remove --last -t --tag`,
  `-T --allow-path-traversal -d --debug --descriptor --disable-path-validation --exclude-digest-tags
  --exclude-referrers -f --force --full-reference --identity-token-stdin --include-referrers --include-subject
  --insecure --from-insecure --to-insecure --index -k --keep-old-files -l --no-tty --oci-layout --from-oci-layout
  --to-oci-layout --password-stdin --plain-http --from-plain-http --to-plain-http --pretty -r --recursive -v --verbose
  -h --help`,
);

/** Options of regctl. */
export const regctl = optionTable(
  `--annotation --artifact-type --base --cacert --config-file --config-type --content-type --create --created
  --desc-annotation --desc-platform --digest --exclude --external -f --file --file-media-type --filename
  --filter-annotation --filter-artifact-type --format --host --include --label --last --limit --logopt -m --media-type
  --name -o --output -p --platform --platforms --ref --refers --referrers-src --referrers-tgt --sort-annotation
  --subject --tls -u --user --user-agent -v --verbosity --algorithm --orig --resolved`,
  `--by-digest --compress --config --digest-tags --fast --file-title --force-recursive --force-tag-dereference
  --ignore-missing --include-external --index --latest --list --new-tags --no-config --quiet --referrers --replace
  --require-digest --require-list --skip-check --slow-referrers --sort-desc --strip-dirs --raw -h --help`,
);

/** Options of cosign. */
export const cosign = optionTable(
  `-a --annotations --attachment --attachment-tag-prefix --attestation --bundle --ca-intermediates --ca-roots --cert
  --cert-chain --certificate --certificate-chain --certificate-github-workflow-name --certificate-github-workflow-ref
  --certificate-github-workflow-repository --certificate-github-workflow-sha --certificate-github-workflow-trigger
  --certificate-identity --certificate-identity-regexp --certificate-oidc-issuer --certificate-oidc-issuer-regexp --dir
  --fulcio-auth-flow --fulcio-url --identity-token --input-format --key --max-workers --oidc-client-id
  --oidc-client-secret-file --oidc-issuer --oidc-provider --oidc-redirect-url --only -o --output --output-attestation
  --output-certificate --output-file --output-payload --output-signature --payload --platform --policy --predicate
  --predicate-type --registry-cacert --registry-client-cert --registry-client-key --registry-password
  --registry-referrers-mode --registry-server-name --registry-token --registry-username --rekor-entry-type
  --rekor-response --rekor-url --rfc3161-timestamp --rfc3161-timestamp-bundle --sbom --sct --sign-container-identity
  --signature --signature-digest-algorithm --signing-algorithm --signing-config --slot --statement -t --timeout
  --timestamp-certificate-chain --timestamp-client-cacert --timestamp-client-cert --timestamp-client-key
  --timestamp-server-name --timestamp-server-url --trusted-root --tsr --type`,
  `--allow-certificate-chain --allow-http-registry --allow-insecure-registry --base-image-only --check-claims -d
  --experimental-oci11 -f --force --ignore-tlog --insecure-ignore-sct --insecure-ignore-tlog --insecure-skip-verify
  --issue-certificate --k8s-keychain --local-image --new-bundle-format --no-tlog-upload --no-upload --offline
  --oidc-disable-ambient-providers --private-infrastructure --record-creation-timestamp -r --recursive --replace --sk
  --sig-only --show-descriptions --tlog-upload --upload --use-signed-timestamps --use-signing-config --verbose -y --yes
  -h --help`,
);

/** Options of notation. */
export const notation = optionTable(
  `-e --expiry --id -k --key --max-signatures -o --output -p --password --plugin --plugin-config --scope
  --signature-format --timestamp-root-cert --timestamp-url -m --user-metadata -u --username --target-artifact-reference`,
  `--all --allow-referrers-api -d --debug --force-referrers-tag --insecure-registry --oci-layout -v --verbose --yes -y
  -h --help`,
);
