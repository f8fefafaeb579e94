import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { check } from "../../../src/core/rules/check.ts";

/** Lines of real pipelines that look like what the static rules point out, and are not. */
const innocent: readonly (readonly [string, string])[] = [
  ["another command of cosign", "cosign signing-config create --out signing-config.json"],
  ["a look whether a tool is there", "command -v codesign && command -v cosign"],
  ["a tool named as an argument", "security import cert.p12 -T /usr/bin/codesign"],
  ["a file of that name", "cat cosign"],
  ["printed advice", 'echo "::notice title=Verify::cosign verify --certificate-identity-regexp=.* ghcr.io/acme/app:1"'],
  ["a comment", "true # cosign sign ghcr.io/acme/app:1 with DOCKER_CONTENT_TRUST=1"],
  ["hashing", "openssl dgst -sha256 -sign-off file"],
  [
    "a here-document",
    "cat > notes.txt <<'EOF'\n          cosign sign ghcr.io/acme/app:1\n          export DOCKER_CONTENT_TRUST=1\n          EOF",
  ],
  ["digests through xargs", 'echo "${TAGS}" | xargs -I {} cosign sign --yes "{}@${DIGEST}"'],
  ["a digest of a build step", "cosign sign --yes ghcr.io/acme/app@${{ steps.build.outputs.digest }}"],
  [
    "a digest with its tag",
    "cosign attest --yes --type slsaprovenance --predicate p ghcr.io/acme/app:1@${{ needs.b.outputs.digest }}",
  ],
  ["a key of a KMS with colons", "cosign sign --key awskms:///alias/release --yes ghcr.io/acme/app@${DIGEST}"],
  ["annotations that look like images", "cosign sign -a repo=acme/app:1 -a ref=x:y --yes ghcr.io/acme/app@${DIGEST}"],
  ["a blob", "cosign sign-blob --yes --bundle app.sigstore.json app:1.tar"],
  ["a plug-in that signs", "notation sign --plugin vsign --id acme registry.acme.example/app@${DIGEST}"],
  ["content trust switched off", "DOCKER_CONTENT_TRUST=0 docker pull a/b@${DIGEST}"],
];

describe("static rules", () => {
  for (const [what, command] of innocent) {
    it(`say nothing of ${what}`, () => {
      const text = `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - name: Import the codesign cert, cosign sign a/b:1\n        run: |\n          ${command}\n`;
      const document = readDocument(text, ".github/workflows/w.yml");
      assert.notEqual(document.commands.length, 0);
      assert.deepEqual(check([document], new Map(), { suppressions: [] }), []);
    });
  }
});
