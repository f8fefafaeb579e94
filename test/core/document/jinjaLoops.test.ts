import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "roles/web/defaults/main.yml",
    `services:
  - { name: a, image: acme/a, tag: "1" }
  - { name: b, image: acme/b, sides: [{ image: side:1 }, { image: side:2 }] }
alias: "{{ services }}"
named: { c: { image: "acme/c:{{ version }}" }, d: { image: acme/d } }
version: 4
plain: [acme/e, acme/f]
`,
  ],
]);
const read = (text: string) =>
  readDocument(text, "roles/web/templates/docker-compose.yml.j2", (file) => files.get(file));

const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
  [
    "each item of a list, with what one of them leaves out",
    `services:
{% for one in services %}
  {{ one.name }}:
    image: «{{ one.image }}:{{ one.tag | default('0') }}»
{% endfor %}
  last: { image: «nginx» }
`,
    "image docker.io/acme/a:1 resolved",
    "image docker.io/acme/b:0 resolved",
    "image docker.io/library/nginx literal",
  ],
  [
    "loops within loops and beside them, by the name of a task's",
    `services:
{%- for item in alias if item.sides is defined %}
{% for side in item.sides %}
  s{{ loop.index }}: { image: "«{{ side.image }}»" }
{% endfor %}
{% endfor %}
{% for item in plain %}
  p{{ loop.index }}: { image: «{{ item }}», command: "{{ item.image }}" }
{% endfor %}
`.replace("{ image: «{{ item }}»", '{ image: "«{{ item }}»"'),
    "image docker.io/library/side:1 resolved",
    "image docker.io/library/side:2 resolved",
    "image docker.io/acme/e resolved",
    "image docker.io/acme/f resolved",
  ],
  [
    "keys and values",
    `services:
{% for name, one in named.items() %}
  {{ name }}: { image: "«{{ one.image }}»" }
{% endfor %}
{% for one in named | dict2items %}
  {{ one.key }}2: { image: "«{{ one.value.image }}»" }
{% endfor %}
{% for name in named %}
  {{ name }}3: { image: "«acme/{{ name }}:{{ named[name].image | default('x') | length }}»" }
{% endfor %}
`,
    "image docker.io/acme/c:4 resolved",
    "image docker.io/acme/d resolved",
    "image docker.io/acme/c:4 resolved",
    "image docker.io/acme/d resolved",
    "image docker.io/acme/c:8 resolved",
    "image docker.io/acme/d:6 resolved",
  ],
  [
    "nothing of a list that no file tells",
    `services:
{% for one in asked %}
  {{ one.name }}: { image: "«{{ one.image }}»" }
{% endfor %}
`,
    "image ? unresolved",
  ],
];

describe("roundsOf", () => {
  for (const [name, text, ...uses] of rows) {
    it(`reads ${name}`, () => void expectUses(read, text, uses));
    it(`survives mutations of ${name}`, () => expectToSurvive(read, text.replaceAll(/[«»]/g, "")));
  }
});
