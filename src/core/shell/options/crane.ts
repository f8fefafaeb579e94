import { optionTable, withoutValue } from "../optionTable.ts";

/** Options of crane. */
export const crane = optionTable(
  `-a --address --annotation --append -b --base -c --cache_path --cmd -d --dir --disk -e --entrypoint --env
  --exposed-ports -f --format --image-refs -j --jobs -l --label -m --manifest --mount --new_base --new_layer
  --new_tag -o --old_base --original --output -p --password --platform --rebased --remote --repo --set-platform -t
  --tag --tarball -u --user --username -w --workdir`,
  `-O --all-tags --allow-nondistributable-artifacts --annotate-ref --blobs-to-disk --docker-empty-base --fast
  --flatten --full-ref -h --help --index --insecure -n --no-clobber --oci-empty-base --omit-digest-tags
  --password-stdin --push --set-base-image-annotations -v --verbose`,
);

/** Options of `crane copy`, where `-a` takes all tags. */
export const craneCopy = withoutValue("-a", crane);
