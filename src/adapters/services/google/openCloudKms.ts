import type { SigningService } from "../../../application/signingService.ts";
import { readCloudKmsOptions } from "../../../core/policy/cloudKmsOptions.ts";
import type { ServicePointer } from "../../../core/policy/configurationServices.ts";
import { prepareBearerService } from "../bearerOpening.ts";
import type { OpeningSources } from "../openingSources.ts";
import { readPointer } from "../serviceAddress.ts";
import { findAccessToken } from "./accessToken.ts";
import { createCloudKmsService } from "./cloudKms.ts";

/** Opens a service of the type `google-cloud-kms`; sends nothing. AppError `configuration` or `file-unreadable`. */
export async function openCloudKms(pointer: ServicePointer, sources: OpeningSources): Promise<SigningService> {
  const { origin, options } = readPointer(pointer, readCloudKmsOptions);
  return createCloudKmsService({
    ...(await prepareBearerService(pointer, origin, options, sources, findAccessToken)),
    options,
  });
}
