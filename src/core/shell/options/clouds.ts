import { optionTable } from "../optionTable.ts";

// As Google Cloud SDK 556 and the AWS CLI 1.46 have them, with what the AWS CLI 2 adds.

/** Options of gcloud that may stand before its commands. */
export const gcloud = optionTable(
  `--access-token-file --account --authority-selector --authorization-token-file --billing-project --configuration
  --credential-file-override --flags-file --flatten --format --http-timeout --impersonate-service-account --location --project --region --trace-token --verbosity --zone`,
  `-h --help --log-http --no-user-output-enabled -q --quiet --user-output-enabled`,
);

/** Options of aws that may stand before its commands. */
export const aws = optionTable(
  `--ca-bundle --cli-binary-format --cli-connect-timeout --cli-read-timeout --color --endpoint-url --output --profile
  --query --region`,
  `--cli-auto-prompt --debug --no-cli-auto-prompt --no-cli-pager --no-paginate --no-sign-request --no-verify-ssl
  --v2-debug --version`,
);
