import { imageUntrusted } from "../../../src/core/rules/image-untrusted.ts";
import { decidedByRelease, expectReports, releasePolicy, signatureBy, verdictOn } from "../../helpers/rules.ts";

const app = "ghcr.io/acme/app:1";

describe("image-untrusted", () => {
  const signed = verdictOn(app, "untrusted", {
    enforced: true,
    decidedBy: decidedByRelease,
    signatures: [signatureBy("mallory"), signatureBy("broken", { valid: false })],
  });

  it("names who signed and whom the policy asks for; never a signature that is not valid", () => {
    const message =
      /^'ghcr\.io\/acme\/app:1' is signed by key mallory, but policy release \(policy\/images\.yaml:12\) requires a signature by acme\.$/;
    const expected = [{ severity: "error" as const, message }];
    expectReports(imageUntrusted, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", expected, [signed], releasePolicy());
  });

  it("is a note where no policy covers the image", () => {
    const verdict = verdictOn(app, "untrusted", { signatures: [signatureBy("acme")] });
    const expected = [{ severity: "note" as const, message: /signed by key acme, but no policy covers it/ }];
    expectReports(imageUntrusted, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", expected, [verdict]);
  });

  it("keeps control characters of a signer out of its message", () => {
    const verdict = verdictOn(app, "untrusted", { signatures: [signatureBy("a\u001b[2J\nb")] });
    const expected = [{ message: /^[^\p{Cc}]*$/u }];
    expectReports(imageUntrusted, "Dockerfile", "FROM «ghcr.io/acme/app:1»\n", expected, [verdict]);
  });

  it("says nothing for a verified image", () => {
    expectReports(imageUntrusted, "Dockerfile", "FROM ghcr.io/acme/app:1\n", [], [verdictOn(app, "verified")]);
  });
});
