import assert from "node:assert/strict";
import { mayHoldReferences } from "../../../src/core/document/detect.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "box/Vagrantfile");

const full = `# -*- mode: ruby -*-
# d.run "no:1"
IMAGE = ENV.fetch("IMAGE", "r.io/a:1")
TAG = ENV['TAG'] || '2'
SOME = ENV["SOME"]
$setup = <<-'SCRIPT'
  echo "it's #{no:2}"
  docker pull «r.io/s:1»
SCRIPT
=begin
docker.run "no:3"
=end
Vagrant.configure("2") do |config|
  config.vm.box = "debian/bookworm64"
  config.vm.box_version = "1" if RUBY_PLATFORM =~ /"dar'win/
  config.vm.provision "docker" do |d|
    d.pull_images "«busybox»"
    d.pull_images("«r.io/b:#{TAG}»", '«r.io/c:1'»')
    d.pull_images %w[«r.io/d:1» «r.io/e:1»]
    d.build_image "/src", args: "--pull -t me/app"
    d.run "me/app", args: "-p 80:80"
    d.run "web",
      image: «IMAGE»,
      args: "-v 'no:4:/x'"
    d.run "db", :image => "«postgres:17»", :cmd => "docker run no:5"
    d.run "«redis:#{SOME}»" # docker.run "no:6"
    d.post_install_provision "shell", inline: "docker pull «r.io/f:1»"
  end
  config.vm.provision :docker, images: ["«r.io/g:1»"]
  config.vm.provision "base", type: "docker", run: "always" do |d|
    d.pull_images "«r.io/j:1»"
  end
  config.vm.define "one" do |one|
    one.vm.provider :docker do |docker|
      docker.image = "«r.io/h:1»"
      docker.name = "no:7"
    end
    one.vm.provider "cloud" do |d|
      d.image = "no:8"
    end
    one.vm.provision "shell", inline: $setup
    one.vm.provision :shell, :inline => $setup, path: "no:9"
    one.vm.provision "shell" do |s|
      s.inline = <<~SCRIPT
        docker run -d \\\\
          --name "x" «r.io/i:#{TAG}» "$1"
        cat > y <<EOF
        docker pull no:10
        EOF
      SCRIPT
    end
  end
end
`.replace("'«r.io/c:1'»'", "'«r.io/c:1»'");

describe("readVagrantfile", () => {
  it("reads the images of Docker's provisioner and provider, and the scripts of shells", () => {
    const document = expectUses(read, full, [
      "command r.io/s:1 literal",
      "pull_images docker.io/library/busybox literal",
      "pull_images r.io/b:2 resolved",
      "pull_images r.io/c:1 literal",
      "pull_images r.io/d:1 literal",
      "pull_images r.io/e:1 literal",
      "run r.io/a:1 resolved",
      "run docker.io/library/postgres:17 literal",
      "run ? partial",
      "command r.io/f:1 literal",
      "pull_images r.io/g:1 literal",
      "pull_images r.io/j:1 literal",
      "image r.io/h:1 literal",
      "command r.io/i:2 resolved",
    ]);
    assert.equal(document.dialect, "vagrantfile");
  });

  it("is told by its name", () => {
    for (const path of ["Vagrantfile", "a/Vagrantfile.host", "dev.Vagrantfile"]) {
      assert.equal(readDocument("", path).dialect, "vagrantfile");
      assert.ok(mayHoldReferences(path));
    }
    assert.equal(readDocument("", "notes/Vagrantfiles.md").dialect, "unrecognised");
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 8);
    expectToSurvive(read, plain);
    assert.equal(read(plain.replaceAll("\n", "\r\n")).images.length, read(plain).images.length);
  });
});
