import assert from "node:assert/strict";
import { parseReference } from "../../../src/core/image/reference.ts";
import { registryPage } from "../../../src/core/image/registryPage.ts";

describe("the page of a registry", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["node:22", "https://hub.docker.com/_/node"],
    ["docker.io/bitnami/redis:7", "https://hub.docker.com/r/bitnami/redis"],
    ["ghcr.io/acme/app@sha256:" + "0".repeat(64), "https://ghcr.io/acme/app"],
    ["quay.io/prometheus/prometheus", "https://quay.io/repository/prometheus/prometheus"],
    ["gcr.io/distroless/static:nonroot", "https://gcr.io/distroless/static"],
    ["europe-west1-docker.pkg.dev/acme/images/app:1", "https://europe-west1-docker.pkg.dev/acme/images/app"],
    ["public.ecr.aws/docker/library/node:22", "https://gallery.ecr.aws/docker/library/node"],
    ["mcr.microsoft.com/dotnet/sdk:9.0", "https://mcr.microsoft.com/en-us/artifact/mar/dotnet/sdk"],
    ["registry.acme.io/app:1", undefined],
    ["ghcr.io.acme.io/acme/app", undefined],
    ["evil-docker.pkg.dev.acme.io/acme/app", undefined],
    ["ghcr.io:5000/acme/app", undefined],
    ["localhost:5000/app", undefined],
  ];
  for (const [text, page] of cases)
    it(`${text}: ${page ?? "none"}`, () => {
      const { value } = parseReference(text);
      assert.ok(value !== undefined);
      assert.equal(registryPage(value), page);
    });
});
