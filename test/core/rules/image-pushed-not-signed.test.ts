import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { check } from "../../../src/core/rules/check.ts";
import { imagePushedNotSigned } from "../../../src/core/rules/image-pushed-not-signed.ts";
import type { PipelineSigner, Rule } from "../../../src/core/rules/rule.ts";
import { expectReports } from "../../helpers/rules.ts";

const signer: PipelineSigner = {
  service: { name: "acme", type: "vault", url: "https://vault.acme.example", options: {} },
  key: { name: "release", needs: [] },
};
const withSigner: Rule = {
  ...imagePushedNotSigned,
  check: (input) => imagePushedNotSigned.check({ ...input, signers: [signer] }),
};
const path = ".github/workflows/release.yml";
const workflow = (steps: string, before = ""): string =>
  `on: push\n${before}jobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
const build = (inputs: string): string => `      - uses: «docker/build-push-action@v6»\n        with: { ${inputs} }\n`;
const tags = "tags: ghcr.io/acme/app:1";
const run = (command: string): string => `      - run: ${command}\n`;

describe("image-pushed-not-signed", () => {
  const reported: readonly (readonly [string, string, string?])[] = [
    ["an action that pushes", workflow(build(`push: true, ${tags}`))],
    ["one that pushes on an event", workflow(build(`push: "\${{ github.event_name != 'pull_request' }}", ${tags}`))],
    ["each of several", workflow(build(`push: true, ${tags}`) + build("push: true, tags: ghcr.io/acme/other:1"))],
    ["docker push", workflow(run("docker push «ghcr.io/acme/app:1»"))],
    ["docker image push", workflow(run("docker image push «ghcr.io/acme/app:1»"))],
    ["sudo podman push", workflow(run("sudo podman push «ghcr.io/acme/app:1»"))],
    ["buildx with --push", workflow(run("docker buildx build --push -t «ghcr.io/acme/app:1» ."))],
    ["the first push of a job alone", workflow(run("docker push «a/b:1»") + run("docker push a/b:latest"))],
    ["a pipeline of GitLab", "build:\n  script:\n    - docker push «registry.acme.example/app:1»\n", ".gitlab-ci.yml"],
    [
      "what jobs that are written alike push, once",
      "a:\n  script:\n    - docker push «$IMAGE:1»\nb:\n  script:\n    - docker push $IMAGE:1\n",
      ".gitlab-ci.yml",
    ],
  ];
  for (const [what, text, file = path] of reported)
    it(`reports ${what}`, () => expectReports(imagePushedNotSigned, file, text, [{ severity: "note", fixes: 0 }]));

  const pushing = run("docker push ghcr.io/acme/app:1");
  const silent: readonly (readonly [string, string, string?])[] = [
    ["an action that does not push", workflow(build(`push: false, ${tags}`))],
    ["one that says nothing of pushing", workflow(build(tags))],
    ["one that an input decides about", workflow(build(`push: "\${{ inputs.push }}", ${tags}`))],
    [
      "one that pushes without a tag, for an index",
      workflow(build("push: true, outputs: 'type=image,push-by-digest=true'")),
    ],
    ["a registry on the machine", workflow(build("push: true, tags: 'localhost:5000/app:1'"))],
    ["a registry of a cluster on the machine", workflow(run("docker push kind-registry:5000/app:1"))],
    [
      "such a registry in docker/metadata-action",
      workflow(
        "      - uses: docker/metadata-action@v5\n        id: meta\n        with: { images: localhost:5000/app }\n" +
          build("push: true, tags: '${{ steps.meta.outputs.tags }}'"),
      ),
    ],
    ["a printed command", workflow(run('echo "docker push a/b:1"'))],
    ["a pull", workflow(run("docker pull a/b:1"))],
    ["git", workflow(run("git push origin docker"))],
    ["a script, which people run too", "docker push ghcr.io/acme/app:1\n", "build.sh"],
    ["an example", workflow(pushing), "examples/app/.github/workflows/release.yml"],
    ["a workflow for pull requests", workflow(pushing).replace("on: push", "on: pull_request")],
    ["a workflow that others call", workflow(pushing).replace("on: push", "on:\n  push:\n  workflow_call:")],
    ["cosign afterwards", workflow(pushing + run("cosign sign --yes ghcr.io/acme/app@$DIGEST"))],
    ["notation", workflow(pushing + run("notation sign ghcr.io/acme/app@$DIGEST"))],
    ["our own", workflow(pushing + run("countersign sign ghcr.io/acme/app@$DIGEST --service s --key k"))],
    ["an attestation", workflow(`${pushing}      - uses: actions/attest-build-provenance@v3\n`)],
    ["Docker Content Trust", workflow(pushing, "env:\n  DOCKER_CONTENT_TRUST: 1\n")],
    ["a script that says that it signs", workflow(pushing + run("./hack/sign-images.sh"))],
    ["a target that says that it signs", workflow(pushing + run("make sign"))],
    ["an action that says that it signs", workflow(`${pushing}      - uses: acme/image-signer@v1\n`)],
    [
      "a workflow of another repository",
      workflow(`${pushing}  sign:\n    uses: acme/workflows/.github/workflows/post-build.yml@v1\n`),
    ],
  ];
  for (const [what, marked, file = path] of silent)
    it(`says nothing of ${what}`, () => expectReports(imagePushedNotSigned, file, marked.replaceAll(/[«»]/g, "")));

  it("says nothing where another pipeline of the workspace signs", () => {
    const push = readDocument(workflow(pushing), path);
    const other = (text: string, file: string) => readDocument(text, file);
    const found = (...documents: ReturnType<typeof readDocument>[]): number =>
      check(documents, new Map(), { suppressions: [] }).filter(({ rule }) => rule === imagePushedNotSigned.id).length;
    assert.equal(found(push), 1);
    assert.equal(found(push, other("deploy:\n\tkubectl apply -f .\n", "Makefile")), 1);
    assert.equal(found(push, other("FROM alpine\nRUN apk add cosign\n", "Dockerfile")), 1);
    assert.equal(found(push, other("release:\n\tcosign sign --yes $(IMAGE)@$(DIGEST)\n", "Makefile")), 0);
    const options = { workspaceSigns: () => true };
    assert.equal(check([push], new Map(), { suppressions: [] }, options).length, 0);
  });

  const step = (indent: string, extra = ""): string =>
    [
      '- name: "Sign through acme"',
      ...(extra === "" ? [] : [`  if: ${extra}`]),
      "  env:",
      "    DIGEST: ${{ steps.build.outputs.digest }}",
      '    IMAGE: "ghcr.io/acme/app"',
      '    VAULT_ADDR: "https://vault.acme.example"',
      "  run: |",
      '    countersign sign "$IMAGE@$DIGEST" --service acme --key release',
    ]
      .map((line) => `${indent}${line}\n`)
      .join("");
  const needs = "      # The job needs 'permissions: id-token: write', by which it signs in without a secret.\n";

  it("puts a step after the push, with the permission that it needs", () => {
    const head = "on: push\npermissions:\n  contents: read\njobs:\n  release:\n    runs-on: x\n    permissions:\n";
    const rest = "      contents: read\n      packages: write # for the registry\n    steps:\n";
    const image = "          push: true\n          tags: ghcr.io/acme/app:${{ github.sha }} # by commit\n";
    const after = "\n      - run: echo done\n";
    const marked = `${head}${rest}      - name: Build\n        uses: «docker/build-push-action@v6»\n        with:\n${image}${after}`;
    const fixed = `${head}      id-token: write\n${rest}      - id: build\n        name: Build\n        uses: docker/build-push-action@v6\n        with:\n${image}${step("      ")}${after}`;
    const title = "Sign it after the push, through acme with key 'release'";
    expectReports(withSigner, path, marked, [{ fixed, title, preferred: false, fixes: 1 }]);
  });

  it("signs when the build step pushes, and only then", () => {
    const when = "github.ref == 'refs/heads/main' || github.event_name == 'release'";
    const text = (mark: readonly [string, string], signing: string): string =>
      workflow(
        `      - id: build\n        if: env.PUBLISH\n        uses: ${mark[0]}docker/build-push-action@v6${mark[1]}\n        with:\n          push: \${{ ${when} }}\n          tags: |\n            ghcr.io/acme/app:1\n            ghcr.io/acme/app:latest\n${signing}`,
        "permissions: write-all\n",
      );
    const fixed = text(["", ""], step("      ", `\${{ (env.PUBLISH) && (${when}) }}`));
    expectReports(withSigner, path, text(["«", "»"], ""), [{ fixed }]);
  });

  it("keeps to the workflow's permissions, and leaves alone what is not listed", () => {
    const steps = `      - id: build\n        uses: «docker/build-push-action@v6»\n        with: { push: true, ${tags} }\n`;
    const plain = steps.replaceAll(/[«»]/g, "");
    const own = (permissions: string): string => workflow(steps, permissions);
    const list = "permissions:\n  packages: write\n";
    const granted = "permissions:\n  id-token: write\n  packages: write\n";
    expectReports(withSigner, path, own(list), [{ fixed: workflow(plain + step("      "), granted) }]);
    expectReports(withSigner, path, own(granted), [{ fixed: workflow(plain + step("      "), granted) }]);
    for (const other of ["", "permissions: read-all\n", "permissions: {}\n"])
      expectReports(withSigner, path, own(other), [{ fixed: workflow(plain + needs + step("      "), other) }]);
  });

  it("takes the image of docker/metadata-action, and line ends as they are", () => {
    const meta =
      "      - uses: docker/metadata-action@v5\n        id: meta\n        with: { images: ghcr.io/acme/app }\n";
    const push =
      "      - id: build\n        uses: «docker/build-push-action@v6»\n        with:\n          push: true\n          tags: ${{ steps.meta.outputs.tags }}";
    const marked = workflow(meta + push, "permissions: write-all\n").replaceAll("\n", "\r\n");
    const fixed = `${marked.replaceAll(/[«»]/g, "")}\r\n${step("      ").replaceAll("\n", "\r\n")}`;
    expectReports(withSigner, path, marked, [{ fixed }]);
  });

  const unfixed: readonly (readonly [string, string])[] = [
    ["two images", build("push: true, tags: 'ghcr.io/acme/app:1,docker.io/acme/app:1'")],
    ["a tag whose image is not known", build("push: true, tags: '${{ steps.names.outputs.all }}'")],
    ["an image out of an expression with quotes", build("push: true, tags: \"ghcr.io/${{ format('{0}', 'a') }}:1\"")],
    [
      "a step that runs whatever failed before",
      build(`push: true, ${tags}`).replace("        with", "        if: always()\n        with"),
    ],
    [
      "an image by a variable of the step's own",
      build("push: true, tags: '${{ env.IMAGE }}:1'").replace(
        "        with",
        "        env: { IMAGE: a/b }\n        with",
      ),
    ],
    ["a command, whose digest is not at hand", run("docker push «ghcr.io/acme/app:1»")],
  ];
  for (const [what, steps] of unfixed)
    it(`offers no fix for ${what}`, () => expectReports(withSigner, path, workflow(steps), [{ fixes: 0 }]));

  it("offers none with the trial, which is on this machine alone", () => {
    const trial = { ...signer, service: { ...signer.service, type: "trial" } };
    const rule = {
      ...withSigner,
      check: (input: Parameters<Rule["check"]>[0]) => imagePushedNotSigned.check({ ...input, signers: [trial] }),
    };
    expectReports(rule, path, workflow(build(`push: true, ${tags}`)), [{ fixes: 0 }]);
  });
});
