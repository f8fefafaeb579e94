import { imageUnknown } from "../../../src/core/rules/image-unknown.ts";
import { decidedByRelease, expectReports, releasePolicy, verdictOn } from "../../helpers/rules.ts";

const app = "ghcr.io/acme/app:1";

describe("image-unknown", () => {
  const unreachable = verdictOn(app, "unknown", {
    reason: { code: "network", message: "Could not reach ghcr.io." },
    enforced: true,
    decidedBy: decidedByRelease,
  });

  it("is never an error, and gives the code and the reason", () => {
    const message =
      /^'ghcr\.io\/acme\/app:1' could not be checked \(network\): Could not reach ghcr\.io; policy release/;
    const warning = [{ severity: "warning" as const, message }];
    expectReports(imageUnknown, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", warning, [unreachable], releasePolicy());
    const { decidedBy: _, ...undecided } = unreachable;
    const note = [{ severity: "note" as const, message: /Could not reach ghcr\.io\.$/ }];
    expectReports(imageUnknown, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", note, [undecided]);
  });

  it("says nothing where nobody was asked on purpose", () => {
    const offline = { ...unreachable, reason: { code: "offline", message: "Offline." } };
    expectReports(imageUnknown, "Dockerfile", "FROM ghcr.io/acme/app:1\n", [], [offline]);
  });

  it("says nothing for an image that was found to be unsigned", () => {
    expectReports(imageUnknown, "Dockerfile", "FROM ghcr.io/acme/app:1\n", [], [verdictOn(app, "unsigned")]);
  });
});
