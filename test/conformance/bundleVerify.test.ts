import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { verifyBundleForFile } from "../../src/core/signature/verifyBundle.ts";
import { conformanceFolder } from "../helpers/conformance.ts";

const defaultIdentity =
  "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const defaultIssuer = "https://token.actions.githubusercontent.com";
const folder = join(conformanceFolder, "sigstore-conformance", "bundle-verify");

function text(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function answer(name: string, byDigest: boolean) {
  const at = (file: string): string => join(folder, name, file);
  const bytes = readFileSync(existsSync(at("artifact")) ? at("artifact") : join(folder, "a.txt"));
  const keyPem = text(at("key.pub"));
  const trustedRootText = text(at("trusted_root.json"));
  return verifyBundleForFile({
    bundleText: readFileSync(at("bundle.sigstore.json"), "utf8"),
    artifact: byDigest ? { sha256: createHash("sha256").update(bytes).digest("hex") } : { bytes },
    identity: text(at("identity"))?.trim() ?? defaultIdentity,
    issuer: text(at("issuer"))?.trim() ?? defaultIssuer,
    ...(keyPem === undefined ? {} : { keyPem }),
    ...(trustedRootText === undefined ? {} : { trustedRootText }),
    time: new Date("2026-11-21T00:00:00Z"),
  });
}

if (existsSync(folder)) {
  for (const how of ["by its bytes", "by its digest alone"]) {
    describe(`sigstore-conformance bundle-verify, the artifact given ${how}`, () => {
      const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

      it("has its seventy cases", () => assert.equal(cases.length, 70));

      for (const { name } of cases) {
        it(name, () => {
          const { verified, reason } = answer(name, how !== "by its bytes");
          assert.equal(verified, !name.endsWith("_fail"), reason.message);
        });
      }
    });
  }
} else {
  describe("sigstore-conformance bundle-verify", () => {
    it(`skipped: no data at ${folder} (set CONFORMANCE_DATA)`, function () {
      this.skip();
    });
  });
}
