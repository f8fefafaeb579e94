import assert from "node:assert/strict";
import { formatReference } from "../../../src/core/image/reference.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { pushedImages, type PushedImage } from "../../../src/core/rules/pushedImages.ts";

const workflow = ".github/workflows/release.yml";

function only(text: string, path: string): PushedImage {
  const found = pushedImages(readDocument(text, path));
  assert.equal(found.length, 1, JSON.stringify(found));
  const [first] = found;
  assert.ok(first !== undefined);
  return first;
}

describe("pushedImages", () => {
  // What a command pushes stands between the brackets.
  const commands: readonly string[] = [
    "docker push ⟦ghcr.io/acme/app:1⟧",
    "docker image push --quiet ⟦ghcr.io/acme/app:1⟧",
    "sudo podman --remote push ⟦ghcr.io/acme/app:1⟧",
    "podman push localhost/app docker://⟦ghcr.io/acme/app:1⟧",
    "podman push app oci-archive:app.tar",
    "buildah push app ⟦ghcr.io/acme/app:1⟧",
    "nerdctl push ⟦ghcr.io/acme/app:1⟧",
    "docker manifest push ⟦ghcr.io/acme/app:1⟧",
    "docker buildx build --push -t ⟦ghcr.io/acme/app:1⟧ .",
    "docker buildx build --push --tag=⟦ghcr.io/acme/app:1⟧ --tag ghcr.io/acme/app:latest .",
    "docker build -t ghcr.io/acme/app:1 .",
    "docker buildx build --push=false -t ghcr.io/acme/app:1 .",
    "docker buildx build --output type=registry -t ⟦ghcr.io/acme/app:1⟧ .",
    "docker buildx build --output type=image,name=⟦ghcr.io/acme/app:1⟧,push=true .",
    "docker buildx imagetools create -t ⟦ghcr.io/acme/app:1⟧ ghcr.io/acme/app@sha256:x",
    "docker buildx imagetools create --dry-run -t ghcr.io/acme/app:1 ghcr.io/acme/app:2",
    "docker pull ghcr.io/acme/app:1",
    "skopeo copy --all docker://ghcr.io/acme/base:1 docker://⟦ghcr.io/acme/app:1⟧",
    "skopeo copy docker://ghcr.io/acme/base:1 oci:folder",
    "crane push app.tar ⟦ghcr.io/acme/app:1⟧",
    "crane copy ghcr.io/acme/base:1 ⟦ghcr.io/acme/app:1⟧",
    "crane mutate ghcr.io/acme/base:1 -t ⟦ghcr.io/acme/app:1⟧",
    "crane digest ghcr.io/acme/app:1",
    "oras push ⟦ghcr.io/acme/app:1⟧ file.txt",
    "oras cp ghcr.io/acme/base:1 ⟦ghcr.io/acme/app:1⟧",
    "oras cp --to-oci-layout ghcr.io/acme/base:1 folder:1",
    "regctl image copy ghcr.io/acme/base:1 ⟦ghcr.io/acme/app:1⟧",
    "regctl image copy ghcr.io/acme/base:1 ocidir://folder",
    "/kaniko/executor --context . --destination ⟦ghcr.io/acme/app:1⟧",
    "/kaniko/executor --no-push --destination ghcr.io/acme/app:1",
    "pack build ⟦ghcr.io/acme/app:1⟧ --publish",
    "pack build ghcr.io/acme/app:1",
    "buildctl build --output type=image,name=⟦ghcr.io/acme/app:1⟧,push=true",
    "buildctl build --output type=image,name=ghcr.io/acme/app:1",
    "git push origin docker",
    'echo "docker push ghcr.io/acme/app:1"',
  ];
  for (const marked of commands)
    it(marked, () => {
      const expected = /⟦(.*)⟧/u.exec(marked)?.[1];
      const document = readDocument(`#!/bin/sh\n${marked.replaceAll(/[⟦⟧]/gu, "")}\n`, "build.sh");
      const found = pushedImages(document).map(({ text }) => text);
      assert.deepEqual(found, expected === undefined ? [] : [expected]);
    });

  const dialects: readonly (readonly [path: string, text: string])[] = [
    [workflow, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker push ghcr.io/acme/app:1\n"],
    [".gitlab-ci.yml", "a:\n  script:\n    - docker push ghcr.io/acme/app:1\n"],
    ["azure-pipelines.yml", "steps:\n  - script: docker push ghcr.io/acme/app:1\n"],
    [
      ".circleci/config.yml",
      "version: 2.1\njobs:\n  a:\n    docker: [{ image: a/b:1 }]\n    steps:\n      - run: docker push ghcr.io/acme/app:1\n",
    ],
    [
      "bitbucket-pipelines.yml",
      "pipelines:\n  default:\n    - step:\n        script: [docker push ghcr.io/acme/app:1]\n",
    ],
    [".buildkite/pipeline.yml", "steps:\n  - command: docker push ghcr.io/acme/app:1\n"],
    [
      "Jenkinsfile",
      "pipeline { agent any\n stages { stage('a') { steps { sh 'docker push ghcr.io/acme/app:1' } } } }\n",
    ],
    ["Makefile", "push:\n\tdocker push ghcr.io/acme/app:1\n"],
    [".travis.yml", "script:\n  - docker push ghcr.io/acme/app:1\n"],
  ];
  for (const [path, text] of dialects)
    it(`finds what ${path} pushes`, () => {
      const { reference, known, missing } = only(text, path);
      assert.ok(reference !== undefined);
      assert.equal(formatReference(reference), "ghcr.io/acme/app:1");
      assert.equal(known, "ghcr.io/acme/app:1");
      assert.deepEqual(missing, []);
    });

  it("follows variables, and says what only the run tells", () => {
    const script = (name: string): PushedImage =>
      only(`#!/bin/sh\nIMAGE=ghcr.io/acme/app\nVERSION=2\ndocker push "${name}"\n`, "build.sh");
    const { reference } = script("$IMAGE:$VERSION");
    assert.ok(reference !== undefined);
    assert.equal(formatReference(reference), "ghcr.io/acme/app:2");
    const partial = script("$IMAGE:v$GITHUB_SHA-$GITHUB_SHA");
    assert.equal(partial.reference, undefined);
    assert.equal(partial.known, "ghcr.io/acme/app:v");
    assert.deepEqual(partial.missing, ["$GITHUB_SHA"]);
    assert.equal(partial.text, "$IMAGE:v$GITHUB_SHA-$GITHUB_SHA");
    assert.equal(script("$OTHER").known, "");
  });

  const step = (inputs: string, env = ""): string =>
    `on: push\n${env}jobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: docker/metadata-action@v5\n        id: meta\n        with: { images: ghcr.io/acme/app }\n      - uses: docker/build-push-action@v6\n        with:\n${inputs}`;
  const line = (text: string): string => `          ${text}\n`;

  it("finds what docker/build-push-action pushes, by its first name that is known whole", () => {
    const tags = "tags: |\n            ghcr.io/acme/app:${{ github.sha }}\n            ${{ env.IMAGE }}:latest";
    const text = step(line("push: true") + line(tags), "env:\n  IMAGE: ghcr.io/acme/app\n");
    const { reference, spans } = only(text, workflow);
    assert.ok(reference !== undefined);
    assert.equal(formatReference(reference), "ghcr.io/acme/app:latest");
    const places = spans.map(({ start, end }) => text.slice(start, end).trim());
    assert.deepEqual(places.slice(0, 2), ["docker/build-push-action@v6", "true"]);
  });

  it("says of docker/build-push-action what only the run tells", () => {
    const known = (inputs: string): readonly unknown[] => {
      const { reference, known: beginning, missing } = only(step(inputs), workflow);
      return [reference, beginning, missing];
    };
    assert.deepEqual(known(line("push: true") + line("tags: ghcr.io/acme/app:${{ github.ref_name }}")), [
      undefined,
      "ghcr.io/acme/app:",
      ["${{ github.ref_name }}"],
    ]);
    assert.deepEqual(known(line("push: true") + line("tags: ${{ steps.meta.outputs.tags }}")), [
      undefined,
      "ghcr.io/acme/app:",
      ["${{ steps.meta.outputs.tags }}"],
    ]);
    assert.deepEqual(known(line("push: ${{ inputs.push }}") + line("tags: ${{ inputs.tags }}")), [
      undefined,
      "",
      ["${{ inputs.tags }}"],
    ]);
    assert.deepEqual(known(line("push: true")), [undefined, "", []]);
  });

  for (const [what, inputs] of [
    ["does not push", line("push: false") + line("tags: ghcr.io/acme/app:1")],
    ["says nothing of it", line("tags: ghcr.io/acme/app:1")],
    ["writes a file", line("outputs: type=docker,dest=app.tar") + line("tags: ghcr.io/acme/app:1")],
  ] as const)
    it(`says nothing of docker/build-push-action where it ${what}`, () =>
      assert.deepEqual(pushedImages(readDocument(step(inputs), workflow)), []));

  it("finds what is pushed by its outputs alone", () => {
    const outputs = line("outputs: type=image,name=ghcr.io/acme/app,push-by-digest=true,push=true");
    const { reference } = only(step(outputs), workflow);
    assert.ok(reference !== undefined);
    assert.equal(formatReference(reference), "ghcr.io/acme/app");
  });
});
