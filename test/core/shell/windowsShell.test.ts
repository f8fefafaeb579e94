import assert from "node:assert/strict";
import fc from "fast-check";
import { asPosixScript, windowsEnvironment, windowsShellOf } from "../../../src/core/shell/windowsShell.ts";

describe("shells of Windows", () => {
  for (const [name, shell] of [
    ["pwsh", "powershell"],
    ["powershell -command x", "powershell"],
    ["C:\\\\x\\\\pwsh.exe", "powershell"],
    ["cmd", "cmd"],
    ["cmd.exe /c", "cmd"],
    ["bash", undefined],
    ["command", undefined],
  ] as const)
    it(`knows ${name}`, () => assert.equal(windowsShellOf(name), shell));

  it("keeps every character in its place", () => {
    const piece = fc.constantFrom(
      ..."`,^,\n,\r\n,$,env:,a, = , ,',\",<#,(,),#>,@,rem,&,{,},if ,else ,foreach,param,%,%%i,!,set ,x=,for,in,do,|,\\".split(
        ",",
      ),
      ",",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom("cmd" as const, "powershell" as const), (pieces, shell) => {
        const source = pieces.join("");
        const { text, toDocumentOffset } = asPosixScript(source, shell);
        let last = 0;
        for (let at = 0; at <= text.length; at++) {
          const place = toDocumentOffset(at);
          assert.ok(place >= 0 && place <= source.length);
          last = Math.max(last, place);
        }
        assert.ok(last <= source.length);
      }),
    );
  });

  it("gives the environment the names that scripts are changed to", () => {
    assert.deepEqual(windowsEnvironment({ A: "b" }, "powershell"), { env_a: "b" });
    assert.deepEqual(windowsEnvironment({ A: "b" }, "cmd"), { a: "b" });
  });
});
