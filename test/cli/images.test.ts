import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createCommandLine, jsonOf, type CommandLine } from "../helpers/commandLine.ts";

describe("countersign images", () => {
  let cli: CommandLine;
  beforeEach(async () => {
    cli = await createCommandLine();
  });
  afterEach(() => cli.dispose());

  it("lists references with their places, and asks nobody", async () => {
    cli.write("app/Dockerfile", "ARG V=22\nFROM node:$V\n");
    cli.write(
      ".github/workflows/ci.yml",
      "on: push\njobs:\n  a:\n    runs-on: x\n    container: ghcr.io/acme/ci:1\n    steps: []\n",
    );
    const run = await cli.run("images", "--format", "json");
    assert.equal(run.code, 0);
    assert.equal(run.error, "");
    assert.deepEqual(
      jsonOf(run).images.map(({ file, line, column, reference }) => [file, line, column, reference]),
      [
        [".github/workflows/ci.yml", 5, 16, "ghcr.io/acme/ci:1"],
        ["app/Dockerfile", 2, 6, "docker.io/library/node:22"],
      ],
    );
    assert.equal(jsonOf(run).images[0]?.state, undefined);
    const text = await cli.run("images");
    assert.match(text.output, /^○ {2}app\/Dockerfile:2:6 .* node:\$V/m);
    assert.match(text.output, /\n2 images\n$/);
  });

  it("reads only what is named, relative to the current folder", async () => {
    cli.write("a/Dockerfile", "FROM a/a\n");
    cli.write("b/Dockerfile", "FROM b/b\n");
    cli.write("b/strange.name", "FROM c/c\n");
    const files = async (...paths: string[]): Promise<string[]> =>
      jsonOf(await cli.run("images", "--format", "json", ...paths)).images.map(({ file }) => file);
    assert.deepEqual(await files("a"), ["a/Dockerfile"]);
    assert.deepEqual(await files("b/Dockerfile", "a"), ["b/Dockerfile", "a/Dockerfile"]);
    assert.deepEqual(await files(`${cli.folder}/b`), ["b/Dockerfile"]);
  });

  it("takes a folder elsewhere for the workspace", async () => {
    const elsewhere = await createCommandLine();
    try {
      elsewhere.write("x/Dockerfile", "FROM a/a\n");
      const run = await cli.run("images", "--format", "json", elsewhere.folder);
      assert.deepEqual(
        jsonOf(run).images.map(({ file }) => file),
        ["x/Dockerfile"],
      );
    } finally {
      elsewhere.dispose();
    }
  });

  it("uses ASCII and no colour where the terminal asks for it", async () => {
    cli.write("Dockerfile", "FROM a/a\n");
    Object.assign(cli.environment, { LANG: "C", NO_COLOR: "1" });
    const { output } = await cli.run("images");
    assert.match(output, /^o {2}Dockerfile:1:6 {2}a\/a {2}from - literal - docker\.io\/a\/a\n1 image\n$/);
  });

  const bad: readonly (readonly [string, string, () => string | Uint8Array, RegExp])[] = [
    [
      "a Dockerfile of 20 MB",
      "Dockerfile",
      () => `FROM a/a\n${"RUN echo 0123456789 # padding\n".repeat(700_000)}`,
      /./,
    ],
    ["a Dockerfile of random bytes", "Dockerfile", () => randomBytes(1_000_000), /^file-unreadable$/],
    ["a Dockerfile with unbalanced quotes", "Dockerfile", () => 'FROM a/a\nRUN echo "never closed\nENV A="b\n', /./],
    ["YAML that does not parse", "compose.yaml", () => "services:\n  a: [image: {\n b", /^yaml-/],
    [
      "YAML that expands without end",
      "compose.yaml",
      () =>
        `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghij"
          .split("")
          .map(
            (name, index) =>
              `${name}: &${name} [${Array(9)
                .fill(`*${"abcdefghij".charAt(index)}`)
                .join(",")}]`,
          )
          .join("\n")}\nservices: *j\n`,
      /./,
    ],
  ];
  for (const [what, path, content, code] of bad) {
    it(`answers clearly to ${what}, and loses nothing else`, async () => {
      cli.write(path, content());
      cli.write("other/Dockerfile", "FROM b/b\n");
      const run = await cli.run("images", "--format", "json");
      const { images, problems } = jsonOf(run);
      assert.ok(images.some(({ file }) => file === "other/Dockerfile"));
      assert.ok(run.code === 0 || run.code === 3, `exit code ${run.code}`);
      assert.equal(run.code, problems.length === 0 ? 0 : 3);
      for (const problem of problems) {
        assert.match(problem.code, code);
        assert.match(problem.message, /\.$/);
      }
      if (code.source !== ".") assert.notEqual(problems.length, 0);
      assert.equal(run.error, "");
    });
  }

  it("can be interrupted", async () => {
    for (let number = 0; number < 300; number++) cli.write(`${number}/Dockerfile`, "FROM a/a\n".repeat(2000));
    const { child, ended } = cli.start("images", "--format", "json");
    child.kill("SIGINT");
    const { code, output } = await ended;
    assert.ok(code === 130 || code === null);
    assert.equal(output, "");
  });
});
