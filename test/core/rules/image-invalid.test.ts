import { imageInvalid } from "../../../src/core/rules/image-invalid.ts";
import { decidedByRelease, expectReports, releasePolicy, verdictOn } from "../../helpers/rules.ts";

const app = "ghcr.io/acme/app:1";

describe("image-invalid", () => {
  const broken = verdictOn(app, "invalid", {
    reason: { code: "log-entry-mismatch", message: "The log entry is for another certificate." },
  });

  it("is a warning without a policy, and an error where one enforces", () => {
    const message = /^'ghcr\.io\/acme\/app:1' has no valid signature: The log entry is for another certificate\.$/;
    const warning = [{ severity: "warning" as const, message }];
    expectReports(imageInvalid, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", warning, [broken]);
    const enforced = { ...broken, enforced: true, decidedBy: decidedByRelease };
    const error = [
      { severity: "error" as const, message: /certificate; policy release .* requires a signature by acme\.$/ },
    ];
    expectReports(imageInvalid, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", error, [enforced], releasePolicy());
  });

  it("says nothing for an image without signatures", () => {
    expectReports(imageInvalid, "Dockerfile", "FROM ghcr.io/acme/app:1\n", [], [verdictOn(app, "unsigned")]);
  });
});
