import { readDrone, readWoodpecker } from "../../../src/core/document/containerPipeline.ts";
import { expectUses } from "../../helpers/imageUses.ts";

describe("readPluginSettings", () => {
  const steps = (settings: string): string =>
    `kind: pipeline\nsteps:\n- name: a\n  image: «plugins/docker»\n  settings:\n    repo: acme/out\n${settings.replace(/^/gm, "    ")}\n`;
  const cases: readonly (readonly [name: string, settings: string, expected: readonly string[]])[] = [
    ["a cache", "cache_from: «acme/out:cache»", ["cache-from docker.io/acme/out:cache literal"]],
    [
      "caches between commas",
      "cache_from: «a/b:1», «a/c:2»",
      ["cache-from docker.io/a/b:1 literal", "cache-from docker.io/a/c:2 literal"],
    ],
    [
      "a list of caches as the builder has them",
      'cache_from: ["type=registry,ref=«a/b:1»", "type=local,src=x", «a/c:2»]\ncache_to: ["type=registry,ref=a/no:1,mode=max"]\ncache_images: [«a/d:3»]',
      [
        "cache-from docker.io/a/b:1 literal",
        "cache-from docker.io/a/c:2 literal",
        "cache-from docker.io/a/d:3 literal",
      ],
    ],
    [
      "arguments in a list",
      'build_args: ["BASE_IMAGE=«debian:12»", VERSION=a:1, "no:1"]',
      ["argument docker.io/library/debian:12 literal"],
    ],
    [
      "arguments by name",
      "build_args: {BASE: «debian:12», VERSION: a:1}",
      ["argument docker.io/library/debian:12 literal"],
    ],
    ["arguments in a text", "build_args: A=b,BASE=«debian:12»", ["argument docker.io/library/debian:12 literal"]],
    [
      "no switches and no secrets",
      "cache_from: {from_secret: a}\ncache_images: true\nbuild_args: {from_secret: b}",
      [],
    ],
  ];
  for (const [name, settings, expected] of cases)
    it(`reads ${name}`, () => {
      const own = "image docker.io/plugins/docker literal";
      expectUses((text) => readDrone(text, ".drone.yml"), steps(settings), [own, ...expected]);
      expectUses((text) => readWoodpecker(text, ".woodpecker.yml"), steps(settings), [own, ...expected]);
    });

  it("reads those of older formats, and none of a step that has commands", () =>
    expectUses(
      (text) => readDrone(text, ".drone.yml"),
      "pipeline:\n  a:\n    image: «plugins/docker»\n    repo: acme/out\n    cache_from: [«a/b:1»]\n  b:\n    image: «alpine»\n    commands: [ls]\n    cache_from: a/no:1\n",
      [
        "image docker.io/plugins/docker literal",
        "cache-from docker.io/a/b:1 literal",
        "image docker.io/library/alpine literal",
      ],
    ));
});
