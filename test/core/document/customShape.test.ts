import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

function resource(type: string, body: string): string {
  const slash = type.lastIndexOf("/");
  return `apiVersion: ${type.slice(0, slash)}\nkind: ${type.slice(slash + 1)}\n${body}\n`;
}

describe("readShape", () => {
  const table: readonly (readonly [name: string, type: string, body: string, expected: readonly string[]])[] = [
    [
      "images that are described by keys of their own",
      "example.com/v1/Foo",
      "spec: {tagged: {image: {registry: a.io, name: «b/tagged», tag: v1}}, wasm: [{code: {image: {url: «a.io/wasm:2», sha256: x}}}], source: {image: {ref: «a.io/catalog:1»}}, image: {application: «a/server:7», init: «a/init:2», pullPolicy: Always}, other: {image: {name: «a.io/named», url: 'https://a.io/b:1'}}, schema2: {image: {default: 'a.io/b:1', name: word:1}}}",
      [
        "image a.io/b/tagged:v1 resolved",
        "image a.io/wasm:2 literal",
        "image a.io/catalog:1 literal",
        "image docker.io/a/server:7 literal",
        "image docker.io/a/init:2 literal",
        "image a.io/named literal",
      ],
    ],
    [
      "a name alone that a resource runs",
      "example.com/v1/CronTab",
      "spec: {image: «acme-cron»}",
      ["image docker.io/library/acme-cron literal"],
    ],
    [
      "an image of which a person fills in a part",
      "example.com/v1/Server",
      "spec: {image: «r.io/<your-name>/server:1», other: {image: <image>}}",
      ["image ? unresolved"],
    ],
    [
      "what a resource of somebody's own runs who leaves out the group",
      "v1/Foo",
      "spec: {any: {containers: [{image: «acme/a:1»}]}}",
      ["image docker.io/acme/a:1 literal"],
    ],
    ["nothing that a resource of the core group names", "v1/ConfigMap", "spec: {containers: [{image: acme/a:1}]}", []],
    ["no name alone that a machine boots from", "example.com/v1/WorkerMachine", "spec: {image: acme-cron}", []],
    [
      "no name alone under another key",
      "example.com/v1/CronTab",
      "spec: {baseImage: acme-cron, below: {image: acme-cron}}",
      [],
    ],
    [
      "an image whose tag a range chooses",
      "packaging.carvel.dev/v1alpha1/PackageRepository",
      "spec: {fetch: {imgpkgBundle: {image: «a.io/packages», tagSelection: {semver: {constraints: 1.9.x}}}}}",
      ["image ? partial"],
    ],
    [
      "a repository under its short name",
      "example.com/v1/Foo",
      "spec: {image: {repo: «a/b», tag: 1.2-x}, source: {repo: 'https://a.io/b', tag: v1}}",
      ["image docker.io/a/b:1.2-x resolved"],
    ],
    [
      "nothing that is written on resources or chooses their nodes",
      "example.com/v1/Foo",
      "spec: {podAnnotations: {image: a/b:1}, serviceLabels: {image: a/c:1}, nodeSelector: {image: a/d:1}, image: «a/e:1»}",
      ["image docker.io/a/e:1 literal"],
    ],
    [
      "disks of machines wherever they are described",
      "pool.kubevirt.io/v1alpha1/VirtualMachinePool",
      "spec: {virtualMachineTemplate: {spec: {template: {spec: {volumes: [{containerDisk: {image: «fedora»}}]}}}}}",
      ["volume docker.io/library/fedora literal"],
    ],
    [
      "disks of machines by their first name",
      "kubevirt.io/v1alpha2/VirtualMachineInstance",
      "spec: {volumes: [{registryDisk: {image: «fedora»}}]}",
      ["volume docker.io/library/fedora literal"],
    ],
    [
      "what is left to fill in, in resources of any kind",
      "example.com/v1/Foo",
      "spec: {image: '«a.io/a:${V}»', baseImage: '«${R}/a/b:${V}»', proxyImage: '«a.io/p:${V:=v1}»', dataImage: '${IMAGE}', diskImage: '${A}/${B}', userImage: '${X}.png', plainImage: '${X}-b'}",
      ["image ? partial", "image ? unresolved", "image a.io/p:v1 resolved"],
    ],
    [
      "parameters of a template, in resources of any kind",
      "template.openshift.io/v1/Template",
      "parameters: [{name: I, value: a.io/b}, {name: T, value: '2'}, {name: W, value: word}]\nobjects: [{apiVersion: example.com/v1, kind: Foo, spec: {image: '«${I}:${T}»', baseImage: '${W}', nextImage: '${N}'}}]",
      ["image a.io/b:2 resolved"],
    ],
    [
      "images whose tags stand under keys that are called after theirs",
      "example.com/v1/Foo",
      "spec: {image: «quay.io/a/foo», image_version: 21.0.0, redis_image: «redis», redis_image_version: '7', pgImage: «a/pg», pgImageTag: '', webImage: «a/web:1», webImageTag: '2', otherImage: word, version: '9', containers: [{image: «a», imageTag: '3'}]}",
      [
        "image quay.io/a/foo:21.0.0 resolved",
        "image docker.io/library/redis:7 resolved",
        "image docker.io/a/pg literal",
        "image docker.io/a/web:1 literal",
        "image docker.io/library/a literal",
      ],
    ],
    [
      "images under keys that say how they are written",
      "example.com/v1/Foo",
      "spec: {workImagePullSpec: «quay.io/a/b:1», imageSpec: '«a.io/s»', webImageRef: «a/b», imageURI: «a.io/u:2», imageURL: 'https://a.io/b:1', imageReference: word, imageSpecs: a.io/b:1}",
      ["image quay.io/a/b:1 literal", "image a.io/s literal", "image docker.io/a/b literal", "image a.io/u:2 literal"],
    ],
    [
      "containers under names",
      "example.com/v1/Foo",
      "spec: {initContainers: {a: {image: «alpine», env: {image: x}}}, containers: [{image: «node», resources: {image: x}}]}",
      ["image docker.io/library/alpine literal", "image docker.io/library/node literal"],
    ],
    [
      "images that each have a name",
      "example.com/v1/Foo",
      "spec: {images: {a: «quay.io/a/b», b: «a/c:1», c: a/c, d: '1.2', e: [x/y:1], tags: {f: «a/d:1»}}, other: {a: quay.io/a/b}}",
      ["image quay.io/a/b literal", "image docker.io/a/c:1 literal", "image docker.io/a/d:1 literal"],
    ],
    [
      "a list of images",
      "example.com/v1/Foo",
      "spec: {images: [«quay.io/a/b», 'quay.io/*', node, «a/c:1», {name: a/d:1}, a.png]}",
      ["image quay.io/a/b literal", "image docker.io/a/c:1 literal"],
    ],
  ];
  for (const [name, type, body, expected] of table)
    it(`reads ${name}`, () => {
      expectUses(readKubernetes, resource(type, body), expected);
      expectToSurvive((text) => readKubernetes(text, "a.yaml"), resource(type, body).replaceAll(/[«»]/g, ""));
    });
});
