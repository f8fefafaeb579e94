import { longOptions, optionTable } from "../optionTable.ts";

// docker 29, podman 5, nerdctl 2 and buildah 1 together: where several have an option, it takes a value in all of them or
// in none. What stands before the command may stand after it, too, in podman and nerdctl.

/** Options of docker, podman, nerdctl and buildah that stand before the command. */
export const engineGlobal = optionTable(
  `-H -a --address --builder -c --cdi-spec-dir --cdi-spec-dirs --cgroup-manager --cni-netconfpath --cni-path --config
  --conmon --connection --context --cpu-profile --data-root --default-mounts-file --events-backend --hooks-dir --host
  --hosts-dir --identity --imagestore -l --log-level --max-workers --memory-profile --module -n --namespace
  --network-backend --network-config-dir --out --pull-option --registries-conf --registries-conf-dir --root --runroot
  --runtime --runtime-flag --short-name-alias-conf --snapshotter --ssh --storage-driver --storage-opt --tls-ca
  --tls-cert --tls-details --tls-key --tlscacert --tlscert --tlskey --tmpdir --url --userns-gid-map --userns-remap
  --userns-uid-map --volumepath`,
  `-D --debug --debug-full --experimental --help --insecure-registry --kube-hide-dupe --noout -r --remote
  --selinux-enabled --syslog --tls --tlsverify --trace --transient-store`,
);

/** Options of `run` and `create`. */
export const engineRun = optionTable(
  `-a --add-host --annotation --arch --attach --authfile --blkio-weight --blkio-weight-device --bypass4netns -c
  --cap-add --cap-drop --cert-dir --cgroup-conf --cgroup-parent --cgroupns --cgroups --chrootdirs --cidfile
  --conmon-pidfile --cosign-certificate-identity --cosign-certificate-identity-regexp
  --cosign-certificate-oidc-issuer --cosign-certificate-oidc-issuer-regexp --cosign-key --cpu-count --cpu-percent
  --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpu-shares --cpus --cpuset-cpus --cpuset-mems --creds
  --decryption-key --detach-keys --device --device-cgroup-rule --device-read-bps --device-read-iops
  --device-write-bps --device-write-iops --dns --dns-opt --dns-option --dns-search --domainname -e --entrypoint --env
  --env-file --env-merge --expose --gidmap --gpus --group-add --group-entry -h --health-cmd --health-interval
  --health-log-destination --health-max-log-count --health-max-log-size --health-on-failure --health-retries
  --health-start-interval --health-start-period --health-startup-cmd --health-startup-interval
  --health-startup-retries --health-startup-success --health-startup-timeout --health-timeout --hostname --hosts-file
  --hostuser --image-volume --init-binary --init-ctr --init-path --io-maxbandwidth --io-maxiops --ip --ip6 --ipc
  --ipfs-address --isolation --kernel-memory -l --label --label-file --link --link-local-ip --log-driver --log-opt -m
  --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount --name --net --net-alias
  --network --network-alias --oom-score-adj --os -p --passwd-entry --personality --pid --pidfile --pids-limit
  --platform --pod --pod-id-file --preserve-fd --preserve-fds --publish --pull --rdt-class --requires --restart
  --retry --retry-delay --runtime --sdnotify --seccomp-policy --secret --security-opt --shm-size --shm-size-systemd
  --signature-policy --stop-signal --stop-timeout --storage-opt --subgidname --subuidname --sysctl --systemd
  --timeout --tmpfs --tz -u --uidmap --ulimit --umask --unsetenv --user --userns --uts -v --variant --verify --volume
  --volume-driver --volumes-from -w --workdir`,
  `-P -d --detach --disable-content-trust --env-host --help --http-proxy -i --init --interactive --no-healthcheck
  --no-hostname --no-hosts --no-stdin --oom-kill-disable --passwd --privileged --publish-all -q --quiet --read-only
  --read-only-tmpfs --replace --rm --rmi --rootfs --sig-proxy -t --tls-verify --tty --unsetenv-all --use-api-socket`,
  longOptions(engineGlobal),
);

/** Options of `pull`. */
export const enginePull = optionTable(
  `--arch --authfile --blob-cache --cert-dir --cosign-certificate-identity --cosign-certificate-identity-regexp
  --cosign-certificate-oidc-issuer --cosign-certificate-oidc-issuer-regexp --cosign-key --creds --decryption-key
  --ipfs-address --name --os --platform --policy --retry --retry-delay --signature-policy --snapshotter
  --soci-index-digest --unpack --variant --verify`,
  `-a --all-platforms --all-tags --disable-content-trust --help --insecure-registry --pull-always -q --quiet
  --remove-signatures --tls-verify`,
  longOptions(engineGlobal),
);

/** Options of commands that only look at images. */
export const engineLook = optionTable(
  `--dependency-tree --exclude-base -f --file --format --mode -o --org --output --platform --severity
  --signature-policy -t --type`,
  `-H --all-platforms --compress --help --human --insecure -m --multi-image-archive --no-trunc --pretty -q --quiet
  --raw -s --size --uncompressed -v --verbose`,
  longOptions(engineGlobal),
);

/** Options of `manifest create`, `add` and `inspect`. */
export const engineManifest = optionTable(
  `--annotation --arch --authfile --cert-dir --creds --features --os --os-features --os-version --variant`,
  `-a --all --amend --index --insecure --tls-verify -v --verbose`,
  longOptions(engineGlobal),
);

/** Options of `podman pod create`. */
export const podCreate = optionTable(
  `--exit-policy --infra-command --infra-conmon-pidfile --infra-image --infra-name -n --share`,
  `--infra --share-parent`,
  engineRun,
);
