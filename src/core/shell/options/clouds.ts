import { optionTable } from "../optionTable.ts";

/** Options of gcloud that may stand before its commands. */
export const gcloud = optionTable(
  `--access-token-file --account --billing-project --configuration --flags-file --flatten --format
  --impersonate-service-account --location --project --region --trace-token --verbosity --zone`,
  `-h --help --log-http --no-user-output-enabled -q --quiet --user-output-enabled`,
);

/** Options of aws that may stand before its commands. */
export const aws = optionTable(
  `--ca-bundle --cli-binary-format --cli-connect-timeout --cli-read-timeout --color --endpoint-url --output --profile
  --query --region`,
  `--cli-auto-prompt --debug --no-cli-auto-prompt --no-cli-pager --no-paginate --no-sign-request --no-verify-ssl
  --version`,
);
