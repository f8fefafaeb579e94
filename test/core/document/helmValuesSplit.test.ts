import { readHelmValuesFile as read } from "../../../src/core/document/helmChart.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;

describe("splitOf", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "whole images as repositories, beside what says when they are pulled",
      "jammy:\n  api: {repository: «a/b:1», pull_policy: Always}\n  web: {repository: «a/c:2», image_pull_policy: Always}\n  git: {repository: a/d, branch: x}",
      ["image docker.io/a/b:1 literal", "image docker.io/a/c:2 literal"],
    ],
    [
      "the registry of all images that charts of Rancher's put before others",
      "global: {cattle: {systemDefaultRegistry: r.io/m}}\na: {image: {repository: «a/b», tag: '1'}}\nb: {image: {registry: own.io, repository: «c/d», tag: '1'}}\nc: {image: {repository: «q.io/e/f», tag: '1'}}",
      ["image r.io/m/a/b:1 resolved", "image own.io/c/d:1 resolved", "image q.io/e/f:1 resolved"],
    ],
    [
      "the registry of all images in charts of a distribution's",
      "global: {systemDefaultRegistry: r.io}\nimage: {repository: «a/b», tag: '1'}",
      ["image r.io/a/b:1 resolved"],
    ],
    [
      "a registry as a repo and a name of an image",
      "image: {repo: r.io, imageName: «a/b», tag: v1}\nweb: {image: {imageName: «c/d», tag: v2}}",
      ["image r.io/a/b:v1 resolved", "image docker.io/c/d:v2 resolved"],
    ],
    [
      "a text and the version that is usual for it",
      "server: {image: «r.io/a/b», defaultImageVersion: 23.04-x}",
      ["image r.io/a/b:23.04-x resolved"],
    ],
    [
      "several images under the key of one",
      "image:\n  api: {repository: «r.io/a/api»}\n  web: {repository: «a/web», tag: '1'}\n  pullSecrets: {repository: ''}",
      ["image r.io/a/api literal", "image docker.io/a/web:1 resolved"],
    ],
    [
      "a registry, a folder in it, a name and a tag",
      "web: {image: {registry: hub.io, repository: «acme», name: web, tag: 1.2-x}}\nlong: {image: {registry: hub.io, repository: «acme/long», name: main, tag: 3.4-x}}\nsame: {image: {registry: hub.io, repository: «same», name: same, tag: 5.6-x}}",
      [
        "image hub.io/acme/web:1.2-x resolved",
        "image hub.io/acme/long:3.4-x resolved",
        "image hub.io/same:5.6-x resolved",
      ],
    ],
    [
      "names with versions, and keys that begin with a capital",
      "minio: {imageName: «acme/minio», version: '1.0', connectImage: «acme/connect», connectVersion: 1.0.1, coreDNSImage: «acme/dns», coreDNSTag: 1.0.2}\nMaster: {Image: «acme/main», ImageTag: lts}\nscheduler: {kubeSchedulerImageName: «k.io/scheduler»}\ndefaults: {images: {repository: r.io/acme, prefix: acme-}}",
      [
        "image docker.io/acme/minio:1.0 resolved",
        "image docker.io/acme/connect:1.0.1 resolved",
        "image docker.io/acme/dns:1.0.2 resolved",
        "image docker.io/acme/main:lts resolved",
        "image k.io/scheduler literal",
      ],
    ],
    [
      "no images that are only let through or kept",
      "excludedImages: [docker.io/library/a:1]\nallowed_images: [docker.io/library/b:1]\nignoreImages: {x: docker.io/library/c:1}\nextraImages: [«docker.io/library/d:1»]",
      ["image docker.io/library/d:1 literal"],
    ],
    [
      "a digest with its sign where a tag goes",
      `image: {repository: «a/b», tag: "@${digest}"}`,
      [`image docker.io/a/b@${digest} resolved`],
    ],
    [
      "no tags with digests that stand alone",
      `image: {tag: "main@${digest}"}\nb: {image: {repository: "", tag: "v1@${digest}", tagOverride: "v2@${digest}"}}\nc: {jobImage: {imageVersion: "v1@${digest}"}}\nd: {image: {tag: «a/b@${digest}»}}`,
      [`image docker.io/a/b@${digest} literal`],
    ],
    [
      "no images of machines",
      "bastion: {image: ubuntu22.04, flavor: m1}\nworkers: [{image: talos, instanceType: c5}, {image: debian-12, server_type: x2}]\nvm: {image: «r.io/a/disk», instanceType: u1}\napp: {image: «nginx», type: web}",
      ["image r.io/a/disk literal", "image docker.io/library/nginx literal"],
    ],
  ];
  for (const [name, source, expected] of table) it(`reads ${name}`, () => void expectUses(read, source, expected));
});
