import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { imagesOf } from "../../../src/core/shell/imageCommands.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "roles/web/tasks/main.yml");

const full = `---
# image: no:1
- name: docker run no:2
  hosts: all
  vars:
    tag: "1.2"
    image: ghcr.io/a/b
  tasks:
    - name: Run
      community.docker.docker_container:
        name: no:3
        image: "«{{ image }}:{{ tag }}»"
        env: { IMAGE: no:4 }
    - docker_container: { image: «redis:7» }
    - kolla_container: { action: pull_image, image: «a/kolla:1» }
    - containers.podman.podman_container:
        image: "«{{ other | default('nginx:1') }}»"
    - docker_image: { name: «a/b», tag: "{{ tag }}", source: pull }
    - community.docker.docker_image: { name: no:5, source: build, build: { path: . } }
    - docker_image: { name: «a/c:1» }
    - docker_container: { image: "«{{ missing }}»" }
    - docker_container: { image: «{{ item }}» }
      loop: [x:1, y:2]
    - block:
        - shell: docker run --rm «busybox:{{ tag }}» ls
          vars: { tag: "9" }
        - ansible.builtin.command:
            cmd: docker pull «alpine:3»
        - command: { argv: [docker, pull, «alpine:4»] }
        - debug: { msg: docker run no:6 }
    - shell: docker run «php:{{ v }}» && docker run «php:{{ w }}»
      vars: { v: 8.0, w: 8.10 }
    - command: docker pull «{{ lookup('env', 'IMAGE') | default('a/d:1', true) }}»
    - shell: docker pull «{{ none | default('a/d:2') }}»; docker pull «{{ none | default('a/d:3') }}»
`.replace("{ image: «{{ item }}» }", '{ image: "«{{ item }}»" }');

describe("readAnsible", () => {
  it("reads container modules and commands", () => {
    const document = expectUses(read, full, [
      "docker_container ghcr.io/a/b:1.2 resolved",
      "docker_container docker.io/library/redis:7 literal",
      "kolla_container docker.io/a/kolla:1 literal",
      "podman_container docker.io/library/nginx:1 resolved",
      "docker_image docker.io/a/b:1.2 resolved",
      "docker_image docker.io/a/c:1 literal",
      "docker_container ? unresolved",
      "docker_container docker.io/library/x:1 resolved",
      "docker_container docker.io/library/y:2 resolved",
      "command docker.io/library/busybox:9 resolved",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/alpine:4 literal",
      "command docker.io/library/php:8.0 resolved",
      "command docker.io/library/php:8.1 resolved",
      "command docker.io/a/d:1 resolved",
      "command docker.io/a/d:2 resolved",
      "command docker.io/a/d:3 resolved",
    ]);
    assert.equal(document.dialect, "ansible");
  });

  it("reads commands once for each item of a loop, and engines that variables name", () =>
    void expectUses(
      read,
      `- hosts: all
  vars: { img: r.io/a, all: { a: { image: "q:1" }, b: { image: "w:2" } } }
  tasks:
    - command: docker pull «{{ item.image }}:{{ item.tag }}»
      with_items:
        - { image: a/b, tag: 1 }
        - { image: c/d, tag: 2 }
    - command: { argv: [docker, pull, "«{{ one }}»"] }
      loop: [x:1]
      loop_control: { loop_var: one }
    - command: docker pull «{{ item.value.image }}»
      with_dict: "{{ all }}"
    - shell: docker pull «{{ item.value.image }}»
      loop: "{{ all | dict2items }}"
    - shell: "{{ container_binary }} run --rm «{{ img }}:3» sh"
    - shell: "{{ base_host_command_docker }} pull «{{ img }}:4»"
    - shell: "{{ package_tool }} install {{ img }}:5"
    - shell: docker run {{ settings | join(' ') }} «{{ img }}:6» sh
    - ansible.builtin.expect: { command: "docker run -it «{{ img }}:7» init", responses: { Name: docker pull n:1 } }
    - cron: { name: docker pull n:2, minute: 0, job: "docker run --rm «{{ img }}:8»" }
    - cron: name="docker pull n:3" minute=0 state=absent
    - shell: docker run {{ (owner | id_options(1)) | join(" ") }} «{{ img | quote }}:9» sh
`,
      [
        "command docker.io/a/b:1 resolved",
        "command docker.io/c/d:2 resolved",
        "command docker.io/library/x:1 resolved",
        "command docker.io/library/q:1 resolved",
        "command docker.io/library/w:2 resolved",
        "command docker.io/library/q:1 resolved",
        "command docker.io/library/w:2 resolved",
        "command r.io/a:3 resolved",
        "command r.io/a:4 resolved",
        "command r.io/a:6 resolved",
        "command r.io/a:7 resolved",
        "command r.io/a:8 resolved",
        "command r.io/a:9 resolved",
      ],
    ));

  it("reads a command that no shell reads as one line", () =>
    void expectUses(
      read,
      `- hosts: all
  tasks:
    - command: >
        podman run -d --name web
          --publish 80:80
          «a/b:1»
          sh -c 'docker pull no:1
          run'
    - ansible.builtin.command:
        cmd: |
          docker run --rm \\
            -v "/a
            b:/c"
            «a/b:2» ls
    - shell: |
        docker pull «a/b:3»
        docker pull «a/b:4»
    - template:
        src: a.j2
        dest: /etc/a
        validate: >-
          /usr/bin/podman run --rm
          --volume %s:/a:ro
          «a/b:5» check
    - copy: { content: docker pull no:2, dest: /a, validate: "docker run -v %s:/x «a/b:6» -t /x" }
    - debug: { validate: docker pull no:3 }
`,
      [
        "command docker.io/a/b:1 literal",
        "command docker.io/a/b:2 literal",
        "command docker.io/a/b:3 literal",
        "command docker.io/a/b:4 literal",
        "command docker.io/a/b:5 literal",
        "command docker.io/a/b:6 literal",
      ],
    ));

  it("reads what statements leave of a command or an image, once, and knows no choice within a word", () =>
    expectUses(
      read,
      `- hosts: all
  vars: { img: r.io/a }
  tasks:
    - command: >
        podman image inspect «{{ img }}:1»
        --format {% raw %}'{{.Digest}} {{ img }}:2'{% endraw %}
    - command: "docker run {% if gpu %}--gpus all{% else %}-d{% endif %} {# no:1 #} «{{ img }}:3» ls"
    - command: docker run {% for e in all %}-e {{ e }} {% endfor %}«{{ img }}:4» {% raw %}{{ img }}:5{% endraw %}
    - command: docker pull «{{ img }}:{% if arm %}6{% else %}7{% endif %}»
    - docker_container: { image: "«a/x{% if arm %}-arm{% endif %}:1»" }
    - docker_container: { image: "{% if arm %}no:2{% else %}no:3{% endif %}" }
    - shell: |
        {% if pull %}
        docker pull «{{ img }}:8»
        {% else %}
        docker pull «{{ img }}:9»
        {% endif %}
`,
      [
        "command r.io/a:1 resolved",
        "command r.io/a:3 resolved",
        "command r.io/a:4 resolved",
        "command ? partial",
        "docker_container ? unresolved",
        "command r.io/a:8 resolved",
        "command r.io/a:9 resolved",
      ],
    ));

  it("reads commands over several lines of which statements choose some, and what variables hold of them", () =>
    void expectUses(
      read,
      `- hosts: all
  vars:
    img: r.io/a
    service: >
      --name web --constraint 'node.labels.web == true'
      --env "A={{ img }} b" 'r.io/b:1'
  tasks:
    - shell: |
        docker run -d \\
          {% if limit is defined %}
          --memory {{ limit }} \\
          {% endif %}
          {{ container_run_opts | trim }} \\
          «{{ img }}:1» \\
          {{ container_run_args | trim }}
    - shell: docker run {{ '-p 80:80' if open else '' }} {{ (gpus > 0) | ternary('--gpus all', '') }} «r.io/d:1»
    - shell: docker run «{{ missing | replace('-dev', '') }}» ls
    - shell: docker run {{ image_opts | trim }} «{{ missing }}:{{ version }}»
    - shell: docker service create «{{ service }}»
    - shell: docker service create '{{ service }}' «r.io/c:1»
`,
      [
        "command r.io/a:1 resolved",
        "command r.io/d:1 literal",
        "command ? unresolved",
        "command ? unresolved",
        "command r.io/b:1 resolved",
        "command r.io/c:1 literal",
      ],
    ));

  it("goes through lists however a loop names them, and takes defaults for what an item does not say", () =>
    void expectUses(
      read,
      `- hosts: all
  vars:
    apps: [{ image: a/b, tag: 1 }, { image: a/c }]
    stack: { apps: { web: { image: "a/d:1" }, db: { image: "a/e:1" } } }
  tasks:
    - docker_container: { image: "«{{ item.image }}:{{ item.tag | default('latest') }}»" }
      loop: "{{ apps | default([]) | selectattr('image', 'defined') | list }}"
    - docker_container: { image: "«{{ app.1.image }}»" }
      with_indexed_items: "{{ apps }}"
      loop_control: { loop_var: app }
    - docker_container: { image: "«{{ item.value.image }}»" }
      loop: "{{ stack.apps | dict2items }}"
    - docker_container: { image: "«{{ item.image }}»" }
      loop: "{{ stack.apps.values() | list }}"
    - docker_container: { image: "«{{ apps[1].image }}»" }
    - docker_container: { image: "«{{ apps.0.image | lower }}:{{ apps[0]['tag'] }}»" }
    - docker_container: { image: "«{{ item.image }}»" }
      loop: "{{ apps | map('extract', other) }}"
    - docker_image_pull: { name: "«{{ item.image }}»", tag: "{{ item.tag | default(omit) }}" }
      loop: "{{ apps }}"
    - docker_container: { image: "{{ none | default(omit) }}" }
`,
      [
        "docker_container docker.io/a/b:1 resolved",
        "docker_container docker.io/a/c:latest resolved",
        "docker_container docker.io/a/b resolved",
        "docker_container docker.io/a/c resolved",
        "docker_container docker.io/a/d:1 resolved",
        "docker_container docker.io/a/e:1 resolved",
        "docker_container docker.io/a/d:1 resolved",
        "docker_container docker.io/a/e:1 resolved",
        "docker_container docker.io/a/c resolved",
        "docker_container docker.io/a/b:1 resolved",
        "docker_container ? unresolved",
        // One is added as a whole, the other put together.
        "docker_image_pull docker.io/a/c resolved",
        "docker_image_pull docker.io/a/b:1 resolved",
      ],
    ));

  it("runs no image of a registry where a module has built it", () =>
    void expectUses(
      read,
      `- hosts: all
  vars: { name: web }
  tasks:
    - docker_image: { name: "{{ name }}", path: /src }
    - docker_image: { name: r.io/api, tag: "1", source: build, build: { path: . } }
    - command: docker run -d {{ name }}
    - command: docker run -d web:latest
    - command: docker run -d r.io/api:1
    - command: docker run -d «r.io/api:2»
`,
      ["command r.io/api:2 literal"],
    ));

  it("runs no image of a registry where a command has built it", () => {
    const text = `- hosts: all
  tasks:
    - docker_container: { name: a, image: r.io/a:1 }
    - command: docker build -t r.io/a:1 .
    - command: podman tag r.io/a:1 {{ app }}:2
    - docker_container: { name: a, image: r.io/a:1 }
    - podman_container: { name: a, image: "{{ app }}:2" }
    - docker_container: { name: b, image: r.io/a:2 }
`;
    const images = imagesOf(read(text)).map(({ span }) => text.slice(span.start, span.end));
    assert.deepEqual(images, ["r.io/a:1", "r.io/a:2"]);
  });

  it("reads modules that name several images", () =>
    void expectUses(
      read,
      `- hosts: all
  tasks:
    - containers.podman.podman_containers:
        containers: [{ name: no:1, image: «a:1» }, { name: no:2, image: «b:1» }]
    - containers.podman.podman_save: { image: [«c:1», «d:1»], dest: /tmp/no:3 }
    - containers.podman.podman_tag: { image: «e:1», target_names: [no:4] }
    - community.docker.docker_image_info: { name: «f:1» }
    - containers.podman.podman_pod: { name: no:5, infra_image: «g:1» }
    - community.aws.ecs_taskdefinition: { family: no:6, containers: [{ name: no:7, image: «h:1» }] }
    - amazon.aws.lambda: { name: no:8, image_uri: «1.dkr.ecr.eu-west-1.amazonaws.com/i:1» }
    - azure.azcollection.azure_rm_containerinstance: { name: no:9, containers: [{ image: «j:1» }] }
`,
      [
        "podman_container docker.io/library/a:1 literal",
        "podman_container docker.io/library/b:1 literal",
        "podman_save docker.io/library/c:1 literal",
        "podman_save docker.io/library/d:1 literal",
        "podman_tag docker.io/library/e:1 literal",
        "docker_image_info docker.io/library/f:1 literal",
        "podman_pod docker.io/library/g:1 literal",
        "ecs_taskdefinition docker.io/library/h:1 literal",
        "lambda 1.dkr.ecr.eu-west-1.amazonaws.com/i:1 literal",
        "azure_rm_containerinstance docker.io/library/j:1 literal",
      ],
    ));

  it("reads the commands of Windows' machines", () =>
    void expectUses(
      read,
      `- hosts: windows
  vars: { image: a/b:1, no: 2 }
  tasks:
    - ansible.windows.win_shell: |
        $image = "a/c:1"
        if ($?) { docker pull «$image» }
    - win_command: docker pull «{{ image }}»
`,
      ["command docker.io/a/c:1 resolved", "command docker.io/a/b:1 resolved"],
    ));

  it("is told from the templates that it writes", () => {
    const text =
      "- hosts: all\n  tasks:\n    - copy: { dest: x }\n      vars: { a: { Type: AWS::S3::Bucket } }\n    - shell: ls\n";
    assert.equal(read(text).dialect, "ansible");
  });

  it("leaves other lists alone", () => {
    assert.equal(read("- a\n- b\n").dialect, "unrecognised");
    assert.equal(read("image: a\n").dialect, "unrecognised");
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 6);
    expectToSurvive(read, plain);
    assert.equal(read(plain.replaceAll("\n", "\r\n")).images.length, read(plain).images.length);
  });
});
