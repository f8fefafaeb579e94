import assert from "node:assert/strict";
import { describeVisibility, visibilityOf } from "../../../src/core/report/visibility.ts";
import type { SignatureFormat } from "../../../src/core/verdict/verdict.ts";

const formats: readonly SignatureFormat[] = ["sigstore-bundle", "cosign", "notation-jws", "notation-cose"];

describe("who can see a signature", () => {
  const facts: readonly (readonly [SignatureFormat, string, string])[] = [
    ["sigstore-bundle", "cosign 3", "sees"],
    ["sigstore-bundle", "cosign 2", "with-setting"],
    ["sigstore-bundle", "policy-controller", "with-setting"],
    ["sigstore-bundle", "podman, skopeo, CRI-O, bootc", "blind"],
    ["sigstore-bundle", "Harbor's column 'Signed'", "blind"],
    ["sigstore-bundle", "Connaisseur", "blind"],
    ["sigstore-bundle", "notation", "blind"],
    ["cosign", "cosign 3", "sees"],
    ["cosign", "cosign 2", "sees"],
    ["cosign", "policy-controller", "sees"],
    ["cosign", "podman, skopeo, CRI-O, bootc", "with-setting"],
    ["notation-jws", "notation", "sees"],
    ["notation-cose", "cosign 3", "blind"],
    ["notation-jws", "Ratify", "with-setting"],
  ];
  for (const [format, consumer, kind] of facts)
    it(`${consumer}: ${format} is ${kind}`, () => {
      const found = visibilityOf({ format, purpose: "signature" }).find((each) => each.consumer === consumer);
      assert.equal(found?.sight.kind, kind);
    });

  it("is said of the same ten tools, each with its versions and its source", () => {
    for (const format of formats) {
      const all = visibilityOf({ format, purpose: "signature" });
      assert.equal(all.length, 10);
      for (const { versions, source } of all) assert.ok(versions !== "" && source !== "");
    }
  });

  it("names a step for every tool that does not see it, and for no other", () => {
    for (const format of formats)
      for (const { sight, step, consumer } of visibilityOf({ format, purpose: "signature" }))
        assert.equal(step === undefined, sight.kind === "sees", `${format} ${consumer}`);
  });

  it("never leads to a format that the tool does not see either", () => {
    const byOption = new Map([
      ["sigstore-bundle", "sigstore-bundle"],
      ["cosign", "cosign"],
      ["notation-jws", "notation-jws"],
    ] as const);
    for (const format of formats)
      for (const { consumer, step } of visibilityOf({ format, purpose: "signature" })) {
        const wanted = [...byOption].find(([word]) => step?.includes(`--signature-format ${word}`))?.[1];
        if (wanted === undefined) continue;
        const then = visibilityOf({ format: wanted, purpose: "signature" }).find((each) => each.consumer === consumer);
        assert.notEqual(then?.sight.kind, "blind", `${format} ${consumer}`);
      }
  });

  it("is nothing for an attestation and for what is not recognised", () => {
    assert.deepEqual(visibilityOf({ format: "sigstore-bundle", purpose: "attestation" }), []);
    assert.deepEqual(visibilityOf({ format: "unrecognised", purpose: "signature" }), []);
    assert.equal(describeVisibility({ format: "unrecognised", purpose: "signature" }), "");
  });

  it("fits a line", () => {
    assert.equal(
      describeVisibility({ format: "notation-jws", purpose: "signature" }),
      "seen by notation, Harbor's column 'Signed'; with a setting by Kyverno, Ratify, Connaisseur; not by cosign 3, cosign 2, policy-controller, podman, skopeo, CRI-O, bootc, Docker buildx policies",
    );
  });
});
