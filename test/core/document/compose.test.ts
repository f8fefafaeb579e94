import assert from "node:assert/strict";
import { readCompose } from "../../../src/core/document/compose.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { expectPinsToHold, expectToSurvive, expectUses, pin } from "../../helpers/imageUses.ts";

function service(lines: string): string {
  return `services:\n  app:\n${lines.replace(/^/gm, "    ")}\n`;
}

describe("readCompose", () => {
  const sites: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    ["a plain image", service("image: «node:22» # comment"), ["image docker.io/library/node:22 literal"]],
    ["a quoted image", service('image: "«ghcr.io/acme/app:1»"'), ["image ghcr.io/acme/app:1 literal"]],
    ["a single-quoted image", service("image: '«redis»'"), ["image docker.io/library/redis literal"]],
    ["an image in a block", service("image: |\n  «busybox:1»"), ["image docker.io/library/busybox:1 literal"]],
    [
      "a folded image that keeps its line end",
      service("image: >\n  «busybox:1»"),
      ["image docker.io/library/busybox:1 literal"],
    ],
    ["a folded image", service("image: >-\n  «busybox:1»"), ["image docker.io/library/busybox:1 literal"]],
    ["CRLF", "services:\r\n  app:\r\n    image: «node:22»\r\n", ["image docker.io/library/node:22 literal"]],
    [
      "a file with lines that steer a template",
      "services:\n{{#if web}}\n  web:\n    image: «node:22»\n{{/if}}\n{% if x %}\n  x:\n    image: «redis:{{ tag }}»\n    ports: ['{{port}}:80']\n{% endif %}\n",
      ["image docker.io/library/node:22 literal", "image ? partial"],
    ],
    [
      "a template that is no YAML without its actions",
      "services:\n  {{#each apps}}\n  {{name}}:\n    image: «{{registry}}/{{name}}»\n    {{#if port}}ports: ['{{port}}:80']{{/if}}\n  {{/each}}\n  web:\n    image: «nginx:1»\n    ports: [{{ port }}]\n  db:\n    image: '«postgres:{{ tag | default \"16\" }}»'\n  own:\n    build: {{ context }}\n    image: acme/{{ name }}\n",
      ["image ? unresolved", "image docker.io/library/nginx:1 literal", "image ? partial"],
    ],
    ["flow style", "services: {app: {image: «node:22»}}", ["image docker.io/library/node:22 literal"]],
    ["no image beside a build, which is an output", service("image: acme/app\nbuild: ."), []],
    [
      "no image that another service builds",
      "services: {web: {build: ., image: 'acme/app:${TAG:-1}'}, worker: {image: 'acme/app:${TAG:-1}'}, beat: {image: 'acme/app:1'}, other: {image: «acme/app:2»}, more: {image: '«acme/app:${X}»'}}",
      ["image docker.io/acme/app:2 literal", "image ? partial"],
    ],
    [
      "no image that a service builds whose build is merged in",
      "x-a: &a\n  build: .\n  image: acme/app\nservices:\n  web:\n    <<: *a\n  worker:\n    image: acme/app\n",
      [],
    ],
    [
      "an image beside one that is built without a name",
      "services: {web: {build: .}, worker: {image: «acme/web»}}",
      ["image docker.io/acme/web literal"],
    ],
    [
      "what bake reads beside a build",
      service(
        "build:\n  x-bake:\n    tags: [acme/a:1]\n    contexts: {base: 'docker-image://«alpine:3»', own: ../x}\n    cache-to: type=registry,ref=acme/a:out\n    cache-from: ['type=registry,ref=«acme/a:in»', type=gha]",
      ),
      ["build-context docker.io/library/alpine:3 literal", "cache-from docker.io/acme/a:in literal"],
    ],
    [
      "one cache source of bake",
      service("build:\n  x-bake: {cache-from: «acme/a:in»}"),
      ["cache-from docker.io/acme/a:in literal"],
    ],
    ["an image beside an empty build", service("image: «acme/app»\nbuild:"), ["image docker.io/acme/app literal"]],
    ["no empty image", service('image: ""'), []],
    [
      "an image volume",
      service("volumes: [{type: image, source: «a/b:1», target: /x}, data:/y, {type: volume, source: x}]"),
      ["volume docker.io/a/b:1 literal"],
    ],
    [
      "named contexts",
      service("build:\n  additional_contexts:\n    base: docker-image://«alpine:3»\n    more: ../dir"),
      ["build-context docker.io/library/alpine:3 literal"],
    ],
    [
      "named contexts in a list",
      service(
        "build:\n  additional_contexts:\n  - base=docker-image://«alpine:3»\n  - x=https://e.org/docker-image://y",
      ),
      ["build-context docker.io/library/alpine:3 literal"],
    ],
    [
      "cache sources",
      service(
        "build:\n  cache_from: [«a/b:c», 'type=registry,ref=«r.io/x:1»,mode=max', type=gha]\n  cache_to: [type=registry,ref=r.io/out]",
      ),
      ["cache-from docker.io/a/b:c literal", "cache-from r.io/x:1 literal"],
    ],
    [
      "nothing outside of services",
      "x-a: {image: a}\nvolumes: {v: {image: b}}\nservices: {app: {labels: {image: c}}}",
      [],
    ],
    ["nothing where services is no mapping", "services: [image]\n", []],
  ];
  for (const [name, source, expected] of sites)
    it(`reads ${name}`, () => void expectUses(readCompose, source, expected));

  const more: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "models, by themselves and through a provider",
      "services: {a: {provider: {type: model, options: {model: «ai/b:1»}}}, b: {provider: {type: x, options: {model: c}}}}\nmodels: {m: {model: «ai/smollm2»}, n: «ai/n»}",
      ["model docker.io/ai/b:1 literal", "model docker.io/ai/smollm2 literal", "model docker.io/ai/n literal"],
    ],
    [
      "projects that are included from a registry",
      "include:\n- other.yaml\n- oci://«docker.io/a/project:1»\n- {path: [oci://«a/b», x.yaml]}",
      ["include docker.io/a/project:1 literal", "include docker.io/a/b literal"],
    ],
    [
      "the frontend and the generator of a build",
      service("build: {args: {BUILDKIT_SYNTAX: «docker/dockerfile:1», X: a:1}, sbom: 'generator=«a/sbom:1»'}"),
      ["syntax docker.io/docker/dockerfile:1 literal", "sbom docker.io/a/sbom:1 literal"],
    ],
    [
      "the frontend in a list",
      service("build:\n  args: [X=a, BUILDKIT_SYNTAX=«docker/dockerfile:1»]"),
      ["syntax docker.io/docker/dockerfile:1 literal"],
    ],
    [
      "containers that run before a service",
      service("image: «a»\npre_start: [{image: «b:1», command: x}, {command: y}]"),
      ["image docker.io/library/a literal", "hook docker.io/library/b:1 literal"],
    ],
    [
      "the first format, which has services at the top",
      "web:\n  build: .\n  image: out\ndb:\n  image: «postgres:9»",
      ["image docker.io/library/postgres:9 literal"],
    ],
    ["no such services beside sections", "volumes: {v: {image: a}}\nweb: {image: b}", []],
    ["services of every profile", service("profiles: [debug]\nimage: «a»"), ["image docker.io/library/a literal"]],
    [
      "no output of a service that extends one that is built",
      "services:\n  base: {build: .}\n  a: {extends: base, image: out/a}\n  b: {extends: {service: a}, image: out/b}\n  c: {extends: c, image: «d»}",
      ["image docker.io/library/d literal"],
    ],
    [
      "the image of a service that extends one that is not",
      "services:\n  base: {image: «a»}\n  b: {extends: base}\n  c: {extends: {file: other.yaml, service: x}, image: «c»}",
      ["image docker.io/library/a literal", "image docker.io/library/c literal"],
    ],
  ];
  for (const [name, source, expected] of more)
    it(`reads ${name}`, () => void expectUses(readCompose, source, expected));

  const siblings = new Map([
    ["app/.env", "TAG=24\nIMAGE='ghcr.io/acme/app:1' # why\nEMPTY=\n"],
    [
      "app/base.yaml",
      "services: {built: {build: .}, plain: {image: x}, further: {extends: {file: ../more.yaml, service: b}}}",
    ],
    ["more.yaml", "services: {b: {build: {context: .}}}"],
  ]);
  const environments: readonly (readonly [value: string, expected: string])[] = [
    ["node:${TAG:-22}", "docker.io/library/node:24 resolved"],
    ["node:$TAG", "docker.io/library/node:24 resolved"],
    ["node:${TAG:?tell}", "docker.io/library/node:24 resolved"],
    ["${IMAGE}", "ghcr.io/acme/app:1 resolved"],
    ["node:${EMPTY:-22}", "docker.io/library/node:22 resolved"],
    ["node${EMPTY-22}", "docker.io/library/node resolved"],
    ["node${TAG:+:$TAG}", "docker.io/library/node:24 resolved"],
    ["node${EMPTY:+:1}", "docker.io/library/node resolved"],
    ["node:${OTHER}", "? partial"],
  ];
  for (const [value, expected] of environments)
    it(`interpolates ${value} with the .env beside it`, () => {
      const source = service(`image: "${value}"`);
      const [use] = readCompose(source, "app/compose.yaml", (path) => siblings.get(path)).images;
      assert.equal(`${use?.reference ? formatReference(use.reference) : "?"} ${use?.resolution}`, expected);
      // What another file says is not edited here.
      if (/TAG|IMAGE/.test(value)) assert.deepEqual([use?.pinAt, use?.definedAt], [undefined, undefined]);
    });

  it("says which line of .env a value is from", () => {
    const [use] = readCompose(service("image: ${IMAGE}"), "app/compose.yaml", (path) => siblings.get(path)).images;
    const step = use?.chain.at(-1);
    assert.deepEqual([step?.file, step?.label], ["app/.env", "IMAGE in .env"]);
    assert.equal(siblings.get("app/.env")?.slice(step?.span.start, step?.span.end), "ghcr.io/acme/app:1");
  });

  for (const [name, expected] of [
    ["built", 0],
    ["further", 0],
    ["plain", 1],
    ["absent", 1],
  ] as const)
    it(`takes an image beside an extended service of another file that is ${name} for ${expected} references`, () => {
      const source = service(`extends: {file: base.yaml, service: ${name}}\nimage: a`);
      const { images } = readCompose(source, "app/compose.yaml", (path) => siblings.get(path));
      assert.equal(images.length, expected);
    });

  const values: readonly (readonly [value: string, expected: string, definedAt?: string])[] = [
    ["node:${TAG:-22}", "docker.io/library/node:22 resolved", "22"],
    ["node:${TAG-22}", "docker.io/library/node:22 resolved", "22"],
    ["${IMAGE:-node:22}", "docker.io/library/node:22 resolved", "node:22"],
    ["${IMAGE:-ghcr.io/${ORG:-acme}/app:1}", "ghcr.io/acme/app:1 resolved", "ghcr.io/${ORG:-acme}/app:1"],
    ["${REGISTRY:-ghcr.io}/acme/app:1", "ghcr.io/acme/app:1 resolved"],
    ["node:22${SUFFIX:+-alpine}", "docker.io/library/node:22 resolved"],
    ["node:${TAG}", "? partial"],
    ["node:$TAG", "? partial"],
    ["node:${TAG:?tell}", "? partial"],
    ["node:22-${V}", "? partial"],
    ["node@${DIGEST}", "? partial"],
    ["${IMAGE}", "? unresolved"],
    ["localhost:${PORT}/app", "? unresolved"],
    ["${R}/app:1", "? unresolved"],
    ["a$$b", "? unresolved"],
    ["node:${TAG:-}", "? partial"],
    ["node:${", "? partial"],
  ];
  for (const [value, expected, definedAt] of values)
    it(`interpolates ${value}`, () => {
      const document = expectUses(readCompose, service(`image: "«${value}»"`), [`image ${expected}`]);
      const place = document.images[0]?.definedAt;
      assert.equal(place && document.text.slice(place.start, place.end), definedAt);
    });

  it("says how a value came to be", () => {
    const { images, text } = readCompose(service("image: node:${TAG:-22}"), "compose.yaml");
    assert.deepEqual(
      images[0]?.chain.map(({ label, span }) => [label, text.slice(span.start, span.end)]),
      [["default of TAG", "22"]],
    );
  });

  it("shows an alias as such and leads to its anchor", () => {
    const source = 'x-image: &image "node:22"\nservices:\n  a: {image: «*image»}\n  b: {image: «*image»}\n';
    const { images, text } = expectUses(readCompose, source, Array(2).fill("image docker.io/library/node:22 resolved"));
    for (const { definedAt, chain } of images) {
      assert.equal(text.slice(definedAt?.start, definedAt?.end), "node:22");
      assert.equal(chain[0]?.label, "anchor image");
    }
  });

  it("lists an image that several services merge once, where it stands", () => {
    const source = "x-base: &base\n  image: «node:22»\nservices:\n  a: {<<: *base}\n  b: {<<: *base}\n  c: *base\n";
    expectUses(readCompose, source, ["image docker.io/library/node:22 literal"]);
  });

  it("lets a service's own image win over a merged one", () => {
    const source = "x-base: &base\n  image: node:20\nservices:\n  a: {<<: *base, image: «node:22»}\n";
    expectUses(readCompose, source, ["image docker.io/library/node:22 literal"]);
  });

  it("keeps the platform", () => {
    const document = readCompose(service("image: node\nplatform: linux/arm64"), "compose.yaml");
    assert.equal(document.images[0]?.platform, "linux/arm64");
  });

  it("reads an inline Dockerfile, with dollar signs escaped for compose", () => {
    const source = service(
      "build:\n  dockerfile_inline: |\n    ARG V=22\n    FROM «node:$${V}» AS base\n    FROM «alpine:3»\n    COPY --from=base /a /b\n    RUN cosign sign x",
    );
    const document = expectUses(readCompose, source, [
      "from docker.io/library/node:22 resolved",
      "from docker.io/library/alpine:3 literal",
    ]);
    const place = document.images[0]?.definedAt;
    assert.equal(document.text.slice(place?.start, place?.end), "22");
    const [command] = document.commands;
    assert.equal(document.text.slice(command?.span.start, command?.span.end), "cosign sign x");
  });

  it("says where an image is no reference, and lists the others", () => {
    const document = readCompose("services:\n  a: {image: Not An Image}\n  b: {image: node}\n", "compose.yaml");
    assert.equal(document.images.length, 1);
    assert.deepEqual(
      document.problems.map(({ code }) => code),
      ["reference-invalid"],
    );
  });

  it("replaces the digest that is there", () => {
    const { images, text } = readCompose(service(`image: "node:22@sha256:${"1".repeat(64)}"`), "compose.yaml");
    const { pinAt } = images[0]!;
    assert.equal(text.slice(pinAt?.start, pinAt?.end), `@sha256:${"1".repeat(64)}`);
  });

  it("pins so that the file reads to the pinned image", () => {
    const digest = `sha256:${"1".repeat(64)}`;
    const forms = [
      "node:22",
      '"node:22"',
      "'node:22'",
      ">-\n  node:22",
      "node",
      `node@${digest}`,
      `"node:22@${digest}"`,
      '"${IMAGE:-node:22}"',
      "node:${TAG:-22}",
      '"${IMAGE:-ghcr.io/${ORG:-acme}/app}"',
      "${R:-ghcr.io}/acme/app:1",
      `\${IMAGE:-node@${digest}}`,
      "ghcr.io:443/acme/app",
      "&anchor node:22",
    ];
    for (const form of forms) assert.equal(expectPinsToHold(readCompose, service(`image: ${form}`)), 1, form);
    assert.equal(expectPinsToHold(readCompose, "x: &i 'node:22'\nservices: {a: {image: *i}}"), 1);
    assert.equal(expectPinsToHold(readCompose, "services: {a: {image: node:22, x: y}}"), 1);
  });

  it("offers no pin where the value is not known or a tag comes after it", () => {
    for (const value of ["node:${TAG}", "node:22${S:+x}${T}"])
      assert.equal(readCompose(service(`image: ${value}`), "c.yaml").images[0]?.pinAt, undefined, value);
  });

  it("bounds a value and an alias bomb", () => {
    const long = readCompose(service(`image: ${"${a:-".repeat(5000)}x${"}".repeat(5000)}`), "c.yaml");
    assert.deepEqual([long.images.length, long.problems.map(({ code }) => code)], [0, ["reference-invalid"]]);
    const deep = readCompose(service(`image: ${"${a:-".repeat(100)}x${"}".repeat(100)}`), "c.yaml");
    assert.equal(deep.images[0]?.resolution, "unresolved");
  });

  it("reads a file with byte-order mark", () => {
    const [use] = readCompose(`\ufeff${service("image: node")}`, "c.yaml").images;
    assert.equal(use?.span.start, service("image: ").indexOf("image:") + "image: ".length);
    assert.equal(use?.reference && formatReference(use.reference), "docker.io/library/node");
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      readCompose,
      `x-i: &i "node:\${T:-1}"\nservices:\n  a: {image: *i}\n  b:\n    <<: &m {image: 'b@${pin}'}\n    build:\n      dockerfile_inline: |\n        FROM a$$b\n        RUN echo $$(x)\n`,
    );
  });

  it("reads no output in a file that is merged into one that builds the service", () => {
    const base = "services: {built: {build: .}, plain: {image: x}, further: {extends: built}, reset: {build: .}}";
    const override =
      "services: {built: {image: a}, plain: {image: b}, further: {image: c}, new: {image: d}, reset: {build: !reset null, image: e}}";
    const read = (path: string) =>
      readCompose(override, path, (file) => (file === "app/compose.yaml" ? base : undefined)).images.map(
        ({ text }) => text,
      );
    assert.deepEqual(read("app/compose.override.yml"), ["b", "d", "e"]);
    assert.deepEqual(read("app/compose.prod.yml"), ["a", "b", "c", "d", "e"]);
  });
});
