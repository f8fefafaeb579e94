import assert from "node:assert/strict";
import { dialectOfContent } from "../../../src/core/document/detect.ts";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("readCatalog", () => {
  const table: readonly (readonly [name: string, path: string, source: string, expected: readonly string[]])[] = [
    [
      "bundles with what they install",
      "catalog/index.yaml",
      "---\nschema: olm.package\nname: a\nicon: {base64data: aGk=}\n---\nschema: olm.channel\npackage: a\nname: stable\nentries: [{name: a.v1}]\n---\nschema: olm.bundle\nname: a.v1\nimage: «a.io/bundle:v1»\nproperties: [{type: olm.package, value: {image: 'x/y:1'}}]\nrelatedImages:\n- {name: '', image: «a.io/manager:1»}\n- image: «a.io/proxy:2»\n  name: proxy\n",
      ["image a.io/bundle:v1 literal", "related-image a.io/manager:1 literal", "related-image a.io/proxy:2 literal"],
    ],
    [
      "a template by versions, in either case of its keys",
      "template.yaml",
      "Schema: x\nschema: olm.semver\nGenerateMajorChannels: true\nCandidate:\n  Bundles:\n  - Image: «a.io/b:v1»\nstable:\n  bundles: [{image: «a.io/b:v2»}]\nother: {bundles: [{image: 'a.io/b:v3'}]}\n",
      ["image a.io/b:v1 literal", "image a.io/b:v2 literal"],
    ],
    [
      "a template that lists its parts",
      "template.json",
      '{"schema": "olm.template.basic", "entries": [{"schema": "olm.channel"}, {"schema": "olm.bundle", "image": "«a.io/b:v1»"}, {"schema": "olm.template.basic", "entries": [{"schema": "olm.bundle", "image": "no"}]}]}',
      ["image a.io/b:v1 literal"],
    ],
  ];
  for (const [name, path, source, expected] of table)
    it(`reads ${name}`, () => {
      expectUses(readKubernetes, source, expected);
      expectToSurvive((text) => readKubernetes(text, path), source.replaceAll(/[«»]/g, ""));
      assert.equal(dialectOfContent(source, path), "kubernetes");
    });
});
