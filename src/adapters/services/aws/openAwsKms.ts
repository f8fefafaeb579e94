import { AppError } from "../../../application/errors.ts";
import type { SigningService } from "../../../application/signingService.ts";
import { readAwsKmsOptions } from "../../../core/policy/awsKmsOptions.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { readAuthorities, readNamedFile, readPointer } from "../serviceAddress.ts";
import { trialSecret, type OpeningSources } from "../openingSources.ts";
import { createAwsKmsService } from "./awsKms.ts";
import { regionOf } from "./credentials.ts";

const timeoutMs = 20_000;

/** Opens a service of the type `aws-kms`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openAwsKms(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readAwsKmsOptions);
  const { environment } = sources.place;
  const region =
    options.region ?? regionOf(origin) ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "";
  if (region === "")
    throw new AppError(
      "configuration",
      `The address of signing service '${pointer.name}' names no region: give the option 'region'.`,
    );
  const secret = trialSecret(sources, pointer.type, origin);
  const authorities = await readAuthorities(pointer.name, options.caFile, sources.root);
  const what = `the 'chainFile' of signing service '${pointer.name}'`;
  const chains = readConfiguredChains(
    await readNamedFile(pointer.name, "chainFile", options.chainFile, sources.root),
    what,
  );
  return createAwsKmsService({
    name: pointer.name,
    origin,
    options,
    region,
    chains,
    timeoutMs,
    now: () => Date.now(),
    ...(secret === undefined
      ? {
          environment,
          ...(sources.secrets === undefined ? {} : { secrets: sources.secrets }),
          ...(sources.person === undefined ? {} : { person: sources.person }),
        }
      : {
          environment: {
            AWS_ENDPOINT_URL_KMS: origin,
            AWS_ACCESS_KEY_ID: "dev",
            AWS_SECRET_ACCESS_KEY: secret,
          },
        }),
    ...(authorities === undefined ? {} : { tls: { authorities } }),
  });
}
