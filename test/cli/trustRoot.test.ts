import assert from "node:assert/strict";
import { createCommandLine, type CommandLine } from "../helpers/commandLine.ts";
import { createTufKey, serveFiles, tufFiles } from "../helpers/tufRepository.ts";

describe("countersign trust", () => {
  let cli: CommandLine;
  beforeEach(async () => void (cli = await createCommandLine()));
  afterEach(() => cli.dispose());

  it("shows the root that comes with the program, and its date", async () => {
    const { code, output } = await cli.run("trust", "show");
    assert.equal(code, 0);
    assert.match(output, /^Trusted root 'sigstore public good': built in, of 2026-08-21 00:00 UTC \(.+\)\n$/u);
    const json: { readonly source: string } = JSON.parse((await cli.run("trust", "show", "--format", "json")).output);
    assert.equal(json.source, "built in");
  });

  it("keeps the one that it has where a mirror cannot prove another", async () => {
    const served = await serveFiles(tufFiles({ key: createTufKey(), target: "{}" }));
    const { code, error } = await cli.run("trust", "update", "--mirror", served.url);
    await served.stop();
    assert.equal(code, 2);
    assert.match(error, /Could not update the trusted root/u);
    assert.match((await cli.run("trust", "show")).output, /built in/u);
  });

  it("asks no mirror without TLS, none with credentials, and wants to be told what to do", async () => {
    for (const mirror of ["http://mirror.example", "https://jane:word@mirror.example", "file:///tmp", "mirror"]) {
      const { code, error } = await cli.run("trust", "update", "--mirror", mirror);
      assert.equal(code, 2);
      assert.match(error, /--mirror must be an https address/u);
      assert.doesNotMatch(error, /word/u);
    }
    for (const args of [[], ["forget"]]) assert.equal((await cli.run("trust", ...args)).code, 2);
  });
});
