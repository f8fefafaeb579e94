import { optionTable } from "../optionTable.ts";

/** Options of ctr that stand before the command. */
export const ctr = optionTable(
  `-a --address --connect-timeout -n --namespace --timeout`,
  `--debug -h --help -v --version`,
);

/** Options of `ctr images pull`. */
export const ctrPull = optionTable(
  `--hosts-dir --label --max-concurrent-downloads --platform --refresh --snapshotter --snapshotter-label --tlscacert
  --tlscert --tlskey -u --user`,
  `--all-metadata --all-platforms --http-dump --http-trace -k --local --plain-http --print-chainid --skip-metadata
  --skip-verify --sync-fs`,
);

/** Options of `ctr images tag`. */
export const ctrTag = optionTable(``, `--force --local --skip-reference-names`);

/** Options of `ctr images export`. */
export const ctrExport = optionTable(
  `--platform`,
  `--all-platforms --local --skip-manifest-json --skip-non-distributable --sync-fs`,
);

/** Options of `ctr run`. */
export const ctrRun = optionTable(
  `--annotation --apparmor-default-profile --apparmor-profile --blockio-class --blockio-config-file -c --cap-add
  --cap-drop --cgroup --config --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --cwd
  --device --device-read-bps --device-write-bps --dump-config --env --env-file --fifo-dir --gidmap --gpus --hostname
  --hosts-dir --label --log-uri --memory-limit --mount --pid-file --platform --rdt-class --refresh --rlimit-nofile
  --runc-binary --runc-root --runtime --runtime-config-path --sandbox --seccomp-profile --snapshotter
  --snapshotter-label --tlscacert --tlscert --tlskey -u --uidmap --user --with-ns`,
  `--allow-new-privs --cni -d --detach --http-dump --http-trace --isolated -k --net-host --no-pivot --null-io
  --plain-http --privileged --privileged-without-host-devices --read-only --remap-labels --rm --rootfs
  --runc-systemd-cgroup --scrub-logs --seccomp --skip-verify --sync-fs -t --tty`,
);

/** Options of crictl. */
export const crictl = optionTable(
  `-T -a --annotation --auth -c --cancel-timeout --config --creds -i --image-endpoint --max-retries -o --output
  --pod-config --profile-cpu --profile-mem -pt --pull-timeout -r --runtime-endpoint -t --template --timeout
  --tracing-endpoint --tracing-sampling-rate-per-million -u --username`,
  `-D --debug --enable-tracing -q --quiet`,
);
