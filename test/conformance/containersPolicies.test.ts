import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/core/image/contentDigest.ts";
import { readPolicy } from "../../src/core/policy/readPolicy.ts";
import { publicGoodRoot } from "../../src/core/signature/publicGoodRoot.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { VerdictState } from "../../src/core/verdict/verdict.ts";
import { conformanceFolder } from "../helpers/conformance.ts";
import { attach, evidenceOf, now } from "../helpers/signedImage.ts";

const folder = join(conformanceFolder, "container-libs");

/** The public log's key, which its users write into their policies. */
function publicLogKey(): string {
  const { tlogs } = JSON.parse(publicGoodRoot().text) as { tlogs: { publicKey: { rawBytes: string } }[] };
  const der = Buffer.from(tlogs[0]?.publicKey.rawBytes ?? "", "base64");
  return createPublicKey({ key: der, format: "der", type: "spki" }).export({ type: "spki", format: "pem" }).toString();
}

interface StoredSignature {
  readonly mimeType: string;
  readonly payload: string;
  readonly annotations: Record<string, string>;
}

if (existsSync(folder)) {
  describe("container-libs fixtures under containers policies", () => {
    const base64 = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString("base64");
    const file = (name: string): string => base64(readFileSync(join(folder, name)));
    const log = { rekorPublicKeyData: base64(publicLogKey()) };
    const fulcio = (subjectEmail: string): object => ({
      caData: file("fulcio_v1.crt.pem"),
      oidcIssuer: "https://github.com/login/oauth",
      subjectEmail,
    });
    const valid = "dir-img-cosign-valid";
    const tagged = "dir-img-cosign-valid-with-tag";
    const logged = "dir-img-cosign-key-rekor-valid";
    const person = "dir-img-cosign-fulcio-rekor-valid";
    const cases: readonly (readonly [string, string, object, VerdictState])[] = [
      ["the key", valid, { keyData: file("cosign.pub") }, "verified"],
      ["the other of two keys", valid, { keyDatas: [file("cosign2.pub"), file("cosign.pub")] }, "verified"],
      ["the key and a log that it is not in", valid, { keyData: file("cosign.pub"), ...log }, "untrusted"],
      ["the key and the log", logged, { keyData: file("cosign2.pub"), ...log }, "verified"],
      ["the key with a tag in its payload", tagged, { keyData: file("cosign.pub") }, "verified"],
      ["the person", person, { fulcio: fulcio("mitr@redhat.com"), ...log }, "verified"],
      ["another person", person, { fulcio: fulcio("itr@redhat.com"), ...log }, "untrusted"],
    ];
    for (const [what, name, requirement, state] of cases)
      it(`${what}: ${state}`, () => {
        const bytes = readFileSync(join(folder, name, "signature-1"));
        const stored = JSON.parse(bytes.subarray(bytes.indexOf("\n") + 1).toString("utf8")) as StoredSignature;
        const payload = Buffer.from(stored.payload, "base64");
        const { critical } = JSON.parse(payload.toString("utf8")) as {
          critical: { identity: { "docker-reference": string } };
        };
        const dockerRepository = critical.identity["docker-reference"].replace(/:[^/:]*$/, "");
        const signedIdentity = { type: "exactRepository", dockerRepository };
        const text = JSON.stringify({ default: [{ type: "sigstoreSigned", ...requirement, signedIdentity }] });
        const image = readFileSync(join(folder, name, "manifest.json"));
        const attached = attach(
          [{ mediaType: stored.mimeType, bytes: payload, annotations: stored.annotations }],
          {},
          "signature-tag",
        );
        const descriptor = { mediaType: "", digest: digestOf(image), size: image.length };
        const evidence = { ...evidenceOf([attached]), image: descriptor };
        const verdict = judge(evidence, readPolicy([{ path: "policy.json", text }]), { trustedRoots: [] }, now);
        assert.equal(verdict.state, state, verdict.reason.message);
      });
  });
} else {
  describe("container-libs fixtures under containers policies", () => {
    it("were not tried: the fixtures are not on this machine", function () {
      this.skip();
    });
  });
}
