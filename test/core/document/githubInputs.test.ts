import { readGithubAction } from "../../../src/core/document/githubAction.ts";
import { readGithubWorkflow } from "../../../src/core/document/githubWorkflow.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import assert from "node:assert/strict";

function step(uses: string, inputs: string, job = ""): string {
  return `on: push\njobs:\n  a:\n    runs-on: x\n${job}    steps:\n    - uses: ${uses}\n      with:\n${inputs.replace(/^/gm, "        ")}\n`;
}

describe("readActionInputs", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "the builder's image",
      step("docker/setup-buildx-action@v3", "driver-opts: |\n  network=host\n  image=«moby/buildkit:v0.12»\n  env.A=b"),
      ["with docker.io/moby/buildkit:v0.12 literal"],
    ],
    [
      "the builder's image among others in its line",
      step("docker/setup-buildx-action@v3", "driver-opts: network=host,image=«moby/buildkit:v0.12»,env.A=b"),
      ["with docker.io/moby/buildkit:v0.12 literal"],
    ],
    [
      "the emulator's image",
      step("docker/setup-qemu-action@v3", "image: '«tonistiigi/binfmt:qemu-v8»'\nplatforms: arm64"),
      ["with docker.io/tonistiigi/binfmt:qemu-v8 literal"],
    ],
    [
      "named contexts that bake is told",
      step("docker/bake-action@v6", "set: |\n  *.contexts.base=docker-image://«alpine:3»\n  *.args.BASE=no:1"),
      ["with docker.io/library/alpine:3 literal"],
    ],
    [
      "where bake is told that caches are",
      step(
        "docker/bake-action@v6",
        "set: |\n  *.cache-from=type=registry,ref=«a/b:cache»\n  app.cache-from=«a/c:1»\n  *.cache-from=type=gha,scope=x\n  *.cache-to=type=registry,ref=no:1\n  *.args.BUILDKIT_SYNTAX=«docker/dockerfile:1»",
      ),
      [
        "cache-from docker.io/a/b:cache literal",
        "cache-from docker.io/a/c:1 literal",
        "with docker.io/docker/dockerfile:1 literal",
      ],
    ],
    [
      "expressions in what caches are named by",
      `env: {N: ghcr.io/a/b, T: type=gha}\n${step(
        "docker/build-push-action@v6",
        "tags: a/b:1\ncache-from: |\n  «${{ env.N }}:cache»\n  «${{ env.N }}»\n  «a/b:${{ github.ref_name }}»\n  ${{ env.T }}\n  ${{ vars.X }}",
      )}`,
      ["cache-from ghcr.io/a/b:cache resolved", "cache-from ghcr.io/a/b resolved", "cache-from ? partial"],
    ],
    [
      "expressions in what targets of bake are named by",
      step(
        "docker/bake-action@v6",
        "set: |\n  ${{ matrix.a }}.cache-from=type=registry,ref=«a/b:cache»\n  ${{ matrix.a }}.args.BUILDKIT_SYNTAX=«docker/dockerfile:1»\n  ${{ matrix.a }}.tags=no:1",
      ),
      ["cache-from docker.io/a/b:cache literal", "with docker.io/docker/dockerfile:1 literal"],
    ],
    [
      "where a dev container's caches are",
      step(
        "devcontainers/ci@v0.3",
        "imageName: no:1\ncacheFrom: |\n  «a/b:1»\n  type=registry,ref=«a/b:cache»\n  type=gha",
      ),
      ["cache-from docker.io/a/b:1 literal", "cache-from docker.io/a/b:cache literal"],
    ],
    [
      "the image that an action extracts from",
      step("shrink/actions-docker-extract@v3", "image: «alpine:3»\npath: /x"),
      ["with docker.io/library/alpine:3 literal"],
    ],
    [
      "named contexts, cache sources and generators",
      step(
        "docker/build-push-action@0123456789abcdef0123456789abcdef01234567",
        "build-contexts: |\n  alpine=docker-image://«alpine:3»\n  src=./src\ncache-from: |\n  type=registry,ref=«acme/app:cache»\n  type=gha\n  «acme/app:old»\nsbom: generator=«docker/buildkit-syft-scanner:1»\nbuild-args: |\n  BASE=node:22\n  BUILDKIT_SYNTAX=«docker/dockerfile:1»",
      ),
      [
        "with docker.io/library/alpine:3 literal",
        "cache-from docker.io/acme/app:cache literal",
        "cache-from docker.io/acme/app:old literal",
        "with docker.io/docker/buildkit-syft-scanner:1 literal",
        "with docker.io/docker/dockerfile:1 literal",
      ],
    ],
    [
      "no outputs and no switches",
      step(
        "docker/build-push-action@v6",
        "tags: acme/app:1\ncache-to: type=registry,ref=acme/app:cache\ncache-from: |\n  type=gha,scope=x\n  ${{ github.actor != 'a' && 'type=gha' || '' }}\n  ${{ inputs.cache }}\nsbom: true\nimages: a\nbuild-contexts: a=./b",
      ),
      [],
    ],
    [
      "caches that expressions describe",
      step(
        "docker/build-push-action@v6",
        "cache-from: |\n  «${{ github.actor != 'a' && 'type=registry,ref=acme/app:cache,mode=max' || '' }}»\n  «${{ format('type=registry,ref=acme/app:{0}', github.ref_name) }}»\n  «${{ github.actor && format('type=registry,ref={0}:cache', env.N) || '' }}»",
      ),
      ["cache-from docker.io/acme/app:cache resolved", "cache-from ? partial", "cache-from ? unresolved"],
    ],
    [
      "caches that expressions describe to bake",
      step(
        "docker/bake-action@v6",
        "set: |\n  *.cache-from=«${{ format('type=registry,ref=r.io/{0}:{1},mode=max', matrix.n, 'x') }}»\n  *.cache-to=${{ format('type=registry,ref=r.io/{0}', 'x') }}",
        "    strategy: {matrix: {n: [a, b]}}\n",
      ),
      ["cache-from r.io/a:x resolved", "cache-from r.io/b:x resolved"],
    ],
    ...(
      [
        ["chainguard-images/actions/apko-build@v1", "apko-image"],
        ["reproducible-containers/buildkit-cache-dance@v3", "utility-image"],
        ["redhat-actions/buildah-build@v2", "base-image"],
        ["redhat-actions/buildah-build@v3", "buildah-image"],
        ["lucacome/docker-image-update-checker@v2", "base-image"],
        ["PyO3/maturin-action@v1", "container"],
        ["zaproxy/action-baseline@v0.14.0", "docker_name"],
        ["zaproxy/action-full-scan@v0.12.0", "docker_name"],
        ["game-ci/unity-builder@v4", "customImage"],
      ] as const
    ).map(([uses, input]): [string, string, readonly string[]] => [
      `what ${uses} is given as ${input}`,
      step(uses, `${input}: «ghcr.io/a/b:1»\nimage: c/d:2`),
      ["with ghcr.io/a/b:1 literal"],
    ]),
    [
      "an action that is taken from another host",
      step("https://code.forgejo.org/docker/setup-qemu-action@v3", "image: «tonistiigi/binfmt:1»"),
      ["with docker.io/tonistiigi/binfmt:1 literal"],
    ],
    ["no container that is off", step("PyO3/maturin-action@v1", "container: off"), []],
    ["no input of an unknown action", step("acme/run@v1", "image: node:22"), []],
    [
      "a cluster's image",
      step("helm/kind-action@v1", "node_image: «kindest/node:v1.30.0»"),
      ["with docker.io/kindest/node:v1.30.0 literal"],
    ],
    [
      "the image that an action runs",
      step("addnab/docker-run-action@v3", "image: «acme/tool:1»\nrun: x"),
      ["with docker.io/acme/tool:1 literal"],
    ],
    [
      "values of a matrix",
      step(
        "helm/kind-action@v1",
        "node_image: «kindest/node:${{ matrix.k8s }}»",
        "    strategy: {matrix: {k8s: [v1.29.0, v1.30.0]}}\n",
      ),
      ["with docker.io/kindest/node:v1.29.0 resolved", "with docker.io/kindest/node:v1.30.0 resolved"],
    ],
    [
      "values of the environment",
      step("docker/setup-buildx-action@v3", "driver-opts: image=«${{ env.BK }}»", "    env: {BK: moby/buildkit}\n"),
      ["with docker.io/moby/buildkit resolved"],
    ],
    [
      "values that are not known",
      step("helm/kind-action@v1", "node_image: «kindest/node:${{ vars.X }}»"),
      ["with ? partial"],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => {
      const document = expectUses(readGithubWorkflow, source, expected);
      expectPinsToHold(readGithubWorkflow, document.text);
    });

  it("reads them in a composite action", () => {
    expectUses(
      readGithubAction,
      "inputs: {k: {default: v1}}\nruns:\n  using: composite\n  steps:\n  - uses: helm/kind-action@v1\n    with: {node_image: '«kindest/node:${{ inputs.k }}»'}\n",
      ["with docker.io/kindest/node:v1 resolved"],
    );
  });
});

describe("outputs of other jobs", () => {
  const workflow = (output: string, image: string): string =>
    `on: push\nenv: {W: node}\njobs:\n  one:\n    env: {I: redis}\n    outputs: {image: "${output}"}\n  two:\n    needs: one\n    container: «${image}»\n`;
  const cases: readonly (readonly [output: string, image: string, expected: string])[] = [
    ["node:22", "${{ needs.one.outputs.image }}", "docker.io/library/node:22 resolved"],
    ["${{ env.W }}:1", "${{ needs.one.outputs.image }}", "docker.io/library/node:1 resolved"],
    ["${{ env.I }}", "${{ needs.one.outputs.image }}:2", "docker.io/library/redis:2 resolved"],
    ["${{ steps.x.outputs.y }}", "${{ needs.one.outputs.image }}", "? unresolved"],
    ["${{ steps.x.outputs.y }}", "node:${{ needs.one.outputs.image }}", "? partial"],
    ["${{ steps.x.outputs.y || 'node:3' }}", "${{ needs.one.outputs.image }}", "docker.io/library/node:3 resolved"],
    ["node:22", "${{ needs.one.outputs.other }}", "? unresolved"],
    ["node:22", "${{ needs.one.result }}", "? unresolved"],
    ["${{ needs.one.outputs.image }}", "${{ needs.one.outputs.image }}", "? unresolved"],
  ];
  for (const [output, image, expected] of cases)
    it(`follows ${image} to ${output}`, () =>
      void expectUses(readGithubWorkflow, workflow(output, image), [`container ${expected}`]));

  it("pins the output where one job takes it whole", () => {
    const source = workflow("node:22", "${{ needs.one.outputs.image }}").replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(readGithubWorkflow, source), 1);
  });
});
