import { optionTable } from "../optionTable.ts";

/** Options of oras. */
export const oras = optionTable(
  `-H -a --add --annotation --annotation-file --artifact-platform --artifact-type --ca-file --cert-file --concurrency
  --config --depth --distribution-spec --export-manifest --format --from-ca-file --from-cert-file
  --from-distribution-spec --from-header --from-identity-token --from-key-file --from-oci-layout-path --from-password
  --from-registry-config --from-resolve --from-username --header --identity-token --image-spec --input --key-file
  --last --media-type --merge -o --oci-layout-path --output -p --password --platform --registry-config --remove
  --resolve --size -t --tag --template --to-ca-file --to-cert-file --to-distribution-spec --to-header
  --to-identity-token --to-key-file --to-oci-layout-path --to-password --to-registry-config --to-resolve
  --to-username -u --username`,
  `-T --allow-path-traversal -d --debug --descriptor --disable-path-validation --dry-run --exclude-digest-tags
  --exclude-referrers -f --force --from-insecure --from-oci-layout --from-plain-http --full-reference -h --help
  --identity-token-stdin --include-referrers --include-subject --index --insecure -k --keep-old-files -l --no-tty
  --oci-layout --password-stdin --plain-http --pretty -r --recursive --to-insecure --to-oci-layout --to-plain-http -v
  --verbose`,
);
