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

  for (const [shell, source, expected] of [
    ["powershell", "a `\n  b", "a \\\n  b"],
    ["powershell", "<# a\nb #>c", "    \n    c"],
    [
      "powershell",
      'param(\n[ValidateSet("a")][string]$A = "b:1", # c\n$D)',
      '      \n                             A="b:1"     \n   ',
    ],
    ["powershell", "$env:A ${env:B}", "$env_A ${env_B}"],
    ["powershell", "$a = 'b'", "   a='b'"],
    ["powershell", "$a = b c", "     b c"],
    ["cmd", "a ^\r\n b", "a \\\r\n b"],
    ["cmd", "rem a\n@b", "#   a\n b"],
  ] as const)
    it(`reads ${JSON.stringify(source)} of ${shell}`, () => assert.equal(asPosixScript(source, shell), expected));

  it("looks through comments of parameters once", () => {
    const block = `param(\n${"# it is a comment of some length, (and more)\n".repeat(100)}`;
    assert.equal(asPosixScript(block, "powershell"), block);
    assert.equal(asPosixScript(`${block}$A = "b:1")`, "powershell").trim(), 'A="b:1"');
  });

  it("keeps every character in its place", () => {
    const piece = fc.constantFrom(
      "`",
      "^",
      "\n",
      "\r\n",
      "$",
      "env:",
      "a",
      "=",
      " ",
      "'",
      '"',
      "<#",
      "param(",
      ")",
      "#>",
      "@",
      "rem",
      "&",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom("cmd" as const, "powershell" as const), (pieces, shell) => {
        assert.equal(asPosixScript(pieces.join(""), shell).length, pieces.join("").length);
      }),
    );
  });

  it("gives the environment the names that scripts are changed to", () =>
    assert.deepEqual(windowsEnvironment({ A: "b" }), { env_A: "b" }));
});
