import { optionTable } from "../optionTable.ts";

/** Options of skopeo. */
export const skopeo = optionTable(
  `--additional-tag --append-suffix --authfile --cert-dir --command-timeout --creds -d --daemon-host --decryption-key
  --dest --dest-authfile --dest-cert-dir --dest-compress-format --dest-compress-level --dest-creds --dest-daemon-host
  --dest-password --dest-registry-token --dest-shared-blob-dir --dest-username --digestfile --encrypt-layer
  --encryption-key -f --format --image-parallel-copies --manifest-digest --multi-arch -o --output --output-prefix
  --override-arch --override-os --override-variant --passphrase-file --password --policy --public-key-file
  --registries-conf --registries.d --registry-token --retry-delay --retry-times -s --shared-blob-dir --sign-by
  --sign-by-sigstore --sign-by-sigstore-private-key --sign-by-sq-fingerprint --sign-identity --sign-passphrase-file
  --sockfd --src --src-authfile --src-cert-dir --src-creds --src-daemon-host --src-password --src-registry-token
  --src-shared-blob-dir --src-username --tls-details --tmpdir --user-agent-prefix --username`,
  `-a --all --config --debug --dest-compress --dest-decompress --dest-force-compress-format --dest-no-creds
  --dest-oci-accept-uncompressed-layers --dest-precompute-digests --dest-tls-verify --dry-run -h --help
  --insecure-policy --keep-going -n --no-creds --no-tags --preserve-digests -q --quiet --raw --remove-signatures
  --require-signed --scoped --src-no-creds --src-tls-verify --tls-verify -v --version`,
);
