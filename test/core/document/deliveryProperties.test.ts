import assert from "node:assert/strict";
import fc from "fast-check";
import type { ImageUse } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { repositoryName } from "../../../src/core/image/reference.ts";
import { pin } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;

const samples: readonly (readonly [path: string, text: string])[] = [
  [
    "pod.yaml",
    `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - {name: a, image: 'a:1'}\n    - image: "b/c@${digest}" # why\n    volumes: [{image: {reference: d.io/e}}]\n- apiVersion: example.org/v1\n  kind: X\n  spec: {image: {repository: f/g, tag: &t v1}, xImage: "h/i:2"}\n`,
  ],
  [
    "template.yaml",
    'apiVersion: v1\nkind: Template\nobjects:\n- {apiVersion: v1, kind: Pod, spec: {containers: [{image: "${N}:${T}"}, {image: "a:${T}"}, {image: c}]}}\nparameters:\n- {name: N, value: b}\n- {name: T, value: "1"}\n',
  ],
  [
    "k/kustomization.yaml",
    `images:\n- name: a\n  newName: b.io/c\n  newTag: "1"\n- {name: d, digest: ${digest}}\n- name: e\n  newTag: v2 # x\n  digest:\npatches:\n- patch: |-\n    - op: replace\n      path: /spec/containers/0/image\n      value: f:1\n`,
  ],
  [
    "c/values.yaml",
    `global:\n  imageRegistry: ""\nimage:\n  registry: a.io\n  repository: b/c\n  tag: "1"\n  digest: ""\nx: {image: {repository: d, tag: 'v2'}}\ny:\n  image: e/f:3\n  sidecarImage: "g.io/h@${digest}"\nz: &z {tag: '4'}\nw: {image: {<<: *z, repository: i/j}}\n`,
  ],
  [
    "c/Chart.yaml",
    "name: c\nannotations:\n  artifacthub.io/images: |\n    - name: a\n      image: a/b:1\n    - image: c\n",
  ],
  [
    "c/templates/a.yaml",
    'kind: Deployment\nspec:\n  {{- if .Values.x }}\n  containers:\n  - name: {{ include "n" . }}\n    image: "a/b:1"\n  - image: {{ .Values.r }}/c:{{ .Values.t | default "2" }}\n  - image: d.io/e\n  {{- end }}\n',
  ],
  [
    "helmfile.yaml",
    "releases:\n- name: a\n  chart: oci://a.io/b\n  version: 1.2.3\n  values:\n  - image: {repository: c/d, tag: '1'}\n  - {image: e:2, x: {{ .x }}}\n  set: [{name: image.repository, value: f}, {name: image.tag, value: v3}]\n",
  ],
  [
    "skaffold.yaml",
    "build:\n  artifacts:\n  - image: a\n    buildpacks: {builder: 'b.io/c:1', runImage: d}\nverify:\n- container:\n    image: e:1\n",
  ],
  [
    "compose.yaml",
    `x-i: &i "a:\${T:-1}"\nservices:\n  a: {image: *i}\n  b:\n    image: b@${digest}\n    volumes: [{type: image, source: 'c/d'}]\n  c:\n    build:\n      additional_contexts: [x=docker-image://e:1]\n      dockerfile_inline: |\n        ARG V=1\n        FROM f:$$V\nmodels: {m: {model: ai/g}}\ninclude: [oci://h.io/i:1]\n`,
  ],
  [
    "application.yaml",
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n        image:\n          repository: a/b\n          tag: '1'\n      parameters: [{name: image.repository, value: c}, {name: image.tag, value: v2}]\n    kustomize: {images: [d=e.io/f:1]}\n",
  ],
  [
    "oci.yaml",
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://a.io/b\n  ref:\n    tag: '1'\n---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {image: {repository: c/d, tag: v1}}}\n",
  ],
];

/** A change of a text: where, how much is taken, what is put there. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  taken: fc.nat(12),
  put: fc.constantFrom(
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    ":",
    "- ",
    "#",
    "'",
    '"',
    "|",
    "&a ",
    "*a",
    "{",
    "}",
    "[",
    "]",
    ",",
    "$",
    "{{",
    "}}",
    "@",
    "\u{1f600}",
    "\0",
    "<<: *a\n",
    "image: x:1\n",
  ),
});

function changed(text: string, changes: readonly { at: number; taken: number; put: string }[]): string {
  return changes.reduce((current, { at, taken, put }) => {
    const start = Math.floor(at * current.length);
    return current.slice(0, start) + put + current.slice(start + taken);
  }, text);
}

function expectInside(text: string, { span, definedAt, pinAt, chain }: ImageUse): void {
  const own = chain.filter(({ file }) => file === undefined).map((step) => step.span);
  for (const place of [span, ...(definedAt ? [definedAt] : []), ...(pinAt ? [pinAt] : []), ...own])
    assert.ok(place.start >= 0 && place.start <= place.end && place.end <= text.length);
}

function expectPinned(path: string, text: string, use: ImageUse): void {
  const { pinAt, reference } = use;
  if (pinAt === undefined || reference === undefined) return;
  const pinned = text.slice(0, pinAt.start) + (use.pinBefore ?? "@") + pin + text.slice(pinAt.end);
  const found = readDocument(pinned, path).images.flatMap((image) => image.reference ?? []);
  const name = repositoryName(reference);
  assert.ok(
    found.some((other) => other.digest === pin && repositoryName(other) === name),
    `${JSON.stringify(use.text)} did not become ${name}@${pin} in ${JSON.stringify(pinned)}`,
  );
}

describe("readers of Kubernetes' files and compose files", () => {
  for (const [path, text] of samples) {
    it(`find images to pin in ${path}, and the pins hold`, () => {
      const { images, problems } = readDocument(text, path);
      assert.deepEqual(problems, []);
      assert.ok(images.some(({ pinAt }) => pinAt !== undefined));
      for (const use of images) expectPinned(path, text, use);
    });

    it(`read ${path} with other line ends and a byte-order mark to the same images`, () => {
      const read = (source: string) =>
        readDocument(source, path).images.map(({ text: shown, site, reference, resolution }) => ({
          shown,
          site,
          reference,
          resolution,
        }));
      assert.deepEqual(read(`\ufeff${text.replaceAll("\n", "\r\n")}`), read(text));
    });

    it(`survive changes of ${path}, stay within it, and pin what they say`, () => {
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const document = readDocument(changed(text, changes), path);
          for (const use of document.images) {
            expectInside(document.text, use);
            assert.equal(use.text, document.text.slice(use.span.start, use.span.end));
            expectPinned(path, document.text, use);
          }
          for (const { span } of document.problems)
            if (span !== undefined)
              assert.ok(span.start >= 0 && span.start <= span.end && span.end <= document.text.length);
        }),
        { numRuns: 150, seed: 1 },
      );
    });
  }
});
