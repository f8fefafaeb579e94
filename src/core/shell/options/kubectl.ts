import { optionTable, withoutValue } from "../optionTable.ts";

/** Options of kubectl and oc, as far as they can stand before a command or between its arguments. */
export const kubectl = optionTable(
  `--aggregation-rule --annotation --annotations --applyset --as --as-group --as-uid --as-user --audience
  --bound-object-kind --bound-object-name --bound-object-uid --build-env --build-env-file -c --cache-dir --cascade
  --cert --certificate-authority --chunk-size --class --client-certificate --client-key --cluster --clusterip
  --clusterrole --code --container --containers --context --context-dir --copy-to --custom --default-backend
  --description --detach-keys --docker-email --docker-image --docker-password --docker-server --docker-username
  --duration -e --env --env-file --external-name -f --field-manager --file --filename --from --from-env-file
  --from-file --from-literal --grace-period --group --hard --image --image-pull-policy --image-stream --import-mode
  -k --key --keys --kubeconfig --kustomize -l --labels --limits --max-unavailable --min-available -n --name
  --namespace --node-name --node-port --non-resource-url -o --output --output-version --override-type --overrides -p
  --param --param-file --password --pod-running-timeout --port --preemption-policy --prefix --profile
  --profile-output --prune-allowlist -r --raw --reference-policy --replicas --request-timeout --requests --resource
  --resource-name --resource-version --restart --role --rule -s --schedule --scopes --selector --server
  --serviceaccount --set-image --sort-by --source-secret --strategy --subresource --target --tcp --template --timeout
  --tls-server-name --to-namespace --token --type --user --username -v --v --value --verb --vmodule`,
  `-R --all --allow-missing-images --allow-missing-imagestream-tags --allow-missing-template-keys --append-hash
  --arguments-only --as-deployment-config --as-root --as-test --attach --binary --command --confirm
  --disable-compression --dry-run --edit --expose --force --force-conflicts --global-default --grant-install-rights
  -h --help -i --ignore-unknown-parameters --insecure --insecure-registry --insecure-skip-tls-verify
  --keep-annotations --keep-init-containers --keep-labels --keep-liveness --keep-readiness --keep-startup
  --leave-stdin-open --list --local --match-server-version --no-headers --no-install --no-stdin --no-tty
  --one-container --overwrite --preserve-pod --privileged --prune -q --quiet --record --recursive --replace --resolve
  --rm --same-node --save-config --scheduled --search --server-side --share-processes --show-all --show-labels
  --show-managed-fields --stdin -t --tty --validate --wait --warnings-as-errors --windows-line-endings`,
);

/** Options of `oc image` (oc 4.22), where `-p` keeps owners. */
export const openshiftImage = withoutValue(
  "-p",
  optionTable(
    `-a --created-at --dir --file --filename --filter-by-os --from-dir --icsp-file --idms-file --max-per-registry
    --max-registry --meta -o --output --path --registry-config --s3-source-bucket --to --to-dir`,
    `--all-layers --confirm --continue-on-error --drop-history --dry-run --force --include-security-metadata --insecure
    --keep-manifest-list --only-files --preserve-ownership --show-multiarch --skip-missing --skip-mount
    --skip-multiple-scopes --skip-verification`,
    kubectl,
  ),
);

/** Options of minikube 1.38 that may stand before its commands, and of those that name images. */
export const minikube = optionTable(
  `-b --bootstrapper --log_backtrace_at --log_dir --log_file --log_file_max_size -p --profile --stderrthreshold --user
  -v --v --vmodule`,
  `--add_dir_header --all --alsologtostderr --daemon -h --help --logtostderr --one_output --overwrite --pull --remote
  --rootless --skip-audit --skip_headers --skip_log_headers`,
);
