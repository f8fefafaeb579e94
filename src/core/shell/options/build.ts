import { optionTable } from "../optionTable.ts";
import { enginePull } from "./engine.ts";

/** Options of `build`, of buildx and buildah too. */
export const engineBuild = optionTable(
  `--add-host --allow --annotation --arch --attest --authfile --blob-cache --build-arg --build-arg-file
  --build-context --builder --buildkit-host -c --cache-from --cache-to --cache-ttl --call --cap-add --cap-drop
  --cdi-config-dir --cert-dir --cgroup-parent --cgroupns --compression-format --compression-level --cpp-flag
  --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --creds --cw --decryption-key --device --dns
  --dns-option --dns-search --env -f --file --format --from --group-add --hooks-dir --ignorefile --iidfile
  --iidfile-raw --ipc --isolation --jobs --label --layer-label --logfile --loglevel -m --manifest --memory
  --memory-swap --metadata-file --mount --net --network --no-cache-filter -o --os --os-feature --os-version --output
  --pid --platform --policy --progress --provenance --resource --retry --retry-delay --runtime --runtime-flag
  --rusage-logfile --sbom --sbom-image-output --sbom-image-purl-output --sbom-merge-strategy --sbom-output
  --sbom-purl-output --sbom-scanner-command --sbom-scanner-image --secret --security-opt --shm-size --sign-by
  --signature-policy --source-date-epoch --source-policy-file --ssh -t --tag --target --timestamp --ulimit
  --unsetannotation --unsetenv --unsetlabel --userns --userns-gid-map --userns-gid-map-group --userns-uid-map
  --userns-uid-map-user --uts -v --variant --volume`,
  `-D --all-platforms --check --compat-volumes --compress --created-annotation --debug --disable-compression
  --disable-content-trust --force-compression --force-rm -h --help --http-proxy --identity-label
  --inherit-annotations --inherit-labels --layers --load --log-rusage --logsplit --no-cache --no-compression
  --no-hostname --no-hosts --omit-history --pull --pull-always --pull-never --push -q --quiet --rewrite-timestamp
  --rm --save-stages --skip-unused-stages --squash --squash-all --stage-labels --stdin --tls-verify`,
);

/** Options of `docker buildx bake` (buildx 0.30). */
export const buildxBake = optionTable(
  `--allow --builder --call -f --file --list --metadata-file --progress --provenance --sbom --set --var`,
  `-D --check --debug --load --no-cache --print --pull --push`,
);

/** Options of `buildah from`, which takes those of a build for the container that it makes. */
export const engineFrom = optionTable(`--cidfile --suffix`, ``, enginePull, engineBuild);
