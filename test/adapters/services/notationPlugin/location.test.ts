import assert from "node:assert/strict";
import { notationPluginFile } from "../../../../src/adapters/services/notationPlugin/location.ts";

describe("notationPluginFile", () => {
  const cases: readonly (readonly [string, string, Record<string, string>, string])[] = [
    ["the folder of the user", "linux", { HOME: "/home/a" }, "/home/a/.config/notation/plugins/x/notation-x"],
    ["XDG's", "linux", { HOME: "/home/a", XDG_CONFIG_HOME: "/c" }, "/c/notation/plugins/x/notation-x"],
    ["no relative one", "linux", { HOME: "/h", XDG_CONFIG_HOME: "c" }, "/h/.config/notation/plugins/x/notation-x"],
    ["macOS's", "darwin", { HOME: "/Users/a" }, "/Users/a/Library/Application Support/notation/plugins/x/notation-x"],
    ["notation's own", "linux", { NOTATION_LIBEXEC: "/l", NOTATION_CONFIG: "/c" }, "/l/plugins/x/notation-x"],
    ["notation's configuration", "linux", { NOTATION_LIBEXEC: "", NOTATION_CONFIG: "/c" }, "/c/plugins/x/notation-x"],
  ];
  for (const [what, platform, environment, expected] of cases)
    it(`is in ${what}`, () => assert.equal(notationPluginFile("x", { environment, platform }), expected));

  it("is a program on Windows", () => {
    const file = notationPluginFile("x", { environment: { APPDATA: "C:\\Roaming" }, platform: "win32" });
    assert.match(file, /Roaming.notation.plugins.x.notation-x\.exe$/u);
  });
});
