import assert from "node:assert/strict";
import { readNix } from "../../../src/core/document/nix.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSpansInside, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const digest = `sha256:${"cd".repeat(32)}`;

const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
  [
    "containers of NixOS, however their keys are written",
    `{
  virtualisation.oci-containers.containers.a.image = "«nginx:1.27»";
  virtualisation.oci-containers.containers."b c" = { image = "«redis»"; environment.image = "not:1"; };
  virtualisation.oci-containers.containers.\${name} = { image = "«ghcr.io/acme/c:1»"; };
  virtualisation = { oci-containers = { backend = "podman"; containers = lib.mkMerge [ { d = { image = "«d:1»"; }; } ]; }; };
  services.podman.containers.e = lib.mkIf on { image = "«e:1»"; };
}`,
    "container docker.io/library/nginx:1.27 literal",
    "container docker.io/library/redis literal",
    "container ghcr.io/acme/c:1 literal",
    "container docker.io/library/d:1 literal",
    "container docker.io/library/e:1 literal",
  ],
  [
    "names, followed to what the file says of them",
    `{ given ? "acme/given:1", other, ... }:
let
  image = "ghcr.io/acme/web:1@${digest}";
  name = "acme/api"; appImage = "ghcr.io/acme/app"; version = "2.0";
  set = { image = "acme/set:3"; };
in rec {
  tag = "4";
  virtualisation.oci-containers.containers = {
    a = { inherit «image»; };
    b.image = "«\${name}:\${version}»";
    k.image = "«\${appImage}:\${version}»";
    c.image = «"redis:" + tag»;
    d = { inherit (set) «image»; };
    e.image = «given»;
    f.image = «lib.mkDefault "f:1"»;
    g.image = «other»;
    h.image = "«\${other}:1»";
    i.image = "«acme/i:\${toString other}»";
    j.image = «if on then "j:1" else "k:1"»;
  };
}`,
    `container ghcr.io/acme/web:1@${digest} resolved`,
    "container docker.io/acme/api:2.0 resolved",
    "container ghcr.io/acme/app:2.0 resolved",
    "container docker.io/library/redis:4 resolved",
    "container docker.io/acme/set:3 resolved",
    "container docker.io/acme/given:1 resolved",
    "container docker.io/library/f:1 literal",
    "container ? unresolved",
    "container ? unresolved",
    "container ? partial",
    "container ? unresolved",
  ],
  [
    "an option's default",
    `let cfg = config.services.web; in with lib; assert on; {
  options.services.web.image = lib.mkOption { type = lib.types.str; default = "quay.io/acme/web:5"; };
  config = with lib; {
    virtualisation.oci-containers.containers.web.image = «cfg.image»;
  };
}`,
    "container quay.io/acme/web:5 resolved",
  ],
  [
    "a name by what is nearest",
    `let tag = "1"; in {
  virtualisation.oci-containers.containers.a = let tag = "2"; in { image = "«a:\${tag}»"; };
  virtualisation.oci-containers.containers.b.image = "«b:\${tag}»";
  virtualisation.oci-containers.containers.c = (tag: { image = "«c:\${tag}»"; }) "3";
}`,
    "container docker.io/library/a:2 resolved",
    "container docker.io/library/b:1 resolved",
    "container ? partial",
  ],
  [
    "functions that make containers",
    `{ lib, ... }:
let
  arr = name: port: { image = "ghcr.io/acme/\${name}:latest"; ports = [ port ]; };
  plain = image: { inherit image; autoStart = true; };
  taken = { image, tag ? "2", ... }@given: { image = "\${image}:\${tag}"; volumes = given.volumes; };
  same = { image, ... }: { inherit image; };
  fixed = name: { image = "«acme/fixed:1»"; autoStart = true; };
  services = { one = { image = "«ghcr.io/acme/one:1»"; }; };
in {
  virtualisation.oci-containers.containers = {
    a = «arr "sonarr" "1"»;
    b = plain "«b:1»";
    c = lib.mkIf on ((plain "«c:1»") // { volumes = [ ]; });
    d = taken { image = "«acme/d»"; volumes = [ ]; };
    e = same { image = "«e:1»"; };
    f = fixed "f";
  } // lib.mapAttrs (name: one: { image = one.image; }) services;
}`,
    "image docker.io/acme/fixed:1 literal",
    "image ghcr.io/acme/one:1 literal",
    "container ghcr.io/acme/sonarr:latest resolved",
    "container docker.io/library/b:1 literal",
    "container docker.io/library/c:1 literal",
    "container docker.io/acme/d:2 resolved",
    "container docker.io/library/e:1 literal",
  ],
  [
    "attributes that see each other",
    `{ virtualisation.oci-containers.containers.a = rec { version = "3"; image = "«acme/a:\${version}»"; }; }`,
    "container docker.io/acme/a:3 resolved",
  ],
  [
    "other modules, and helpers of one's own",
    `{
  virtualisation.quadlet.containers.q.containerConfig.image = "«quay.io/acme/q:1»";
  services.web.service.image = "«web:1»";
  services.gitlab-runner.services.x.dockerImage = "«alpine»";
  services.gitea-actions-runner.instances.x.labels = [ "ubuntu:docker://«node:22»" "native:host" ];
  y = mine { z = { image = "«acme/z»"; ports = [ "80:80" ]; }; };
  x = helper { image = "«ghcr.io/acme/x:1»"; sidecarImage = "«quay.io/acme/y»"; };
}`,
    "container quay.io/acme/q:1 literal",
    "service docker.io/library/web:1 literal",
    "runner docker.io/library/alpine literal",
    "runner docker.io/library/node:22 literal",
    "image docker.io/acme/z literal",
    "image ghcr.io/acme/x:1 literal",
    "image quay.io/acme/y literal",
  ],
  [
    "nothing that is no image, or is loaded from a file",
    `{
  boot.image = "ubuntu"; wallpaper.image = "./a/b.png"; disk.image = "iso/nixos.iso"; label = "ghcr.io/acme/x:1";
  # image = "ghcr.io/acme/x:1";
  text = ''
    image = "ghcr.io/acme/x:1";
  '';
  virtualisation.oci-containers.containers.a = { image = "a:1"; imageFile = built; };
  out = pkgs.dockerTools.buildImage { name = "ghcr.io/acme/out"; tag = "1"; };
}`,
  ],
];

const digestOf = `{ a = pkgs.dockerTools.pullImage { imageName = «elemAt parts 0 + elemAt parts 1»; imageDigest = elemAt parts 2; }; }`;
const scripts = `{ pkgs, lib, ... }:
let version = "2"; image = "ghcr.io/acme/g:1"; other = "docker run no:1"; in {
  systemd.services.a = {
    path = [ pkgs.docker ];
    preStart = "docker pull «a:1»";
    script = ''
      # docker run no:2
      docker run --rm «b:\${version}» "''\${HOME}"
      if ! docker pull «\${(builtins.getAttr name x).image}»; then exit 1; fi
    '';
    serviceConfig.ExecStart = "\${pkgs.docker}/bin/docker run «c:1» --flag";
    serviceConfig.ExecStartPre = [ "-\${lib.getExe pkgs.podman} pull «d:1»" ];
    description = "docker run no:3";
  };
  g.script = "docker run «\${image}»";
  e = pkgs.writeShellScriptBin "e" ''
    docker run «e:1»
  '';
  f = pkgs.writeShellApplication { name = "f"; text = ''docker run «f:1»''; };
  environment.etc.g.text = ''docker run no:4'';
}`;

describe("Nix modules", () => {
  it("have expressions to their end", () => {
    expectUses(readNix, digestOf, ["pull ? unresolved"]);
  });

  it("have names that grow without end cut off", () => {
    const names = Array.from({ length: 40 }, (_, at) => `a${at} = "\${a${at + 1}}\${a${at + 1}}";`).join(" ");
    for (const text of [names, 'a0 = "${a1}${a1}"; a1 = "${a0}${a0}";'])
      expectUses(readNix, `let ${text} in { virtualisation.oci-containers.containers.x.image = "«\${a0}»"; }`, [
        "container ? unresolved",
      ]);
  });

  it("have scripts", () => {
    const read = (text: string) => readDocument(text, "modules/a.nix");
    const document = expectUses(read, scripts, [
      "command docker.io/library/a:1 literal",
      "command docker.io/library/b:2 resolved",
      "command ? unresolved",
      "command docker.io/library/c:1 literal",
      "command docker.io/library/d:1 literal",
      "command ghcr.io/acme/g:1 resolved",
      "command docker.io/library/e:1 literal",
      "command docker.io/library/f:1 literal",
    ]);
    expectSpansInside(document);
    expectToSurvive(read, scripts.replaceAll(/[«»]/g, "").slice(0, 450));
  });

  it("need a value", () => {
    for (const value of [']"b:1"', ";", '}"c:1"']) {
      const text = `{ virtualisation.oci-containers.containers.a.image = ${value}; }`;
      assert.deepEqual(readNix(text, "a.nix").images, [], value);
    }
  });

  for (const [name, text, ...uses] of rows) {
    it(`have ${name}`, () => {
      expectUses(readNix, text, uses);
    });
    it(`survive mutations of ${name}`, () => {
      const plain = text.replaceAll(/[«»]/g, "");
      expectToSurvive(readNix, plain);
      expectPinsToHold(readNix, plain);
    });
  }
});
