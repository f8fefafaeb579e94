import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "roles/web/defaults/main.yml",
    `parts:
  - { name: a, image: acme/a, custom: true }
  - { name: b }
`,
  ],
]);
const readAt = (path: string) => (text: string) => readDocument(text, path, (file) => files.get(file));

const compose = "roles/web/templates/docker-compose.yml.j2";
const rows: readonly (readonly [name: string, path: string, text: string, ...uses: readonly string[]])[] = [
  [
    "both sides of a choice, on lines of their own and within one",
    compose,
    `services:
  a:
{% if old %}
    image: «acme/a:1»
{% else %}
    image: «acme/a:2»
{% endif %}
    ports: [1]
  b:
    image: {% if old %}«acme/b:1»{% elif new %}«acme/b:2»{% else %}«acme/b:3»{% endif %}

  c: { image: "«{{ 'acme/c:1' if old else 'acme/c:2' }}»" }
{% if more %}
  d: { image: «acme/d» }
{% endif %}
`,
    "image docker.io/acme/a:1 literal",
    "image docker.io/acme/a:2 literal",
    "image docker.io/acme/b:1 literal",
    "image docker.io/acme/b:2 literal",
    "image docker.io/acme/b:3 literal",
    "image docker.io/acme/c:1 resolved",
    "image docker.io/acme/c:2 resolved",
    "image docker.io/acme/d literal",
  ],
  [
    "what the item of a loop chooses",
    compose,
    `services:
{% for part in parts %}
  {{ part.name }}:
{% if part.custom is defined and part.custom %}
    image: «{{ part.image }}:custom»
{% else %}
    image: «acme/plain/{{ part.name }}»
{% endif %}
{% if part.sidecar is defined %}
  {{ part.name }}-side: { image: acme/no }
{% endif %}
{% else %}
  none: { image: «acme/none» }
{% endfor %}
`,
    "image docker.io/acme/a:custom resolved",
    "image docker.io/acme/plain/b resolved",
    "image docker.io/acme/none literal",
  ],
  [
    "what is asked twice with one answer",
    "roles/web/templates/Dockerfile.j2",
    `FROM «acme/a» AS a
{% if base == "b" %}
FROM «acme/b» AS b
{% elif base == "c" %}
FROM «acme/c» AS c
{% endif %}
FROM «acme/d»
{% if base == "b" %}
COPY --from=b / /
{% endif %}
`,
    "from docker.io/acme/a literal",
    "from docker.io/acme/b literal",
    "from docker.io/acme/c literal",
    "from docker.io/acme/d literal",
  ],
  [
    "what the same condition chooses elsewhere",
    "Dockerfile.j2",
    `{% if base == "debian" %}
FROM «debian:12» AS tools
{% elif base == "alpine" %}
FROM «alpine:3» AS plain
{% endif %}
FROM {% if base == "alpine" %}«acme/a»{% else %}«acme/b»{% endif %}

{% if base == "debian" %}
COPY --from=tools /a /b
{% endif %}
`,
    "from docker.io/library/debian:12 literal",
    "from docker.io/library/alpine:3 literal",
    "from docker.io/acme/a literal",
    "from docker.io/acme/b literal",
  ],
  [
    "commands on both sides",
    "roles/web/templates/run.sh.j2",
    `docker run --rm {% if old %}«acme/a:1»{% else %}«acme/a:2»{% endif %} sh
{% if old %}
docker pull «acme/b:1»
{% else %}
docker pull «acme/b:2»
{% endif %}
{% endif %}
`,
    "command docker.io/acme/a:1 literal",
    "command docker.io/acme/a:2 literal",
    "command docker.io/acme/b:1 literal",
    "command docker.io/acme/b:2 literal",
  ],
];

describe("choicesIn", () => {
  for (const [name, path, text, ...uses] of rows) {
    it(`reads ${name}`, () => {
      expectUses(readAt(path), text, uses);
      expectPinsToHold(readAt(path), text.replaceAll(/[«»]/g, ""));
    });
    it(`survives mutations of ${name}`, () => expectToSurvive(readAt(path), text.replaceAll(/[«»]/g, "")));
  }
});
