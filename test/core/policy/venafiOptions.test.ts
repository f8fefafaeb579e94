import assert from "node:assert/strict";
import { readVenafiOptions } from "../../../src/core/policy/venafiOptions.ts";

describe("readVenafiOptions", () => {
  it("has the defaults of vsign", () => {
    assert.deepEqual(readVenafiOptions({}).value, {
      product: "self-hosted",
      labels: [],
      clientId: "vsign-sdk",
      scope: "codesignclient;codesign",
    });
  });

  it("reads labels of the SaaS product", () => {
    const { value } = readVenafiOptions({ product: "saas", label: "shop-dev, shop-release,", caFile: "pki/ca.pem" });
    assert.deepEqual(value?.labels, ["shop-dev", "shop-release"]);
    assert.equal(value?.caFile, "pki/ca.pem");
  });

  const refused: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ["an unknown option", { projekt: "x" }, /'projekt' is not a known option/],
    ["an unknown product", { product: "cloud" }, /one of self-hosted, saas/],
    ["an authentication of the other product", { authentication: "api-key" }, /'authentication' must be one of token/],
    [
      "an authentication that SaaS does not know",
      { product: "saas", label: "x", authentication: "user" },
      /one of api-key/,
    ],
    ["what needs the operating system", { authentication: "integrated" }, /Kerberos/],
    ["an environment without a project", { environment: "dev" }, /needs 'project'/],
    ["a backslash in a name", { project: "a\\b" }, /without a backslash/],
    ["an empty name", { project: " " }, /must be a name/],
    ["no label for SaaS", { product: "saas" }, /'label' is required/],
    ["a project for SaaS", { product: "saas", label: "x", project: "y" }, /'label' only/],
    ["a label for self-hosted", { label: "x" }, /is for the SaaS product/],
    ["too many labels", { product: "saas", label: Array.from({ length: 101 }, () => "x").join(",") }, /more than 100/],
    ["a file outside the workspace", { caFile: "../ca.pem" }, /'caFile' must not lead out/],
  ];
  for (const [what, options, message] of refused)
    it(`refuses ${what}`, () => {
      const { value, wrong } = readVenafiOptions(options);
      assert.equal(value, undefined);
      assert.match(wrong.join(" "), message);
    });
});
