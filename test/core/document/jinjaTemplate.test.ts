import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { mayHoldReferences } from "../../../src/core/document/detect.ts";
import { expectPinsToHold, expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

const files = new Map([
  ["roles/web/defaults/main.yml", 'web_tag: "1.2"\nweb_image: "{{ registry }}/acme/web:{{ web_tag }}"\n'],
  ["group_vars/all.yml", "registry: ghcr.io\nengine: podman\n"],
  ["./", "named.yml\nnotes.yml\nsite.yml\ntemplates/"],
  ["notes.yml", "a: 1\n"],
  ["named.yml", "api_version: 4.2\n"],
  ["site.yml", "- hosts: all\n  vars_files: [named.yml]\n"],
]);
const readAt = (path: string) => (text: string) => readDocument(text, path, (file) => files.get(file));

const rows: readonly (readonly [name: string, path: string, text: string, ...uses: readonly string[]])[] = [
  [
    "a compose file, with lines that only steer and values of the role",
    "roles/web/templates/docker-compose.yml.j2",
    `# {{ ansible_managed }}
services:
{% if web_enabled | bool %}
  web:
    image: "«{{ web_image }}»"
    command: {{ web_command }}
{% endif %}
  {{ name }}:
    image: «{{ registry }}/acme/api:{{ api_tag | default('7') }}»
    labels:
{{ labels | to_nice_yaml | indent(6) }}
    {% if db_old %}{% set db_tag = 15 %}{% endif %}
  db:
    image: «postgres:16»{# of the team #}
  cache:
    image: «{{ cache_image }}»
  queue:
    image: «rabbitmq:{{ queue_tag }}»
  proxy:
    image: «caddy:{{ api_tag | default('2') }}{{ '' }}»
`,
    "image ghcr.io/acme/web:1.2 resolved",
    "image ghcr.io/acme/api:7 resolved",
    "image docker.io/library/postgres:16 literal",
    "image ? unresolved",
    "image ? partial",
    "image docker.io/library/caddy:2 resolved",
  ],
  [
    "manifests in a file whose name has no other ending, with values that go over lines",
    "roles/web/templates/deployment.j2",
    `---
apiVersion: v1
kind: Pod
metadata:
  labels:
{{ labels | to_nice_yaml | indent(4) }}
spec: {containers: [{image: "«{{ web_image }}»"}, {image: «postgres:16»}]}
`,
    "image ghcr.io/acme/web:1.2 resolved",
    "image docker.io/library/postgres:16 literal",
  ],
  [
    "a compose file that is named in another way, and a variable of the template's own",
    "deploy/files/shop.compose.j2",
    `{% set tag = "3" %}
services:
  a: { image: "«acme/a:{{ tag }}»" }
{% for tag in tags %}
  b{{ tag }}: { image: "«acme/b:{{ tag }}»" }
{% endfor %}
  b:
    image: «nginx»
`,
    "image docker.io/acme/a:3 resolved",
    "image ? partial",
    "image docker.io/library/nginx literal",
  ],
  [
    "a unit of systemd, whose command goes over lines and may hold the engine in a variable",
    "roles/web/templates/web.service.jinja2",
    `[Service]
ExecStartPre=-/usr/bin/docker rm web
ExecStart=/usr/bin/docker run --rm \\
  --name web {{ web_user | id_options(1) | join(" ") }} \\
  {{ web.extra_args | trim }} \\
{% if web_env %}
  --env A=1 \\
{% endif %}
  {% if web_ip %}{% set _ = web_options.append('ip=' ~ web_ip) %}{% endif %}  {# of the host #}
  «{{ web_image }}» \\
  --listen
ExecStartPre={{ host_command_docker }} create --name x «acme/x:{{ web_tag }}»
ExecStop={{ host_command_sh }} create acme/no
`,
    "command ghcr.io/acme/web:1.2 resolved",
    "command docker.io/acme/x:1.2 resolved",
  ],
  [
    "a Quadlet unit",
    "templates/web.container.j2",
    "[Container]\nImage=«docker.io/acme/web:{{ tag }}»\n{% raw %}\nLabel={{ no }}\n{% endraw %}\n",
    "image ? partial",
  ],
  [
    "a file in a folder of templates whose name does not say so, beside a play that names its values",
    "templates/jobs/api.hcl",
    `job "api" {
  group "a" {
    task "t" {
      driver = "docker"
      config { image = "«acme/api:{{ api_version }}»" }
      template { data = "{{ key "a" }}" }
    }
  }
}
`,
    "task docker.io/acme/api:4.2 resolved",
  ],
  [
    "a job of Nomad, whose own templates are raw",
    "jobs/web.nomad.j2",
    `job "web" {
  group "a" {
    count = {{ count }}
    task "t" {
      driver = "docker"
      config { image = "«{{ registry }}/acme/web:1»" }
      template { data = "{% raw %}{{ key "a" }}{% endraw %}" }
    }
  }
}
`,
    "task ghcr.io/acme/web:1 resolved",
  ],
  [
    "a script",
    "roles/web/templates/pull.sh",
    'docker pull «{{ web_image }}»\n[ ${#list[@]} -gt 0 ] && echo "{{ x }}"\n',
    "command ghcr.io/acme/web:1.2 resolved",
  ],
  ["a Dockerfile", "molecule/Dockerfile.j2", "FROM «{{ item.image }}»\nRUN true\n", "from ? unresolved"],
];

describe("readJinjaTemplate", () => {
  for (const [name, path, text, ...uses] of rows) {
    it(`reads ${name}`, () => {
      expectUses(readAt(path), text, uses);
      expectPinsToHold(readAt(path), text.replaceAll(/[«»]/g, ""));
    });
    it(`survives mutations of ${name}`, () => expectToSurvive(readAt(path), text.replaceAll(/[«»]/g, "")));
  }

  it("says where a value stands", () => {
    const text = 'services:\n  a:\n    image: "{{ web_image }}"\n';
    const document = readAt("roles/web/templates/compose.yml.j2")(text);
    const [use] = document.images;
    assert.equal(document.path, "roles/web/templates/compose.yml.j2");
    assert.equal(use && summary(use), "image ghcr.io/acme/web:1.2 resolved");
    assert.deepEqual(
      new Set(use?.chain.flatMap(({ file }) => file ?? [])),
      new Set(["roles/web/defaults/main.yml", "group_vars/all.yml"]),
    );
    assert.equal(use?.pinAt, undefined);
  });

  it("leaves a template without expressions, and files of other kinds, to their readers", () => {
    const document = readAt("a/compose.yml.j2")("services:\n  a:\n    image: nginx:1\n");
    assert.deepEqual(document.images.map(summary), ["image docker.io/library/nginx:1 literal"]);
    assert.equal(document.path, "a/compose.yml.j2");
    const paths = ["a/compose.yml.j2", "x.service.jinja", "a.compose.j2", "Dockerfile.j2", "nginx.conf.j2", "a.cfg.j2"];
    assert.deepEqual(paths.map(mayHoldReferences), [true, true, true, true, false, false]);
  });

  it("reads a manifest whose name does not say that it is a template", () => {
    const source =
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{% for c in parts %}\n  - image: «{{ c.image }}»\n{% endfor %}\n  - image: «a/b:{{ tag | default('1') }}»\n";
    expectUses((text) => readDocument(text, "k8s/web.yaml"), source, [
      "image ? unresolved",
      "image docker.io/a/b:1 resolved",
    ]);
    const script = "apiVersion: v1\nkind: ConfigMap\ndata: {a: '{% if x %}', image: b}\n";
    assert.deepEqual(readDocument(script, "k8s/web.yaml").images, []);
  });
});
