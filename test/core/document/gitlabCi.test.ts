import assert from "node:assert/strict";
import { readGitlabCi } from "../../../src/core/document/gitlabCi.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

describe("readGitlabCi", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    ["a global image", "image: «node:22»\na: {script: x}\n", [`image ${node}:22 literal`]],
    ["a global image with options", "image:\n  name: «node:22»\n  entrypoint: ['']\n", [`image ${node}:22 literal`]],
    ["the default's image", "default:\n  image: '«node:22»'\na: {script: x}", [`image ${node}:22 literal`]],
    [
      "a job's image and services",
      "a:\n  image: {name: «node:22»}\n  services:\n  - «postgres:16»\n  - name: «redis:7»\n    alias: node\n  script: x\n",
      [
        `image ${node}:22 literal`,
        "services docker.io/library/postgres:16 literal",
        "services docker.io/library/redis:7 literal",
      ],
    ],
    [
      "global variables and a job's over them",
      "variables: {V: '20', W: {value: '18', description: node:1}}\na: {image: «node:$V», script: x}\nb: {image: '«node:${V}»', variables: {V: 22}, script: x}\nc: {image: «node:$W»}",
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`, `image ${node}:18 resolved`],
    ],
    [
      "variables in variables",
      "variables: {R: ghcr.io/acme, I: '$R/app:$V', V: 1}\na: {image: «$I», script: x}\n",
      ["image ghcr.io/acme/app:1 resolved"],
    ],
    ["a variable that is itself", "variables: {A: $A}\na: {image: «$A», script: x}\n", ["image ? unresolved"]],
    [
      "variables that only rules define",
      "workflow:\n  rules:\n  - {if: $A, variables: {I: 'node:20', V: '8'}}\n  - variables: {I: node:22}\n  - variables: {I: node:22}\nvariables: {G: '1'}\n.r: [{if: $B, variables: {V: '7'}}]\na: {image: «$I», script: x}\n.b: {rules: [!reference [.r], {variables: {V: '6', G: '2'}}]}\nb: {extends: .b, image: '«redis:$V»', services: ['«redis:$G»'], script: x}\nc: {image: '«redis:$W»', rules: [{if: $W}], script: x}\n",
      [
        `image ${node}:20 resolved`,
        `image ${node}:22 resolved`,
        "image docker.io/library/redis:7 resolved",
        "image docker.io/library/redis:6 resolved",
        "image docker.io/library/redis:8 resolved",
        "services docker.io/library/redis:1 resolved",
        "image ? partial",
      ],
    ],
    [
      "predefined variables",
      "a: {image: «$CI_REGISTRY_IMAGE/ci:1»}\nb: {image: '«node:$CI_COMMIT_SHA»'}",
      ["image ? unresolved", "image ? partial"],
    ],
    [
      "the dependency proxy",
      "a: {image: '«${CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX}/node:22»'}\nb: {image: «$CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX/acme/app:1»}",
      [`image ${node}:22 resolved`, "image docker.io/acme/app:1 resolved"],
    ],
    [
      "the name and the stage of a job",
      ".b:\n  image: «$CI_JOB_NAME»\nnode:20: {extends: .b, script: x}\nnode:22: {extends: .b, script: x}\na: {stage: s, image: '«node:$CI_JOB_STAGE»', script: x}\nb: {image: '«node:$CI_JOB_STAGE»', script: x}\n",
      [
        `image ${node}:20 resolved`,
        `image ${node}:22 resolved`,
        `image ${node}:s resolved`,
        `image ${node}:test resolved`,
      ],
    ],
    [
      "no name that a job has only when it runs",
      "node: {parallel: 2, image: '«$CI_JOB_NAME»', script: x}\nb: {parallel: {matrix: [{V: [1]}]}, image: '«$CI_JOB_NAME»', script: x}\n",
      ["image ? unresolved", "image ? unresolved"],
    ],
    [
      "the images of security templates",
      "a: {image: «$CI_TEMPLATE_REGISTRY_HOST/security-products/semgrep:5»}",
      ["image registry.gitlab.com/security-products/semgrep:5 resolved"],
    ],
    [
      "a hidden job with several heirs",
      ".b:\n  image: «node:$V»\na: {extends: .b, variables: {V: 20}, script: x}\nb: {extends: [.b], variables: {V: 22}, script: x}\n",
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`],
    ],
    [
      "a hidden job without heirs",
      ".b: {image: «node:22», services: [«redis»]}",
      [`image ${node}:22 literal`, "services docker.io/library/redis literal"],
    ],
    [
      "a hidden job whose heirs are hidden, too, and one of which a job that runs is an heir",
      ".b:\n  image: «node:$V»\n.c: {extends: .b, variables: {V: 20}}\n.d: {extends: .b}\n.e: {extends: .d, variables: {V: 22}}\n.f: {image: «redis:$V»}\n.g: {extends: .f, variables: {V: 5}}\nh: {extends: .f, variables: {V: 6}, script: x}\n",
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`, "image docker.io/library/redis:6 resolved"],
    ],
    [
      "the last of several that are extended, and what the others add",
      ".a: {image: «node:1», services: [«redis:1»]}\n.b: {image: «node:2»}\nj: {extends: [.a, .b], script: x}",
      [`image ${node}:1 literal`, "services docker.io/library/redis:1 literal", `image ${node}:2 literal`],
    ],
    [
      "an image whose mapping is merged",
      ".a: {image: {name: «node:$V»}}\nj: {extends: .a, image: {entrypoint: ['']}, variables: {V: 3}, script: x}",
      [`image ${node}:3 resolved`],
    ],
    [
      "the default's image once for each value",
      "default: {image: «node:$V»}\na: {variables: {V: 1}, script: x}\nb: {variables: {V: 2}, script: x}\nc: {image: «redis», script: x}",
      [`image ${node}:1 resolved`, `image ${node}:2 resolved`, "image docker.io/library/redis literal"],
    ],
    [
      "references to other jobs",
      ".a: {image: «node:$V», services: [«redis»]}\nj:\n  image: !reference [.a, image]\n  services:\n  - !reference [.a, services]\n  - «postgres»\n  variables: {V: 5}\n",
      [
        `image ${node}:5 resolved`,
        "services docker.io/library/redis literal",
        "services docker.io/library/postgres literal",
      ],
    ],
    ["references in a circle", "a: {image: !reference [b, image]}\nb: {image: !reference [a, image]}", []],
    [
      "variables by reference",
      ".v: {variables: {V: 7}}\na: {variables: !reference [.v, variables], image: «node:$V»}",
      [`image ${node}:7 resolved`],
    ],
    [
      "anchors",
      ".i: &i «node:22»\n.a: &a {services: [«redis»]}\nj: {<<: *a, image: «*i»}\n".replace("«node:22»", "node:22"),
      ["services docker.io/library/redis literal", `image ${node}:22 resolved`],
    ],
    [
      "a matrix",
      "a:\n  parallel:\n    matrix:\n    - V: [20, 22]\n      OS: [x, y]\n    - V: '24'\n  image: «node:$V»\n  script: x\n",
      [`image ${node}:20 resolved`, `image ${node}:22 resolved`, `image ${node}:24 resolved`],
    ],
    [
      "a matrix of which several values are not known, by the one that tells most",
      "a:\n  parallel: {matrix: [{I: ['$X/a', 'a/b:$X', '$X/b', 'c:1']}]}\n  image: «$I»\n  script: x\n",
      ["image ? partial", "image docker.io/library/c:1 resolved"],
    ],
    [
      "numbers, which Ruby prints",
      "variables: {A: 3.10, B: '3.10'}\na: {image: '«python:$A»'}\nb: {image: '«python:$B»'}\nc: {image: '«php:$V»', parallel: {matrix: [{V: [8.0, 8.10]}]}}\n",
      ["3.1", "3.10"]
        .map((tag) => `image docker.io/library/python:${tag} resolved`)
        .concat(["8.0", "8.1"].map((tag) => `image docker.io/library/php:${tag} resolved`)),
    ],
    [
      "inputs",
      "spec:\n  inputs:\n    image: {default: 'node:22'}\n    tag: {type: string}\n---\na: {image: '«$[[ inputs.image ]]»'}\nb: {image: '«node:$[[ inputs.tag ]]»'}\nc: {image: '«$[[inputs.image | expand_vars]]»'}\nd: {image: '«$[[ inputs.image | truncate(0,4) ]]»'}",
      [`image ${node}:22 resolved`, "image ? partial", `image ${node}:22 resolved`, "image ? unresolved"],
    ],
    [
      "what inherit shuts out",
      "default: {image: «node:1»}\nvariables: {V: 1}\na: {inherit: {default: false, variables: false}, services: ['«redis:$V»']}",
      [`image ${node}:1 literal`, "services ? partial"],
    ],
    [
      "images that templates are told",
      "variables: {CS_IMAGE: «acme/app:1», MY_IMAGE: node}\nscan: {variables: {CS_ANALYZER_IMAGE: '«ghcr.io/x/y:2»'}}\nlater: {rules: [{if: $A, variables: {CS_IMAGE: '«acme/app:2»'}}]}",
      [
        "variables docker.io/acme/app:1 literal",
        "variables ghcr.io/x/y:2 literal",
        "variables docker.io/acme/app:2 literal",
      ],
    ],
    [
      "nothing outside of its places",
      "variables: {image: node}\nstages: [image]\ninclude: {image: node}\na:\n  environment: {name: node}\n  artifacts: {name: node:22}\n  cache: {image: node}\n  script: ['image: node']\n  image: ''\n  trigger: {image: node}\n",
      [],
    ],
    ["nothing in a list", "- image: node\n", []],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readGitlabCi, source, expected));

  it("tells the platform that an image is asked for", () => {
    const source = "a: {image: {name: node, docker: {platform: linux/arm64}}}\nb: {image: redis}";
    assert.deepEqual(
      readGitlabCi(source, "x.yml").images.map(({ platform }) => platform),
      ["linux/arm64", undefined],
    );
  });

  it("leads to the literal that decides", () => {
    const source = "variables: {V: '22', I: 'node:$V'}\na: {image: $I}";
    const { images, text } = readGitlabCi(source, "x.yml");
    assert.deepEqual(
      images[0]?.chain.map(({ label, span }) => [label, text.slice(span.start, span.end)]),
      [
        ["variable I", "$I"],
        ["variables I", "node:$V"],
        ["variable V", "$V"],
        ["variables V", "22"],
      ],
    );
    assert.equal(text.slice(images[0]?.definedAt?.start, images[0]?.definedAt?.end), "22");
  });

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      ["image: node:22", 1],
      ["a: {image: {name: 'node:22'}, services: [redis]}", 2],
      ["variables: {I: node:22}\na: {image: $I}", 1],
      ["variables: {V: 22}\na: {image: 'node:$V'}", 0],
      ["variables: {V: node}\na: {image: '$V:22'}", 1],
      // The same literal is the whole of one image and a part of another.
      ["variables: {V: node}\na: {image: '$V:22'}\nb: {image: $V}", 1],
      ["a: {parallel: {matrix: [{I: ['node:1', 'node:2']}]}, image: $I}", 2],
      ["a: {parallel: {matrix: [{R: [ghcr.io, quay.io]}]}, image: $R/app/x:1}", 0],
      ["a: {image: '$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX/node:22'}", 1],
      ["'node:22': {image: $CI_JOB_NAME}", 0],
      [".a: {image: $CI_JOB_NAME}\n'node:20': {extends: .a}\n'node:22': {extends: .a}", 0],
    ];
    const read = (text: string) => readDocument(text, ".gitlab-ci.yml");
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(read, source), pins, source);
  });

  it("reads commands with their job, as one shell runs them", () => {
    const source =
      "variables: {G: one}\ndefault:\n  before_script:\n  - A=two\n.x: {script: [cosign x]}\nj:\n  variables: {J: three}\n  script:\n  - cosign sign $G $A $J $[[ inputs.d ]]\n  - !reference [.x, script]\n  - - cosign nested\n  hooks: {pre_get_sources_script: [cosign before $J]}\n  after_script: cosign after $A\n";
    const document = readGitlabCi(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "j: cosign before three",
      "j: cosign sign one two three ?",
      "j: cosign x",
      "j: cosign nested",
      "j: cosign after ?",
    ]);
    const [, sign] = document.commands;
    assert.deepEqual(sign?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), [
      "$G",
      "$A",
      "$J",
      "$[[ inputs.d ]]",
    ]);
    assert.equal(sign?.words.at(-1)?.raw, "$[[ inputs.d ]]");
    assert.deepEqual({ ...sign?.environment }, { CI_JOB_NAME: "j", CI_JOB_STAGE: "test", G: "one", J: "three" });
  });

  it("tells scripts the name and the stage of each job that runs them", () => {
    const source =
      ".b:\n  script: docker pull a/$CI_JOB_NAME\n'x:20': {extends: .b}\n'x:22': {extends: .b}\nbuild-c: {stage: s, variables: {I: b/$CI_JOB_NAME}, script: ['docker pull $I', 'docker pull ${CI_JOB_NAME#build-}:$CI_JOB_STAGE']}\nd: {parallel: 2, script: docker pull $CI_JOB_NAME}\n";
    assert.deepEqual(
      readDocument(source, ".gitlab-ci.yml").images.map(({ text, reference }) => [
        text,
        reference?.repository,
        reference?.tag,
      ]),
      [
        ["a/$CI_JOB_NAME", "a/x", "20"],
        ["a/$CI_JOB_NAME", "a/x", "22"],
        ["$I", "b/build-c", undefined],
        ["${CI_JOB_NAME#build-}:$CI_JOB_STAGE", "library/c", "s"],
        ["$CI_JOB_NAME", undefined, undefined],
      ],
    );
  });

  it("lists a script that several jobs share once", () => {
    const source = "default: {before_script: [cosign version]}\na: {script: x}\nb: {script: y}";
    assert.deepEqual(commandTexts(readGitlabCi(source, "x.yml")), ["a: cosign version", "a: x", "b: y"]);
  });

  it("gives jobs with their environment", () => {
    const { jobs } = readGitlabCi("variables: {A: 1}\nj: {variables: {B: $A}, script: x}\n.h: {script: y}", "x.yml");
    assert.deepEqual(
      jobs.map(({ id, environment }) => [id, Object.entries(environment).map(([name, { text }]) => name + text)]),
      [["j", ["B1", "A1"]]],
    );
  });

  it("leaves an image open that nothing says before somebody sets it", () => {
    expectUses(
      (text) => readDocument(text, ".gitlab-ci.yml"),
      "variables: {APP_IMAGE: '', SUFFIX: '', PATH_OF: ''}\n.a:\n  image: «$APP_IMAGE»\n  script:\n  - cosign sign \"«$APP_IMAGE»\"\n  - docker run $OPTS «$APP_IMAGE»\n  - docker pull «node:22$SUFFIX»\n  - cosign verify $PATH_OF\nb: {variables: {APP_IMAGE: node:22}, script: docker pull «$APP_IMAGE»}\n",
      [
        "image ? unresolved",
        "command ? unresolved",
        "command ? unresolved",
        `command ${node}:22 resolved`,
        `command ${node}:22 resolved`,
      ],
    );
  });

  it("reads the script of a hidden job after what comes before it", () => {
    expectUses(
      (text) => readDocument(text, ".gitlab-ci.yml"),
      ".f: &f |\n  check() {\n    dgoss run ${@} | tee x\n  }\n.a:\n  before_script:\n  - *f\n  script:\n  - check «$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA» sleep 5s\n  - check «node:22»\n",
      ["command ? unresolved", `command ${node}:22 literal`],
    );
  });

  it("bounds what variables expand to", () => {
    const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
    const variables = names.map((name, i) => `  ${name}: $${names[i + 1] ?? "x"}$${names[i + 1] ?? "x"}`).join("\n");
    const { images } = readGitlabCi(`variables:\n${variables}\na: {image: $A}`, "x.yml");
    assert.equal(images[0]?.resolution, "unresolved");
  });
});
