import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "00-step.yaml");
const pod = (image: string) => `{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: ${image}}]}}`;

describe("readClusterTest", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "commands of KUTTL",
      "apiVersion: kuttl.dev/v1beta1\nkind: TestStep\ncommands:\n- command: kubectl run a --image=«a.io/a:1» -n x\n- script: |\n    kubectl set image deployment/x x=«a.io/b:2»\n    echo docker pull c:3\napply: [x.yaml]\n---\napiVersion: kuttl.dev/v1beta1\nkind: TestAssert\ncollectors:\n- command: kubectl debug p --image=«a.io/d:4»\n",
      "command a.io/a:1 literal",
      "command a.io/b:2 literal",
      "command a.io/d:4 literal",
    ],
    [
      "what a test of Chainsaw creates, and not what it expects",
      `apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec:\n  bindings: [{name: image, value: a.io/b:1}]\n  steps:\n  - name: a\n    try:\n    - apply: {resource: ${pod("«a.io/a:1»")}}\n    - create: {resource: ${pod("«($image)»")}}\n    - create: {resource: ${pod(`"«(join('', [$image]))»"`)}}\n    - assert: {resource: ${pod("a.io/no:1")}}\n    - error: {resource: ${pod("a.io/no:2")}}\n    - script:\n        content: |\n          kubectl run x --image «a.io/c:1»\n    catch:\n    - command: {entrypoint: kubectl, args: [run, y, "--image=«a.io/d:1»"]}\n`,
      "image a.io/a:1 literal",
      "image a.io/b:1 resolved",
      "image ? unresolved",
      "command a.io/c:1 literal",
      "command a.io/d:1 literal",
    ],
    [
      "steps that several tests take",
      `apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: StepTemplate\nspec:\n  try:\n  - patch: {resource: ${pod("«a.io/a:1»")}}\n`,
      "image a.io/a:1 literal",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });

  it("takes nothing from files that a test of Chainsaw only compares with", () => {
    const test =
      "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec:\n  steps:\n  - try:\n    - apply: {file: a-assert.yaml}\n    - assert: {file: assert.yaml}\n    - error: {file: ./errors.yaml}\n";
    const siblings = (path: string): string | undefined => (path === "e2e/chainsaw-test.yaml" ? test : undefined);
    const found = (path: string): number =>
      readDocument(`apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n`, path, siblings).images.length;
    assert.deepEqual(
      ["e2e/assert.yaml", "e2e/errors.yaml", "e2e/a-assert.yaml", "assert.yaml"].map(found),
      [0, 0, 1, 1],
    );
  });
});
