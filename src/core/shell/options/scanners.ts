import { optionTable } from "../optionTable.ts";

// Scanners look alike, and give the same letters other meanings.

/** Options of trivy. */
export const trivy = optionTable(
  `--ansible-extra-vars --ansible-inventory --ansible-playbook -c --cacert --cache-backend --cache-dir --cache-ttl
  --check-namespaces --checks-bundle-repository --compliance --config --config-check --config-data
  --config-file-schemas --config-policy --custom-headers --db-repository --detection-priority --distro --docker-host
  --enable-modules --exit-code --exit-on-eol -f --file-patterns --format --helm-api-versions --helm-kube-version
  --helm-set --helm-set-file --helm-set-string --helm-values --ignore-policy --ignore-status --ignored-licenses
  --ignorefile --image-config-scanners --image-src --input --java-db-repository --license-confidence-level
  --max-image-size --misconfig-scanners --module-dir -o --output --output-plugin-arg --parallel --password
  --pkg-relationships --pkg-types --platform --podman-host --policy-bundle-repository --policy-namespaces
  --raw-config-scanners --redis-ca --redis-cert --redis-key --registry-token --rego-error-limit --rekor-url --remote
  --render-cause --report -s --sbom-sources --scanners --secret-config --security-checks --server --severity
  --skip-dirs --skip-files -t --table-mode --template --timeout --token --token-header --username --vex
  --vuln-severity-source --vuln-type`,
  `--clear-cache -d --debug --dependency-tree --disable-telemetry --download-db-only --download-java-db-only
  --generate-default-config -h --help --ignore-unfixed --include-deprecated-checks --include-non-failures --insecure
  --license-full --light --list-all-pkgs --no-progress --offline-scan --password-stdin -q --quiet --redis-tls
  --removed-pkgs --reset --show-suppressed --skip-check-update --skip-db-update --skip-java-db-update
  --skip-policy-update --skip-update --skip-version-check --skip-vex-repo-update --slow
  --tf-exclude-downloaded-modules --trace-rego -v --version`,
);

/** Options of grype. */
export const grype = optionTable(
  `-c --config --distro --ecosystem --exclude -f --fail-on --file --fixed-state --from --id --ignore-states --limit
  --modified-after --name -o --output --packages --pkg --platform --profile --provider --published-after -s --scope
  --sort-by -t --template --vex --vuln --vulns`,
  `--add-cpes-if-none --broad-cpe-matching --by-cve -h --help --only-fixed --only-notfixed -q --quiet
  --show-suppressed -v --verbose --version -vv`,
);

/** Options of syft. */
export const syft = optionTable(
  `--base-path -c --catalogers --config --enrich --exclude --file --from -k --key --name -o --output
  --override-default-catalogers --parallelism --platform --profile -s --scope --select-catalogers --source-name
  --source-supplier --source-version -t --template`,
  `-h --help -q --quiet --show-hidden -v --verbose --version -vv`,
);

/** Options of dive. */
export const dive = optionTable(
  `--ci-config --config --highestUserWastedPercent --highestWastedBytes -j --json --lowestEfficiency --source`,
  `--ci -h --help -i --ignore-errors -v --version`,
);

/** Options of dockle 0.4. */
export const dockle = optionTable(
  `--accept-file --accept-file-extension --accept-key -ae -af -ak --authurl -c --cache-dir --cert-path --exit-code
  --exit-level -f --format --host -i --ignore --input -l -o --output --password -se --sensitive-file
  --sensitive-file-extension --sensitive-word -sf -sw -t --timeout --username`,
  `-d --debug -h --help --insecure --no-color --nonssl -q --quiet --use-xdg -v --version --version-check -x`,
);
