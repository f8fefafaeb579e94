import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/core/image/contentDigest.ts";
import type { Authority } from "../../src/core/policy/policy.ts";
import { publicGoodRoot } from "../../src/core/signature/publicGoodRoot.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { VerdictState } from "../../src/core/verdict/verdict.ts";
import { conformanceFolder } from "../helpers/conformance.ts";
import { attach, evidenceOf, keyAuthority, keylessAuthority, now, policyOf, rule } from "../helpers/signedImage.ts";

const folder = join(conformanceFolder, "container-libs");

interface StoredSignature {
  readonly mimeType: string;
  readonly payload: string;
  readonly annotations: Record<string, string>;
}

/** The file starts with a zero byte and a line that names its format. */
function stored(path: string): StoredSignature {
  const bytes = readFileSync(join(folder, path));
  return JSON.parse(bytes.subarray(bytes.indexOf("\n") + 1).toString("utf8")) as StoredSignature;
}

function verdict(
  manifest: string,
  signature: string,
  authority: Authority,
  change?: (layer: StoredSignature) => object,
) {
  const image = readFileSync(join(folder, manifest, "manifest.json"));
  const layer = { ...stored(signature), ...change?.(stored(signature)) };
  const attached = attach(
    [{ mediaType: layer.mimeType, bytes: Buffer.from(layer.payload, "base64"), annotations: layer.annotations }],
    {},
    "signature-tag",
  );
  const descriptor = { mediaType: "", digest: digestOf(image), size: image.length };
  const material = { trustedRoots: [publicGoodRoot()], defaultRoot: publicGoodRoot().name };
  return judge({ ...evidenceOf([attached]), image: descriptor }, policyOf(rule([authority])), material, now);
}

if (existsSync(folder)) {
  describe("container-libs fixtures of cosign's first format", () => {
    const key = (name: string): Authority => keyAuthority(readFileSync(join(folder, name), "utf8"));
    const source = { file: "p.yaml", line: 1 };
    const person = (subject: string): Authority =>
      keylessAuthority({ identities: [{ subject, issuer: "https://github.com/login/oauth", source }] });
    const cases: readonly (readonly [string, string, string, Authority, VerdictState, string])[] = [
      ["a key", "dir-img-cosign-valid", "dir-img-cosign-valid/signature-1", key("cosign.pub"), "verified", "verified"],
      [
        "a key, and a tag in its payload",
        "dir-img-cosign-valid-with-tag",
        "dir-img-cosign-valid-with-tag/signature-1",
        key("cosign.pub"),
        "verified",
        "verified",
      ],
      [
        "a key, its second signature",
        "dir-img-cosign-valid",
        "dir-img-cosign-valid-2/signature-2",
        key("cosign.pub"),
        "verified",
        "verified",
      ],
      [
        "another key",
        "dir-img-cosign-valid",
        "dir-img-cosign-valid-2/signature-2",
        key("cosign2.pub"),
        "invalid",
        "signature-wrong",
      ],
      [
        "a key and a log",
        "dir-img-cosign-key-rekor-valid",
        "dir-img-cosign-key-rekor-valid/signature-1",
        key("cosign2.pub"),
        "verified",
        "verified",
      ],
      [
        "another key and a log",
        "dir-img-cosign-key-rekor-valid",
        "dir-img-cosign-key-rekor-valid/signature-1",
        key("cosign.pub"),
        "untrusted",
        "not-accepted",
      ],
      [
        "a person, by the public instance",
        "dir-img-cosign-fulcio-rekor-valid",
        "dir-img-cosign-fulcio-rekor-valid/signature-1",
        person("mitr@redhat.com"),
        "verified",
        "verified",
      ],
      [
        "a person whom the policy does not name",
        "dir-img-cosign-fulcio-rekor-valid",
        "dir-img-cosign-fulcio-rekor-valid/signature-1",
        person("itr@redhat.com"),
        "untrusted",
        "not-accepted",
      ],
      [
        "a certificate of an own authority, without any time",
        "dir-img-cosign-pki-valid",
        "dir-img-cosign-pki-valid/signature-1",
        person("qiwan@redhat.com"),
        "untrusted",
        "not-accepted",
      ],
      [
        "a key, the image changed afterwards",
        "dir-img-cosign-modified-manifest",
        "dir-img-cosign-valid/signature-1",
        key("cosign.pub"),
        "invalid",
        "other-image",
      ],
      [
        "something else attached",
        "dir-img-cosign-valid",
        "dir-img-cosign-other-attachment/signature-1",
        key("cosign.pub"),
        "unsigned",
        "unsigned",
      ],
    ];
    for (const [name, manifest, signature, authority, state, code] of cases) {
      it(`${name}: ${state}`, () => {
        const { state: got, reason } = verdict(manifest, signature, authority);
        assert.deepEqual([got, reason.code], [state, code], reason.message);
      });
    }
  });
} else {
  describe("container-libs fixtures", () => {
    it(`skipped: no data at ${folder} (set CONFORMANCE_DATA)`, function () {
      this.skip();
    });
  });
}
