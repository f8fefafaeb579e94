import { optionTable } from "./optionTable.ts";

// Options of the tools' own reference pages (docker 29, podman 5, nerdctl 2, buildx 0.2x, kubectl 1.33, cosign 3,
// trivy 0.6x, crane 0.2x, oras 1, notation 1), those of kindred tools together. An option that is missing here makes
// the words after it count as doubtful, and their images as missed.

/** Options of docker, podman, nerdctl and buildah that stand before the command. */
export const engineGlobal = optionTable(
  `--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey --cgroup-manager --connection
  --events-backend --hooks-dir --identity --imagestore --module --network-config-dir --out --root --runroot --runtime
  --runtime-flag --ssh --storage-driver --storage-opt --tmpdir --url --volumepath -n --namespace -a --address
  --snapshotter --cni-path --cni-netconfpath --data-root --hosts-dir --builder --registries-conf --userns-uid-map
  --userns-gid-map --conmon --cdi-spec-dir`,
  "-D --debug --tls --tlsverify -r --remote --syslog --transient-store --insecure-registry --debug-full --experimental",
);

/** Options of `run` and `create`. */
export const engineRun = optionTable(
  `--add-host --annotation -a --attach --blkio-weight --blkio-weight-device --cap-add --cap-drop --cgroup-parent
  --cgroupns --cidfile --cpu-count --cpu-percent --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime -c
  --cpu-shares --cpus --cpuset-cpus --cpuset-mems --detach-keys --device --device-cgroup-rule --device-read-bps
  --device-read-iops --device-write-bps --device-write-iops --dns --dns-opt --dns-option --dns-search --domainname
  --entrypoint -e --env --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries
  --health-start-interval --health-start-period --health-timeout -h --hostname --io-maxbandwidth --io-maxiops --ip
  --ip6 --ipc --isolation --kernel-memory -l --label --label-file --link --link-local-ip --log-driver --log-opt
  --mac-address -m --memory --memory-reservation --memory-swap --memory-swappiness --mount --name --net --net-alias
  --network --network-alias --oom-score-adj --pid --pids-limit --platform -p --publish --pull --restart --runtime
  --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit -u --user --userns
  --uts -v --volume --volume-driver --volumes-from -w --workdir
  --arch --authfile --cert-dir --cgroup-conf --cgroups --chrootdirs --conmon-pidfile --creds --decryption-key
  --env-merge --gidmap --group-entry --health-log-destination --health-max-log-count --health-max-log-size
  --health-on-failure --health-startup-cmd --health-startup-interval --health-startup-retries
  --health-startup-success --health-startup-timeout --hosts-file --hostuser --image-volume --init-ctr --init-path --os
  --passwd-entry --personality --pidfile --pod --pod-id-file --preserve-fd --preserve-fds --rdt-class --requires
  --retry --retry-delay --sdnotify --seccomp-policy --secret --shm-size-systemd --subgidname --subuidname --systemd
  --timeout --tz --uidmap --umask --unsetenv --variant
  --init-binary --cosign-key --verify --ipfs-address --bypass4netns --cosign-certificate-identity
  --cosign-certificate-oidc-issuer`,
  `-d --detach --disable-content-trust --help --init -i --interactive --no-healthcheck --oom-kill-disable --privileged
  -P --publish-all -q --quiet --read-only --rm --sig-proxy -t --tty --use-api-socket --env-host --http-proxy
  --no-hostname --no-hosts --no-stdin --passwd --read-only-tmpfs --replace --rmi --rootfs --tls-verify --unsetenv-all`,
);

/** Options of `pull`, and of `from` of buildah. */
export const enginePull = optionTable(
  `--platform --arch --authfile --cert-dir --creds --decryption-key --os --policy --retry --retry-delay --variant --unpack
  --verify --cosign-key --ipfs-address --snapshotter --name --signature-policy`,
  "-a --all-tags -q --quiet --disable-content-trust --tls-verify --all-platforms --help --insecure-registry --pull-always",
);

/** Options of commands that only look at images. */
export const engineLook = optionTable(
  `-f --format --platform --type -o --output --mode --file --dependency-tree --severity --exclude-base --org`,
  "-H --human --no-trunc -q --quiet -s --size --raw --insecure -v --verbose --compress -m --multi-image-archive --pretty",
);

/** Options of `build`, of buildx too. */
export const engineBuild = optionTable(
  `--add-host --allow --annotation --attest --build-arg --build-context --builder --cache-from --cache-to --call
  --cgroup-parent --cpu-period --cpu-quota -c --cpu-shares --cpuset-cpus --cpuset-mems -f --file --iidfile --isolation
  --label -m --memory --memory-swap --metadata-file --network --no-cache-filter -o --output --platform --policy
  --progress --provenance --sbom --secret --security-opt --shm-size --ssh -t --tag --target --ulimit --arch --authfile
  --build-arg-file --cap-add --cap-drop --cert-dir --cgroupns --cpp-flag --creds --decryption-key --device --dns
  --dns-option --dns-search --env --format --from --group-add --hooks-dir --ignorefile --ipc --jobs --layer-label
  --logfile --manifest --mount --net --os --os-feature --os-version --pid --retry --retry-delay --runtime
  --runtime-flag --sbom-image-output --sbom-merge-strategy --sbom-output --sbom-purl-output --sbom-scanner-command
  --sbom-scanner-image --sign-by --source-date-epoch --timestamp --unsetenv --unsetlabel --userns --uts --variant -v
  --volume --cache-ttl -h --cw --iidfile-raw --inherit-annotations --logsplit --resource --sbom-image-purl-output
  --source-policy-file --unsetannotation --userns-gid-map --userns-gid-map-group --userns-uid-map
  --userns-uid-map-user`,
  `--check --compress --debug -D --force-rm --load --no-cache --pull --push -q --quiet --rm --squash --all-platforms
  --disable-compression --disable-content-trust --http-proxy --identity-label --layers --no-hostname --no-hosts
  --squash-all --stdin --tls-verify --skip-unused-stages --omit-history --no-compression --compat-volumes
  --created-annotation --inherit-labels --rewrite-timestamp --save-stages --stage-labels --help`,
);

/** Options of `docker buildx create` and `docker buildx imagetools`. */
export const buildxTools = optionTable(
  `--driver --driver-opt --name --node --platform --buildkitd-flags --buildkitd-config --config --builder --format
  --annotation -f --file -p --progress -t --tag --metadata-file --timeout`,
  "--append --bootstrap --leave --use --dry-run --raw -D --debug --prefer-index",
);

/** Options of `docker service create`. */
export const serviceCreate = optionTable(
  `--cap-add --cap-drop --config --constraint --container-label --dns --dns-option --dns-search --endpoint-mode
  --entrypoint -e --env --env-file --generic-resource --group --health-cmd --health-interval --health-retries
  --health-start-interval --health-start-period --health-timeout --host --hostname --isolation -l --label --limit-cpu
  --limit-memory --limit-pids --log-driver --log-opt --max-concurrent --mode --mount --name --network --oom-score-adj
  --placement-pref -p --publish --replicas --replicas-max-per-node --reserve-cpu --reserve-memory --restart-condition
  --restart-delay --restart-max-attempts --restart-window --rollback-delay --rollback-failure-action
  --rollback-max-failure-ratio --rollback-monitor --rollback-order --rollback-parallelism --secret --stop-grace-period
  --stop-signal --sysctl --ulimit --update-delay --update-failure-action --update-max-failure-ratio --update-monitor
  --update-order --update-parallelism -u --user -w --workdir --credential-spec --memory-swap --memory-swappiness`,
  "-d --detach --init --no-healthcheck --no-resolve-image -q --quiet --read-only -t --tty --with-registry-auth",
);

/** Options of kubectl and oc, as far as they can stand before a command or between its arguments. */
export const kubectl = optionTable(
  `--as --as-group --as-uid --cache-dir --certificate-authority --client-certificate --client-key --cluster --context
  --kubeconfig -n --namespace --password --request-timeout -s --server --tls-server-name --token --user --username -v
  --v --vmodule --profile-output --image --env --port --restart --labels -l --overrides --override-type --image-pull-policy
  --annotations --field-manager --pod-running-timeout --timeout --grace-period --cascade -f --filename -k --kustomize
  -o --output --template --replicas -r --schedule --from --target --copy-to --custom --profile -c --container
  --set-image --selector --serviceaccount --limits --requests --docker-image --name --strategy --allow-missing-images
  --image-stream --param -p --reference-policy`,
  `--all --attach --command --expose --force --leave-stdin-open --local --privileged -q --quiet -R --recursive --rm
  --save-config --show-managed-fields -i --stdin -t --tty --wait --replace --same-node --share-processes
  --arguments-only --disable-compression --insecure-skip-tls-verify --match-server-version --warnings-as-errors
  --confirm --scheduled --insecure --keep-labels --keep-annotations --keep-liveness --keep-readiness --keep-startup
  --dry-run`,
);

/** Options of scanners: trivy, grype, syft, dive, dockle. */
export const scanners = optionTable(
  `--cacert --cache-backend --cache-dir --cache-ttl --check-namespaces --checks-bundle-repository --compliance --config
  --config-check --config-data --custom-headers --db-repository --detection-priority --distro --docker-host
  --enable-modules --exit-code --exit-on-eol --file-patterns --format --ignore-policy --ignore-status
  --ignored-licenses --ignorefile --image-config-scanners --image-src --input --java-db-repository
  --license-confidence-level --max-image-size --misconfig-scanners --module-dir --output --output-plugin-arg
  --parallel --password --pkg-relationships --pkg-types --platform --podman-host --redis-ca --redis-cert --redis-key
  --registry-token --rego-error-limit --rekor-url --render-cause --report --sbom-sources --scanners --secret-config
  --server --severity --skip-dirs --skip-files --table-mode --template --timeout --token --token-header --username
  --vex --vuln-severity-source --security-checks --vuln-type --light -c -f -o -s -t --file --fail-on --add-cpes-if-none
  --exclude --name --scope --select-catalogers --source-name --source-version
  --base-path --catalogers --override-default-catalogers --source --ci-config --lowestEfficiency
  --highestWastedBytes --highestUserWastedPercent
  -i --accept-key --accept-file --cache-path --authurl`,
  `--debug --dependency-tree --disable-telemetry --download-db-only --download-java-db-only --ignore-unfixed
  --include-deprecated-checks --include-non-failures --insecure --license-full --list-all-pkgs --no-progress
  --offline-scan --password-stdin --quiet --redis-tls --removed-pkgs --show-suppressed --skip-check-update
  --skip-db-update --skip-java-db-update --skip-policy-update --skip-version-check --skip-vex-repo-update
  --skip-update --trace-rego -d -q -v -vv --verbose --only-fixed --only-notfixed --by-cve --ci -j --json --reset --clear-cache --no-color`,
);

/** Options of `docker scout`. */
export const scout = optionTable(
  `--format -o --output --platform --type --vex-author --vex-location --only-severity --only-package-type --only-base
  --only-package --only-vuln-packages --only-stage --to --to-env --to-latest --ref --env --stream --org --epss-score
  --epss-percentile --epss-date --file --sort`,
  "-e --exit-code --only-fixed --only-unfixed --only-cisa-kev --ignore-base --details --locations --multi-stage --epss -q --quiet",
);
