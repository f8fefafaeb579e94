import assert from "node:assert/strict";
import { readHelmValuesFile as read } from "../../../src/core/document/helmChart.ts";
import { withoutUnsafePins } from "../../../src/core/document/pinSafety.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { expectPinsToHold, expectToSurvive, expectUses, pin } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;

describe("readHelmValues", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    ["a text", "image: «nginx»", ["image docker.io/library/nginx literal"]],
    ["a repository alone", "image: {repository: «a/b», pullPolicy: Always}", ["image docker.io/a/b literal"]],
    ["a repository and its tag", "image:\n  repository: «a/b»\n  tag: '1.10'", ["image docker.io/a/b:1.10 resolved"]],
    ["a tag that is a number", "image:\n  repository: «a/b»\n  tag: 1.10\n", ["image docker.io/a/b:1.1 resolved"]],
    [
      "a registry, a repository, a tag and a digest, at any depth",
      `a: [{b: {image: {registry: quay.io, repository: «a/b», tag: "1", digest: "${digest}"}}}]`,
      [`image quay.io/a/b:1@${digest} resolved`],
    ],
    [
      "a registry that is the whole name, and those that are not",
      "a: {image: {registry: «r.io/b/c», tag: v1}}\nb: {image: {registry: r.io/b, tag: v1}}\nc: {image: {registry: r.io/b/c, tag: v1, main: {repository: «x/y», tag: '2'}}}\nd: {image: {registry: r.io/b/c}}\ne: {registry: r.io/b/c, tag: v1}",
      ["image r.io/b/c:v1 resolved", "image docker.io/x/y:2 resolved"],
    ],
    [
      "an empty registry, a null tag and an empty digest",
      'image: {registry: "", repository: «a/b», tag: ~, digest: ""}',
      ["image ? partial"],
    ],
    [
      "a digest where a tag goes",
      `image: {repository: «a/b», tag: "${digest}"}`,
      [`image docker.io/a/b@${digest} resolved`],
    ],
    [
      "a version beside a repository",
      "imageRepo: «r.io/a/b»\nimageVersion: v1\njob: {image: «r.io/a/c», imageVersion: v2}",
      ["image r.io/a/b:v1 resolved", "image r.io/a/c:v2 resolved"],
    ],
    [
      "a registry under the key of a repository, and a name",
      "image: {repository: r.example.com, name: «a», tag: v1}\nwebImage: {repository: r:5000, name: «b», tag: v1}",
      ["image r.example.com/a:v1 resolved", "image r:5000/b:v1 resolved"],
    ],
    [
      "texts of which a tool fills in some later, and those of which it fills in the name",
      "image: «r.io/a/b:${TAG}»\nwebImage: «${HUB}/web:v1»\njobImage: «r.io/__ORG__/job:%%TAG%%»\na: {image: '${IMAGE}'}\nb: {image: 'r.io/a/${NAME}:1'}",
      ["image ? partial", "image ? unresolved", "image ? unresolved"],
    ],
    [
      "a name and its version",
      'image: {name: «r.io/a/b», version: "0.1"}\nmachineImage: {name: ubuntu, version: 22.04.1}',
      ["image r.io/a/b:0.1 resolved"],
    ],
    [
      "a digest that is not used",
      `image: {repository: «a/b», tag: v1, digest: "${digest}", useDigest: false}`,
      ["image docker.io/a/b:v1 resolved"],
    ],
    ["a repo and a version", "coreImage: {registry: r.io, repo: «a/b», version: v1}", ["image r.io/a/b:v1 resolved"]],
    [
      "what stands where nobody says another",
      "image: {defaultRepository: «quay.io/a/b», defaultTag: '4.8', repository: null, tag: null}\nb: {image: {repository: «a/c», tag: '1', defaultTag: '2'}}",
      ["image quay.io/a/b:4.8 resolved", "image docker.io/a/c:1 resolved"],
    ],
    [
      "a whole image under the key of a tag, which has no slash",
      "image: {tag: «r.io/a/b:1»}\nb: {image: {tag: «a/c:2»}}\nc: {image: {repository: «a/d», tag: a/e}}\nd: {image: {tag: v1}}\ne: {tag: a/f:1}",
      ["image r.io/a/b:1 literal", "image docker.io/a/c:2 literal", "image ? partial"],
    ],
    ["a name and its tag", "image: {name: «a/b», tag: v1}", ["image docker.io/a/b:v1 resolved"]],
    ["a name in a folder", "image: {repository: team/, name: «a», tag: v1}", ["image docker.io/team/a:v1 resolved"]],
    ["a text and its tag beside it", "image: «nginx»\nimageTag: 1.2", ["image docker.io/library/nginx:1.2 resolved"]],
    [
      "texts of any name and their tags beside them",
      'jobImage: «busybox»\njobImageTag: "1.36"\nproxyImage: «a/b:1»\nproxyImageTag: "2"\nnoImage: busybox',
      ["image docker.io/library/busybox:1.36 resolved", "image docker.io/a/b:1 literal"],
    ],
    [
      "repositories of any name, with the tags that they or the keys beside them have",
      'jobImageRepository: «busybox»\njobImageTag: "1.36"\ntoolImageRepository: «a/b:1»\nwebImageRepository: a/c\ndefaultImageRepository: team\ndefaultImageTag: 1',
      ["image docker.io/library/busybox:1.36 resolved", "image docker.io/a/b:1 literal"],
    ],
    [
      "the same with words that are joined by lines",
      'image_repo: «nginx»\nimage_tag: stable\nworker_image_name: «a/w»\nworker_image_tag: "2"\ndb_image: «postgres»\ndb_image_tag: "16"\nmachine: {image_name: ubuntu}\n',
      [
        "image docker.io/library/nginx:stable resolved",
        "image docker.io/a/w:2 resolved",
        "image docker.io/library/postgres:16 resolved",
      ],
    ],
    [
      "none of what is written on resources, but containers that will be injected",
      "podAnnotations: {image: a/b:1, x/y: r.io/a/b:1, sidecar.istio.io/proxyImage: «a/c:1»}\nlabels: {image: a/d:1}\nnodeSelector: {image: a/e:1}",
      ["image docker.io/a/c:1 literal"],
    ],
    [
      "whole images under names of their own",
      "image: {ref: «quay.io/a/b:1», cli: «a/c:2», registry: r.io:5000/a, config: a/d, pullPolicy: Always}",
      ["image quay.io/a/b:1 literal", "image docker.io/a/c:2 literal"],
    ],
    [
      "whatever is written with its registry and a tag or a digest",
      `a: {env: {INJECTOR: «quay.io/a/b:1»}, from: {name: "«r.io:5000/c@${digest}»"}, list: [«localhost:5000/d:2»]}
b: {selector: kubernetes.io/os:linux, other: 'a.example/storage:true', taint: 'a.example/b:NoSchedule', pattern: "docker.io/library/redis:7", imageTag: quay.io/a/c:9, url: r.io/v2, chart: a/b:1}
`,
      ["image quay.io/a/b:1 literal", `image r.io:5000/c@${digest} literal`, "image localhost:5000/d:2 literal"],
    ],
    [
      "names of images that lie in a folder of a registry, and a folder",
      "schemaImageName: «gcr.io/a/b»\nwebImageRepo: quay.io/team\nbot: {repo: «ghcr.io/a/bot», pullPolicy: Always, tag: '1'}\ngit: {repo: ghcr.io/a/c, tag: v1}\n",
      ["image gcr.io/a/b literal", "image ghcr.io/a/bot:1 resolved"],
    ],
    ["how often images are looked for", "interval: {image: 6h0m0s}\nimage: 1m30s", []],
    [
      "a digest to which templates add the algorithm",
      `image: {repository: «a/b», tag: 7, digest: "${"1".repeat(64)}"}`,
      [`image docker.io/a/b:7@${digest} resolved`],
    ],
    ["a text with a tag that stands alone", "image: «nginx:1»\ntag: x", ["image docker.io/library/nginx:1 literal"]],
    [
      "a repository of images and the image below it",
      "driver: {repository: nvcr.io/nvidia, image: «driver», version: '550'}",
      ["image nvcr.io/nvidia/driver:550 resolved"],
    ],
    [
      "a repository of images and the name of one",
      "image: {repository: gcr.io/a, name: «worker», tag: '2'}\nb: {image: {repository: «gcr.io/a/x», name: x, tag: '2'}}",
      ["image gcr.io/a/worker:2 resolved", "image gcr.io/a/x:2 resolved"],
    ],
    [
      "a name whose repository the templates choose",
      "image: {repository: , name: «agent», tag: '7'}\nb: {image: {repository: '', name: «a/b», tag: '7'}}",
      ["image ? unresolved", "image docker.io/a/b:7 resolved"],
    ],
    [
      "images that each have a name",
      "images: {a: «quay.io/a/b», pullPolicy: Always, pullSecrets: [x], tags: {c: «docker.io/c/d:1»}}",
      ["image quay.io/a/b literal", "image docker.io/c/d:1 literal"],
    ],
    [
      "one image in parts under the key of several",
      "c:\n  images:\n    repository: «quay.io/a/b»\n    tag: 1",
      ["image quay.io/a/b:1 resolved"],
    ],
    [
      "the digest of one in parts",
      `c:\n  images:\n    repository: «quay.io/a/b»\n    tag: 1.2@${digest}`,
      [`image quay.io/a/b:1.2@${digest} resolved`],
    ],
    [
      "a repository and a tag under longer keys",
      "a: {imageRepository: «ghcr.io/a/b», imageTag: '1'}\nb: {imageName: «c», imageTag: '2'}\nd: {imageRepository: «ghcr.io/d/e»}\nf: {imageName: «g/h:1»}",
      [
        "image ghcr.io/a/b:1 resolved",
        "image docker.io/library/c:2 resolved",
        "image ? partial",
        "image docker.io/g/h:1 literal",
      ],
    ],
    [
      "keys that end in image",
      "kubectlImage: «a/kubectl»\nproxy: {initImage: {repository: «a/init», tag: '1'}, init_image: «b:1»}",
      ["image docker.io/a/kubectl literal", "image docker.io/a/init:1 resolved", "image docker.io/library/b:1 literal"],
    ],
    ["no time under such a key", "token: {image: 24h}\nother: {image: 500ms}", []],
    [
      "a repository without such a key",
      "controller: {repository: «quay.io/a/c», tag: v1}",
      ["image quay.io/a/c:v1 resolved"],
    ],
    [
      "names with versions where images stand",
      "images: [«nginx:1.25», alpine, '16:9', 'localhost:5000', «redis:7.2-alpine»]\nsidecarImages: {log: «fluent/bit:3.1», vault: «vault:1.17», host: 'r.example.com:5000', port: 'db:5432', title: 'a: 1'}\nother: {x: 'redis:7'}",
      [
        "image docker.io/library/nginx:1.25 literal",
        "image docker.io/library/redis:7.2-alpine literal",
        "image docker.io/fluent/bit:3.1 literal",
        "image docker.io/library/vault:1.17 literal",
      ],
    ],
    [
      "the registry of all images of a chart within",
      "global: {imageRegistry: my.io}\nsub:\n  global: {image: {registry: r.io}}\n  a: {image: {repository: «a/b», tag: '1'}}\n  in: {global: {imageRegistry: own.io}, image: {repository: «c/d», tag: '1'}}\nq: {global: {image: {registry: r.io}}, image: {repository: «q/e», tag: '1'}}",
      ["image my.io/a/b:1 resolved", "image own.io/c/d:1 resolved", "image my.io/q/e:1 resolved"],
    ],
    [
      "the registry of all images of a chart within, where nothing replaces it",
      "sub:\n  global: {image: {registry: r.io}}\n  a: {image: {repository: «a/b», tag: '1'}}\nc: {image: {repository: «c/d», tag: '1'}}",
      ["image r.io/a/b:1 resolved", "image docker.io/c/d:1 resolved"],
    ],
    [
      "a registry under the key of the repository, and no version",
      "a: {repository: r.example.io, image: «a/b»}\nb: {repository: 'r.io:5000', image: «c»}\nc: {repository: x/y, image: «d/e»}",
      ["image r.example.io/a/b resolved", "image r.io:5000/c resolved", "image docker.io/d/e literal"],
    ],
    [
      "the global registry, in place of others",
      "global: {imageRegistry: my.io}\nimage: {registry: docker.io, repository: «a/b», tag: '1'}\nother: {image: {repository: «quay.io/c/d», tag: '1'}}",
      ["image my.io/a/b:1 resolved", "image quay.io/c/d:1 resolved"],
    ],
    [
      "the registry of all images, where none is said",
      "global: {image: {registry: registry.k8s.io}}\na: {image: {image: «in/controller», tag: '1'}}\nb: {image: {registry: r.io, image: «c/d», tag: '1'}}\nc: {image: {repository: «quay.io/c/d», tag: '1'}}\nd: {image: «e/f:1»}",
      [
        "image registry.k8s.io/in/controller:1 resolved",
        "image r.io/c/d:1 resolved",
        "image quay.io/c/d:1 resolved",
        "image docker.io/e/f:1 literal",
      ],
    ],
    ["an artifact in a registry", "instance: {artifact: 'oci://«r.io/a/m:1»'}", ["oci-repository r.io/a/m:1 literal"]],
    [
      "a repository with its tag",
      "image: {dindSidecarRepositoryAndTag: '«docker:dind»'}",
      ["image docker.io/library/docker:dind literal"],
    ],
    [
      "names whose registry and tag the chart shares",
      "d:\n  hub: ''\n  tag: ''\n  image: «pilot»\n  global: {hub: a.io/b, tag: v1, proxy: {image: «proxy»}}\n  own: {image: «c/d:2»}\n  auto: {image: auto}",
      ["image a.io/b/pilot:v1 resolved", "image a.io/b/proxy:v1 resolved", "image docker.io/c/d:2 literal"],
    ],
    [
      "containers in lists",
      "extraContainers:\n- name: x\n  image: «busybox»\n- {image: «a:1»}",
      ["image docker.io/library/busybox literal", "image docker.io/library/a:1 literal"],
    ],
    [
      "merged values with a tag of their own",
      "x: &x {repository: «a/b», pullPolicy: Always}\nc: {image: {<<: *x, tag: v2}}",
      ["image docker.io/a/b literal", "image docker.io/a/b:v2 resolved"],
    ],
    ["an alias", "x: &i {repository: «a/b», tag: '1'}\nimage: *i", ["image docker.io/a/b:1 resolved"]],
    [
      "no words, pictures, templates, addresses or repositories of charts",
      `image: true
a: {image: "", b: {image: ~}}
logoImage: a/logo.png
c: {image: "{{ .Values.x }}:1"}
d: {image: {repository: "{{ .Values.y }}", tag: '1'}}
baseImage: ubuntu
chart: {repository: https://charts.example.org, version: 1.2.3}
git: {repository: a/b, branch: main}
imagePullSecrets: [a/b:1]
image_pull_policy: Always
text: |
  image: a/b:1
`,
      [],
    ],
    [
      "the parts of several images in one mapping",
      "image: {proxyRepository: «quay.io/a/b», proxyTag: v1, cliRepository: «busybox», cliTag: 1.36, cliRegistry: r.io, waitRepository: team, webRepo: «a/c:1», webTag: 2}",
      ["image quay.io/a/b:v1 resolved", "image r.io/busybox:1.36 resolved", "image docker.io/a/c:1 literal"],
    ],
    [
      "the same with words that are joined by lines",
      "image: {proxy_repository: «a/b», proxy_tag: v1, web-repo: «a/c», web-tag: v2, up_Repository: a/d, up_Tag: v3}",
      ["image docker.io/a/b:v1 resolved", "image docker.io/a/c:v2 resolved"],
    ],
    ["no repository of something else, and its tag", "gitRepository: a/b\ngitTag: v1\n", []],
    [
      "what a release fills in before the chart is used",
      "image: {registry: __REGISTRY__, repository: «a/b», tag: v1}\njobImage: {registry: r.io, repository: «a/c», tag: 1-r%%REVISION%%}\napp: {image: {repository: «r.io/a/d», digest: 'sha256:fill-me-in'}}\nweb: {image: {repository: «a/e», tag: <version>}}",
      ["image ? unresolved", "image ? partial", "image ? partial", "image ? partial"],
    ],
    [
      "digests of any algorithm, and bare ones",
      `image: {repository: «a/b», digest: "sha512:${"2".repeat(128)}"}\njobImage: {repository: «a/c», tag: v1, digest: "${"1".repeat(64)}"}`,
      [`image docker.io/a/b@sha512:${"2".repeat(128)} resolved`, `image docker.io/a/c:v1@${digest} resolved`],
    ],
    [
      "no name that is filled in, and no tag of something else",
      "image: {repository: __NAME__, tag: v1}\ngit: {repository: a/b, tag: '>= 1'}",
      [],
    ],
    [
      "no policies among extra objects",
      "extra: [{apiVersion: kyverno.io/v1, kind: Policy, spec: {image: 'a/b:1'}}]",
      [],
    ],
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));

  const chart = 'name: c\nappVersion: &v "2.4.1"\ndependencies: [{name: redis}, {name: x, alias: db}]\n';
  const tags: readonly (readonly [source: string, expected: string])[] = [
    ["image: {repository: a/b, tag: ''}", "docker.io/a/b:2.4.1 resolved"],
    ["image:\n  repository: a/b\n  tag:\n", "docker.io/a/b:2.4.1 resolved"],
    [
      "image: {repository: a/b, tag: '', digest: sha256:" + "1".repeat(64) + "}",
      `docker.io/a/b:2.4.1@${digest} resolved`,
    ],
    ["image: {repository: a/b, tag: v1}", "docker.io/a/b:v1 resolved"],
    ["redis: {image: {repository: a/b, tag: ''}}", "? partial"],
    ["db: {image: {repository: a/b, tag: ''}}", "? partial"],
  ];
  for (const [source, expected] of tags)
    for (const [file, path] of [
      ["charts/c/Chart.yaml", "charts/c/values.yaml"],
      ["charts/c/Chart.yaml", "charts/c/ci/test-values.yaml"],
    ] as const)
      it(`takes ${JSON.stringify(source)} beside ${path} as ${expected}`, () => {
        const { images } = read(source, path, (asked) => (asked === file ? chart : undefined));
        const [use] = images;
        assert.equal(`${use?.reference ? formatReference(use.reference) : "?"} ${use?.resolution}`, expected);
        const step = use?.chain.find((each) => each.label === "appVersion");
        assert.equal(step !== undefined, expected.includes("2.4.1"));
        if (step !== undefined) assert.equal(chart.slice(step.span.start, step.span.end), "2.4.1");
        if (step !== undefined) assert.equal(step.file, file);
        assert.equal(use?.definedAt !== undefined, source.includes("v1") || source.includes("sha256"));
      });

  const filledIn: readonly (readonly [source: string, expected: string])[] = [
    ['image: {repository: a/b, tag: "v{{ .Chart.AppVersion }}-x"}', "docker.io/a/b:v2.4.1-x resolved"],
    ['image: {registry: r.io, repository: a/b, tag: "{{ .Chart.AppVersion }}"}', "r.io/a/b:2.4.1 resolved"],
    ['t: v3\nimage: {repository: a/b, tag: "{{ .Values.t }}"}', "docker.io/a/b:v3 resolved"],
    ['image: {repository: a/b, tag: "{{ .Values.none }}"}', "? partial"],
    ['image: {repository: a/b, tag: "{{ .Release.Name }}"}', "? partial"],
    ['redis: {image: {repository: a/b, tag: "{{ .Chart.AppVersion }}"}}', "? partial"],
  ];
  for (const [source, expected] of filledIn)
    it(`fills in ${JSON.stringify(source)} as ${expected}`, () => {
      const { images } = read(source, "c/values.yaml", (asked) =>
        asked === "c/Chart.yaml" ? chart : asked === "c/values.yaml" ? source : undefined,
      );
      const [use] = images;
      assert.equal(`${use?.reference ? formatReference(use.reference) : "?"} ${use?.resolution}`, expected);
      assert.equal(use?.pinAt, undefined);
    });

  const pins: readonly (readonly [name: string, source: string, pinned: string | undefined])[] = [
    ["after the tag", "image: {repository: a, tag: '1'}", `image: {repository: a, tag: '1@${pin}'}`],
    [
      "in an empty digest",
      "image: {repository: a, tag: '1', digest: ''}",
      `image: {repository: a, tag: '1', digest: '${pin}'}`,
    ],
    [
      "in a digest without a value",
      "image:\n  repository: a\n  tag: 1\n  digest: # none\n",
      `image:\n  repository: a\n  tag: 1\n  digest: ${pin} # none\n`,
    ],
    [
      "in a null digest",
      "image: {repository: a, tag: '1', digest: ~}",
      `image: {repository: a, tag: '1', digest: ${pin}}`,
    ],
    ["over a digest", `image: {repository: a, digest: ${digest}}`, `image: {repository: a, digest: ${pin}}`],
    [
      "over a digest with its sign",
      `image: {repository: a, digest: "@${digest}"}`,
      `image: {repository: a, digest: "@${pin}"}`,
    ],
    ["a text", "image: a:1", `image: a:1@${pin}`],
    ["no repository to which a template adds a tag", "image: {repository: a, pullPolicy: Always}", undefined],
    ["no tag that an anchor shares", "image: {repository: a, tag: &t '1'}\nother: *t", undefined],
    ["no tag of all images", "global: {hub: a.io, tag: v1}\nx: {image: b}", undefined],
    [
      "no tag that is merged into several",
      "x: &x {tag: '1'}\na: {image: {<<: *x, repository: a}}\nb: {image: {<<: *x, repository: b}}",
      undefined,
    ],
    [
      "a tag that is merged into one",
      "x: &x {tag: '1'}\na: {image: {<<: *x, repository: a}}",
      `x: &x {tag: '1@${pin}'}\na: {image: {<<: *x, repository: a}}`,
    ],
    ["no tag that others share", "t: &t '1'\nimage: {repository: a, tag: *t}", undefined],
  ];
  for (const [name, source, pinned] of pins)
    it(`pins ${name}`, () => {
      const [use] = withoutUnsafePins(read(source, "values.yaml"));
      const at = use?.pinAt;
      const result =
        at === undefined ? undefined : source.slice(0, at.start) + (use?.pinBefore ?? "@") + pin + source.slice(at.end);
      assert.equal(result, pinned);
      if (result !== undefined) assert.equal(read(result, "values.yaml").images[0]?.reference?.digest, pin);
    });

  it("keeps the tag where it pins after it", () => {
    assert.equal(expectPinsToHold(read, "image: {registry: r.io, repository: a, tag: '1'}\nother: {image: b:2}"), 2);
    assert.equal(expectPinsToHold(read, "image: {registry: r.io, repository: a, tag: 1.10}\nother: {image: b:2}"), 2);
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      read,
      "global: {imageRegistry: r.io}\na: &a\n  image:\n    registry: docker.io\n    repository: >-\n      a/b\n    tag: \"1\\x2e2\"\n    digest:\nb: {<<: *a, xImage: 'a/b'}\nimage: c\nimageTag: |\n  1\n",
    );
  });
});
