import { optionTable } from "../optionTable.ts";

/** Options of `docker buildx create` and `docker buildx imagetools`. */
export const buildxTools = optionTable(
  `--annotation --builder --buildkitd-config --buildkitd-flags --config --driver --driver-opt -f --file --format
  --metadata-file --name --node -p --platform --progress -t --tag --timeout`,
  `-D --append --bootstrap --debug --dry-run --leave --prefer-index --raw --use`,
);

/** Options of `docker service create`. */
export const serviceCreate = optionTable(
  `--cap-add --cap-drop --config --constraint --container-label --credential-spec --dns --dns-option --dns-search -e
  --endpoint-mode --entrypoint --env --env-file --generic-resource --group --health-cmd --health-interval
  --health-retries --health-start-interval --health-start-period --health-timeout --host --hostname --isolation -l
  --label --limit-cpu --limit-memory --limit-pids --log-driver --log-opt --max-concurrent --memory-swap
  --memory-swappiness --mode --mount --name --network --oom-score-adj -p --placement-pref --publish --replicas
  --replicas-max-per-node --reserve-cpu --reserve-memory --restart-condition --restart-delay --restart-max-attempts
  --restart-window --rollback-delay --rollback-failure-action --rollback-max-failure-ratio --rollback-monitor
  --rollback-order --rollback-parallelism --secret --stop-grace-period --stop-signal --sysctl -u --ulimit
  --update-delay --update-failure-action --update-max-failure-ratio --update-monitor --update-order
  --update-parallelism --user -w --workdir`,
  `-d --detach --init --no-healthcheck --no-resolve-image -q --quiet --read-only -t --tty --with-registry-auth`,
);

/** Options of `docker service update`. */
export const serviceUpdate = optionTable(
  `--args --config-add --config-rm --constraint-add --constraint-rm --container-label-add --container-label-rm
  --dns-add --dns-option-add --dns-option-rm --dns-rm --dns-search-add --dns-search-rm --env-add --env-rm
  --generic-resource-add --generic-resource-rm --group-add --group-rm --host-add --host-rm --image --label-add
  --label-rm --mount-add --mount-rm --network-add --network-rm --placement-pref-add --placement-pref-rm --publish-add
  --publish-rm --secret-add --secret-rm --sysctl-add --sysctl-rm --ulimit-add --ulimit-rm`,
  `--force --rollback`,
  serviceCreate,
);

/** Options of `docker scout`. */
export const scout = optionTable(
  `--env --epss-date --epss-percentile --epss-score --exit-on --file --format -o --only-cve-id --only-metric
  --only-package --only-package-type --only-policy --only-severity --only-stage --org --output --platform
  --policy-bundle --policy-config --policy-dir --policy-file --ref --sort --stream --tag --to --to-env --to-ref
  --type --vex-author --vex-location -x`,
  `--details -e --epss --exit-code --hide-policies --ignore-base --ignore-suppressed --ignore-unchanged --latest
  --locations --multi-stage --only-base --only-cisa-kev --only-fixed --only-refresh --only-unfixed --only-update
  --only-vex-affected --only-vuln-packages -q --quiet --to-latest`,
);
