import assert from "node:assert/strict";
import { acceptsAnybody, verifyAnyIdentity } from "../../../src/core/rules/verify-any-identity.ts";
import { expectReports } from "../../helpers/rules.ts";

const path = ".github/workflows/verify.yml";
const inRun = (command: string): string =>
  `on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          ${command}\n`;

describe("verify-any-identity", () => {
  const reported: readonly (readonly [string, string])[] = [
    ["the form with =", "cosign verify «--certificate-identity-regexp='.*'» --certificate-oidc-issuer=https://x a/b"],
    ["the form with a space", "cosign verify «--certificate-identity-regexp '.*'» a/b"],
    ["quotes around all", 'cosign verify «"--certificate-identity-regexp=.+"» a/b'],
    ["the issuer", "cosign verify «--certificate-oidc-issuer-regexp '.*'» --certificate-identity=me a/b"],
    ["both", "cosign verify «--certificate-identity-regexp .+» «--certificate-oidc-issuer-regexp='^.*$'» a/b"],
    ["a blob", "cosign verify-blob --bundle b «--certificate-identity-regexp='https://.*'» f"],
    ["an attestation", "cosign verify-attestation «--certificate-identity-regexp='^https://github\\.com/.*'» a/b"],
  ];
  for (const [what, command] of reported) {
    it(`reports ${what}`, () => expectReports(verifyAnyIdentity, path, inRun(command)));
  }

  const silent: readonly (readonly [string, string])[] = [
    ["an anchored pattern", "cosign verify --certificate-identity-regexp='^https://github\\.com/acme/app/.*$' a/b"],
    ["an exact identity", "cosign verify --certificate-identity=jane@example.com a/b"],
    ["printed text", "echo cosign verify --certificate-identity-regexp=.*"],
    ["a variable", 'cosign verify --certificate-identity-regexp="$PATTERN" a/b'],
  ];
  for (const [what, command] of silent) {
    it(`says nothing of ${what}`, () => expectReports(verifyAnyIdentity, path, inRun(command)));
  }

  it("accepts only this workflow's identity, in both options at once", () => {
    expectReports(
      verifyAnyIdentity,
      path,
      inRun("cosign verify «--certificate-identity-regexp '.*'» «--certificate-oidc-issuer-regexp='.*'» a/b"),
      [
        {
          severity: "error",
          title: "Accept only this workflow's identity",
          fixed: inRun(
            'cosign verify --certificate-identity="https://github.com/${{ github.workflow_ref }}" --certificate-oidc-issuer=https://token.actions.githubusercontent.com a/b',
          ),
        },
      ],
    );
  });

  it("offers nothing in a Dockerfile, where no workflow is known", () => {
    expectReports(
      verifyAnyIdentity,
      "Dockerfile",
      "FROM a/b\nRUN cosign verify «--certificate-identity-regexp=.*» a/b\n",
      [{ fixes: 0 }],
    );
  });

  const patterns: readonly (readonly [string, boolean])[] = [
    [".*", true],
    ["^.*$", true],
    ["(.*)", true],
    [".*@.*", true],
    ["^https?://.*$", true],
    ["https://", true],
    ["https://github.com/.*", true],
    [".*@example\\.com", false],
    ["^https://github\\.com/acme/.*$", false],
    ["", false],
    ["https://fulcio.acme.example/.*", false],
  ];
  for (const [pattern, expected] of patterns) {
    it(`${expected ? "knows" : "does not take"} '${pattern}' for anybody`, () => {
      assert.equal(acceptsAnybody(pattern), expected);
    });
  }
});
