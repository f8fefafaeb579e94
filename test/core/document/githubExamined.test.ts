import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, ".github/workflows/a.yml");
const workflow = (steps: string, job = ""): string =>
  `on: push\njobs:\n  a:\n    runs-on: x\n${job}    steps:\n${steps}`;

describe("images that actions examine or deploy", () => {
  const inputs: readonly (readonly [uses: string, input: string])[] = [
    ["aquasecurity/trivy-action@0.28.0", "image-ref"],
    ["anchore/scan-action@v6", "image"],
    ["anchore/sbom-action@v0", "image"],
    ["docker/scout-action@v1", "image"],
    ["docker/scout-action@v1", "to"],
    ["snyk/actions/docker@master", "image"],
    ["Azure/container-scan@v0", "image-name"],
    ["crazy-max/ghaction-container-scan@v3", "image"],
    ["sysdiglabs/scan-action@v5", "image-tag"],
    ["erzz/dockle-action@v1", "image"],
    ["goodwithtech/dockle-action@main", "image"],
    ["PaloAltoNetworks/prisma-cloud-scan@v1", "image_name"],
    ["google-github-actions/deploy-cloudrun@v2", "image"],
    ["azure/webapps-deploy@v3", "images"],
    ["azure/webapps-container-deploy@v1", "images"],
    ["Azure/functions-container-action@v1", "image"],
    ["kubescape/github-action@main", "image"],
    ["bridgecrewio/checkov-action@v12", "docker_image"],
    ["crazy-max/.github/.github/actions/docker-scout@v1", "image"],
    ["akhilerm/tag-push-action@v2", "src"],
    ["lucacome/docker-image-update-checker@v2", "image"],
    ["azure/container-apps-deploy-action@v1", "imageToDeploy"],
    ["azure/aci-deploy@v1", "image"],
    ["aws-actions/amazon-ecs-render-task-definition@v1", "image"],
  ];
  for (const [uses, input] of inputs)
    it(`reads what ${uses} is given as ${input}`, () =>
      void expectUses(read, workflow(`    - uses: ${uses}\n      with: {${input}: '«quay.io/a/b:1»', path: c/d:2}\n`), [
        "command quay.io/a/b:1 literal",
      ]));

  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "lists",
      workflow(
        "    - uses: azure/k8s-deploy@v5\n      with:\n        images: |\n          «a.io/b:1»\n          «a.io/c:2», «d:3»\n",
      ),
      ["command a.io/b:1 literal", "command a.io/c:2 literal", "command docker.io/library/d:3 literal"],
    ],
    [
      "schemes, and no files",
      workflow(
        "    - uses: docker/scout-action@v1\n      with: {image: 'registry://«node:22»'}\n    - uses: docker/scout-action@v1\n      with: {image: 'local://node:23'}\n    - uses: docker/scout-action@v1\n      with: {image: 'archive://node.tar'}\n",
      ),
      ["command docker.io/library/node:22 literal"],
    ],
    [
      "variables and matrices",
      workflow(
        "    - uses: aquasecurity/trivy-action@v0\n      with: {image-ref: '«${{ env.R }}/a:${{ matrix.v }}»'}\n",
        "    env: {R: ghcr.io/x}\n    strategy: {matrix: {v: [1, 2]}}\n",
      ),
      ["command ghcr.io/x/a:1 resolved", "command ghcr.io/x/a:2 resolved"],
    ],
    [
      "nothing that the workflow builds",
      workflow(
        "    - uses: docker/build-push-action@v6\n      with: {tags: 'acme/app:${{ github.sha }}'}\n    - uses: anchore/scan-action@v6\n      with: {image: 'acme/app:${{ github.sha }}'}\n    - run: docker build -t acme/own:1 .\n    - uses: snyk/actions/docker@v1\n      with: {image: acme/own:1}\n    - uses: snyk/actions/docker@v1\n      with: {image: '«acme/app:${{ github.ref }}»'}\n",
      ),
      ["command ? partial"],
    ],
    [
      "nothing where nothing of a name is known",
      workflow("    - uses: snyk/actions/docker@v1\n      with: {image: '${{ env.BUILT_ELSEWHERE }}'}\n"),
      [],
    ],
    [
      "what earlier steps set",
      workflow(
        "    - run: echo \"IMAGE=node:22\" >> $GITHUB_ENV\n    - uses: anchore/scan-action@v6\n      with: {image: '«${{ env.IMAGE }}»'}\n",
      ),
      ["command docker.io/library/node:22 resolved"],
    ],
  ];
  for (const [name, source, expected] of cases) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("pins what is written out", () =>
    assert.equal(
      expectPinsToHold(read, workflow("    - uses: anchore/scan-action@v6\n      with: {image: 'quay.io/a/b:1'}\n")),
      1,
    ));
});
