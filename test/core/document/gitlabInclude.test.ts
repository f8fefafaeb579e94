import assert from "node:assert/strict";
import type { Document } from "../../../src/core/document/document.ts";
import { readGitlabCi } from "../../../src/core/document/gitlabCi.ts";
import { expectSpansInside, expectToSurvive, summary } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

/** Reads one of several files of a repository. */
function read(files: Readonly<Record<string, string>>, path: string): Document {
  const document = readGitlabCi(files[path] ?? "", path, (sibling) => files[sibling]);
  const own = document.images.map((use) => ({ ...use, chain: use.chain.filter(({ file }) => file === undefined) }));
  expectSpansInside({ ...document, images: own });
  for (const { span, text } of document.images) assert.equal(document.text.slice(span.start, span.end), text);
  return document;
}

describe("readGitlabCi with other files", () => {
  const files = {
    ".gitlab-ci.yml":
      "include:\n- local: /ci/variables.yml\n- local: ci/base.yml\n- local: '/ci/*.yml'\n- project: x/y\n  file: ci/no.yml\nvariables: {ROOT: '22'}\ndefault: {image: 'node:$TAG', before_script: [echo root]}\na: {extends: .base, variables: {OWN: '1'}, script: [cosign sign $TAG]}\nb: {extends: .base, variables: {OWN: '2'}, image: 'node:$MISSING', script: x}\nc: {script: y}\n",
    "ci/variables.yml": "variables: {TAG: '20', ROOT: '18', NESTED: 'v$TAG'}\n",
    "ci/base.yml":
      ".base:\n  image: node:$OWN\n  services: ['redis:$ROOT', 'redis:$NESTED']\n  after_script: [cosign after $ROOT]\n",
    "ci/no.yml": "variables: {MISSING: '1'}\n",
    "other/.gitlab-ci.yml": "a: {image: 'node:$TAG'}\n",
  };

  it("follows variables and hidden jobs of files that are included", () => {
    const document = read(files, ".gitlab-ci.yml");
    assert.deepEqual(document.images.map(summary), [`image ${node}:20 resolved`, "image ? partial"]);
    assert.deepEqual(
      document.images[0]?.chain.map(({ label, file, text }) => [label, file, text]),
      [
        ["variable TAG", undefined, "$TAG"],
        ["variables TAG", "ci/variables.yml", "20"],
      ],
    );
    assert.equal(document.images[0]?.pinAt, undefined);
    assert.deepEqual(commandTexts(document), ["a: echo root", "a: cosign sign 20", "b: x", "c: y"]);
  });

  it("reads an included file as the files that include it use it", () => {
    const document = read(files, "ci/base.yml");
    assert.deepEqual(document.images.map(summary), [
      `image ${node}:1 resolved`,
      "services docker.io/library/redis:22 resolved",
      "services docker.io/library/redis:v20 resolved",
    ]);
    assert.deepEqual(commandTexts(document), ["a: cosign after 22"]);
    assert.deepEqual(document.jobs, []);
  });

  it("does not follow what no file includes", () => {
    assert.deepEqual(read(files, "other/.gitlab-ci.yml").images.map(summary), ["image ? partial"]);
    assert.deepEqual(read({ ...files, "ci/lone.yml": "a: {image: 'node:$TAG'}" }, "ci/lone.yml").images.map(summary), [
      "image ? partial",
    ]);
  });

  it("follows what a file includes that nothing here includes", () => {
    const template = {
      "ci/start.yml": "include: {local: ci/v.yml}\na: {image: 'node:$V'}\n",
      "ci/v.yml": "variables: {V: '1'}\n",
    };
    assert.deepEqual(read(template, "ci/start.yml").images.map(summary), [`image ${node}:1 resolved`]);
  });

  it("finds a configuration below the workspace's root", () => {
    const below = {
      "sub/.gitlab-ci.yml": "include: /ci/x.yml\nvariables: {V: '1'}\n",
      "sub/ci/x.yml": "a: {image: 'node:$V'}\n",
    };
    assert.deepEqual(read(below, "sub/ci/x.yml").images.map(summary), [`image ${node}:1 resolved`]);
  });

  it("joins a job that two files describe", () => {
    const both = {
      ".gitlab-ci.yml": "include: x.yml\na: {variables: {V: '2'}, script: y}\n",
      "x.yml": "a: {image: 'node:$V', variables: {V: '1', W: '3'}, services: ['redis:$W']}\n",
    };
    assert.deepEqual(read(both, "x.yml").images.map(summary), [
      `image ${node}:2 resolved`,
      "services docker.io/library/redis:3 resolved",
    ]);
    assert.deepEqual(read(both, ".gitlab-ci.yml").images, []);
    assert.deepEqual(
      read(both, ".gitlab-ci.yml").jobs.map(({ id }) => id),
      ["a"],
    );
  });

  it("does not take its own inputs for those of another file", () => {
    const header = "spec: {inputs: {v: {default: '1'}}}\n---\n";
    const inputs = {
      ".gitlab-ci.yml": `${header}include: x.yml\nvariables: {OWN: '$[[ inputs.v ]]'}\na: {image: 'node:$X'}\nb: {image: 'redis:$OWN'}\n`,
      "x.yml": "variables: {X: '$[[ inputs.v ]]'}\n",
    };
    assert.deepEqual(read(inputs, ".gitlab-ci.yml").images.map(summary), [
      "image ? partial",
      "image docker.io/library/redis:1 resolved",
    ]);
  });

  describe("with inputs", () => {
    const header =
      "spec:\n  inputs:\n    image: {default: 'node:18'}\n    tag: {default: '1'}\n    own: {type: string}\n---\n";
    const job =
      ".t: {image: '$[[ inputs.image ]]', services: ['redis:$[[ inputs.tag ]]', '$[[ inputs.own ]]']}\nt: {extends: .t, script: [docker pull a:$V]}\nvariables: {V: 'v$[[ inputs.tag ]]'}\n";
    const including = (include: string): Readonly<Record<string, string>> => ({
      ".gitlab-ci.yml": `include: ${include}\nvariables: {REG: reg.example.com}\nb: {image: 'b:$V', script: x}\n`,
      "ci/t.yml": header + job,
      "templates/c.yml": header + job,
    });

    it("takes what the file that includes it gives, and its defaults", () => {
      const files = including("[{local: ci/t.yml, inputs: {image: 'node:22', own: '$REG/x:1'}}]");
      const document = read(files, "ci/t.yml");
      assert.deepEqual(document.images.map(summary), [
        `image ${node}:22 resolved`,
        "services docker.io/library/redis:1 resolved",
        "services reg.example.com/x:1 resolved",
      ]);
      assert.deepEqual(
        document.images[0]?.chain.map(({ label, file, text }) => [label, file, text]),
        [
          ["variable inputs.image", undefined, "$[[ inputs.image ]]"],
          ["input image", ".gitlab-ci.yml", "node:22"],
        ],
      );
      assert.equal(document.images[0]?.pinAt, undefined);
    });

    it("takes each of several", () =>
      assert.deepEqual(
        read(
          including(
            "[{local: ci/t.yml, inputs: {image: 'node:20'}}, {local: ci/t.yml, inputs: {image: 'node:22'}}, ci/t.yml]",
          ),
          "ci/t.yml",
        )
          .images.map(summary)
          .filter((one) => one.startsWith("image")),
        [`image ${node}:20 resolved`, `image ${node}:22 resolved`, `image ${node}:18 resolved`],
      ));

    it("takes them for a component of the project itself", () =>
      assert.deepEqual(
        read(
          including("[{component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/c@$CI_COMMIT_SHA, inputs: {tag: '7'}}]"),
          "templates/c.yml",
        ).images.map(summary),
        [`image ${node}:18 resolved`, "services docker.io/library/redis:7 resolved", "services ? unresolved"],
      ));

    it("takes them for variables of the file that is included", () => {
      const files = including("[{local: ci/t.yml, inputs: {tag: '2'}}]");
      const [use] = read(files, ".gitlab-ci.yml").images;
      assert.deepEqual(
        [use].map((one) => one && summary(one)),
        ["image docker.io/library/b:v2 resolved"],
      );
      assert.deepEqual(
        use?.chain.map(({ label, file }) => `${label} ${file}`),
        ["variable V undefined", "variables V ci/t.yml", "variable inputs.tag ci/t.yml", "input tag undefined"],
      );
    });
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive((text) => {
      const document = readGitlabCi(text, ".gitlab-ci.yml", (path) => (path === "x.yml" ? text : undefined));
      const own = document.images.map((use) => ({ ...use, chain: use.chain.filter(({ file }) => file === undefined) }));
      return { ...document, images: own };
    }, "include: [x.yml]\nvariables: {V: '1', W: $V}\n.b: {image: 'node:$W', services: [redis]}\na: {extends: .b, script: [x]}\n");
  });

  it("ends where files include each other, or many others", () => {
    const circle = {
      ".gitlab-ci.yml": "include: [x.yml]\na: {image: 'node:$V'}\n",
      "x.yml": "include: [.gitlab-ci.yml, x.yml]\nvariables: {V: '1'}\n",
    };
    assert.deepEqual(read(circle, ".gitlab-ci.yml").images.map(summary), [`image ${node}:1 resolved`]);
    const asked = new Set<string>();
    const many = `include: [${Array.from({ length: 500 }, (_, i) => `f${i}.yml`).join(", ")}]\na: {image: $X}\n`;
    readGitlabCi(many, ".gitlab-ci.yml", (path) => {
      asked.add(path);
      return "a: 1\n";
    });
    assert.ok(asked.size <= 41, `${asked.size}`);
  });
});

describe("includes by a pattern", () => {
  const files: Readonly<Record<string, string>> = {
    ".gitlab-ci.yml": "include: 'ci/PATTERN'\n",
    "ci/": "build.gitlab-ci.yml\nbuild.yml\nnotes.txt\nvariables.yml",
    "ci/variables.yml": "variables: {TAG: '20'}\n",
    "ci/build.yml": "a: {image: 'node:$TAG', script: x}\n",
    "ci/more/": "deep.yml",
    "ci/more/deep.yml": "b: {image: 'node:$TAG', script: x}\n",
  };
  const cases: readonly (readonly [pattern: string, path: string, expected: string])[] = [
    ["*.yml", "ci/build.yml", `image ${node}:20 resolved`],
    ["va*b*s.y*l", "ci/build.yml", "image ? partial"],
    ["**.yml", "ci/build.yml", `image ${node}:20 resolved`],
    ["*.gitlab-ci.yml", "ci/build.yml", "image ? partial"],
    ["build*build.yml", "ci/build.yml", "image ? partial"],
    ["*.yml", "ci/more/deep.yml", "image ? partial"],
    ["**/*.yml", "ci/more/deep.yml", `image ${node}:20 resolved`],
    ["**/*.yml", "ci/build.yml", `image ${node}:20 resolved`],
    ["*/deep.yml", "ci/more/deep.yml", "image ? partial"],
    ["../ci/*.yml", "ci/build.yml", "image ? partial"],
  ];
  for (const [pattern, path, expected] of cases)
    it(`follows ${pattern} to ${path}`, () => {
      const own = { ...files, ".gitlab-ci.yml": files[".gitlab-ci.yml"]?.replace("PATTERN", pattern) ?? "" };
      assert.deepEqual(read(own, path).images.map(summary), [expected]);
    });

  it("gives a list of inputs to a matrix", () => {
    const job = "a: {parallel: {matrix: [{V: '$[[ inputs.v ]]'}]}, image: 'node:$V', script: x}\n";
    const header = "spec: {inputs: {v: {type: array, default: ['20', '22']}, w: {default: []}}}\n---\n";
    const images = (files: Readonly<Record<string, string>>, path: string): readonly string[] =>
      read(files, path).images.map(summary);
    assert.deepEqual(images({ "a.gitlab-ci.yml": header + job }, "a.gitlab-ci.yml"), [
      `image ${node}:20 resolved`,
      `image ${node}:22 resolved`,
    ]);
    const given = { ".gitlab-ci.yml": "include: [{local: a.yml, inputs: {v: ['18']}}]\n", "a.yml": header + job };
    assert.deepEqual(images(given, "a.yml"), [`image ${node}:18 resolved`]);
    const unknown = { "a.gitlab-ci.yml": header + job.replace("inputs.v", "inputs.w") };
    assert.deepEqual(images(unknown, "a.gitlab-ci.yml"), ["image ? partial"]);
    const heir = {
      ".gitlab-ci.yml": "include: a.yml\nb: {extends: a, image: 'node:v$V', script: x}\n",
      "a.yml": header + job,
    };
    assert.deepEqual(images(heir, ".gitlab-ci.yml"), [`image ${node}:v20 resolved`, `image ${node}:v22 resolved`]);
  });
});
