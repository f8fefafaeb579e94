import assert from "node:assert/strict";
import { vsignCommand } from "../../../src/core/sign/peerCommands.ts";

describe("the command of vsign", () => {
  it("signs an image or a file by a key of RSA that signs at once", () => {
    const key = { spec: "rsa3072", needs: [] } as const;
    assert.match(vsignCommand({ image: "a@b" }, key) ?? "", /^vsign sign .*--image a@b --mechanism 64$/u);
    assert.match(vsignCommand({ file: "a b" }, key) ?? "", /--payload 'a b' --output-signature 'a b.sig'/u);
  });

  it("is not offered where it would not sign, or not so that anybody reads it", () => {
    assert.equal(vsignCommand({ image: "a@b" }, { spec: "p256", needs: [] }), undefined);
    for (const need of ["approval", "justification"] as const)
      assert.equal(vsignCommand({ image: "a@b" }, { spec: "rsa2048", needs: [need] }), undefined);
  });
});
