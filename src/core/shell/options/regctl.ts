import { optionTable } from "../optionTable.ts";

/** Options of regctl. */
export const regctl = optionTable(
  `--algorithm --annotation --api-opts --artifact-type --author --base --blob-chunk --blob-limit --blob-max
  --buildarg-rm --buildarg-rm-regex --cacert --client-cert --client-key --concurrent --config-cmd --config-entrypoint
  --config-file --config-platform --config-time --config-time-max --config-type --content-type --context --create
  --created --cred-helper --data-max --default-cred-helper --desc-annotation --desc-platform --digest --digest-algo
  --dns --env --err --exclude --expose-add --expose-rm --external -f --file --file-media-type --file-tar-time-max
  --filename --filter-annotation --filter-artifact-type --format --host --hostname --include --label --last
  --layer-compress --layer-rm-created-by --layer-rm-index --layer-strip-file --layer-time --layer-time-max --limit
  --logopt -m --media-type --mirror --mt --name -o --orig --output -p --pass --path-prefix --platform --platforms
  --priority --rebase-ref --ref --ref1 --ref2 --referrers-src --referrers-tgt --refers --registry --repo --repository
  --req-concurrent --req-per-sec --resolved --scheme --sort-annotation --source --subject -t --tag --target --time
  --time-max --tls -u --user --user-agent -v --verbosity --volume-add --volume-rm --workdir`,
  `--annotation-promote --by-digest --compress --config --context-full --digest-tags --docker-cert --docker-cred
  --external-urls-rm --fast --file-title --force-recursive --force-tag-dereference -h --help --ignore-missing
  --ignore-timestamp --include-external --index --label-to-annotation --latest --list --new-tags --no-config
  --pass-stdin --quiet --raw --rebase --recursive --referrers --replace --repo-auth --reproducible --require-digest
  --require-list --skip-check --slow-referrers --sort-desc --strip-dirs --to-docker --to-oci --to-oci-referrers`,
);
