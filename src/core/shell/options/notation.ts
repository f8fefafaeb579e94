import { optionTable } from "../optionTable.ts";

/** Options of notation. */
export const notation = optionTable(
  `-e --expiry --id -k --key -m --max-signatures --media-type -o --output -p --password --plugin --plugin-config
  --scope --signature-directory --signature-format --target-artifact-reference --timestamp-root-cert --timestamp-url
  -u --user-metadata --username`,
  `--all --allow-referrers-api -d --debug --force --force-referrers-tag -h --help --insecure-registry --oci-layout
  --plain-http -v --verbose -y --yes`,
);
