import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

describe("scripts within words that the document writes otherwise", () => {
  const rows: readonly (readonly [name: string, path: string, text: string, ...uses: readonly string[]])[] = [
    [
      "doubled dollars",
      "cloudbuild.yaml",
      "steps:\n- name: «r.io/s:1»\n  entrypoint: bash\n  args: [-c, \"ssh h 'V=3; docker pull «alpine:$$V»; docker run «r.io/$${X:-y}:1»'\"]\n",
      "name r.io/s:1 literal",
      "command docker.io/library/alpine:3 resolved",
      "command r.io/y:1 resolved",
    ],
    [
      "doubled quotes and backslashes",
      ".gitlab-ci.yml",
      "a:\n  script:\n  - 'bash -c ''docker pull «a:1»'''\n  - \"bash -c 'docker pull \\\"«b:2»\\\"'\"\n  - \"ssh h 'docker pull «c:3»\\ndocker run «d:4»'\"\n",
      "command docker.io/library/a:1 literal",
      "command docker.io/library/b:2 literal",
      "command docker.io/library/c:3 literal",
      "command docker.io/library/d:4 literal",
    ],
    [
      "folded lines",
      ".gitlab-ci.yml",
      "a:\n  script:\n  - ssh $H \"\n    cd /x &&  \n    docker pull «a:1» &&\n    docker run «b:$V»\n    \"\n  - >\n    ssh h 'cd x &&\n    docker pull «c:3»\n\n    docker run «d:4»'\n",
      "command docker.io/library/a:1 literal",
      "command ? partial",
      "command docker.io/library/c:3 literal",
      "command docker.io/library/d:4 literal",
    ],
    [
      "indented lines",
      ".github/workflows/a.yml",
      "on: push\njobs:\n  a:\n    steps:\n    - run: |\n        ssh h '\n          docker pull «a:1»\n          if x; then\n            docker run «b:2»\n          fi\n        '\n",
      "command docker.io/library/a:1 literal",
      "command docker.io/library/b:2 literal",
    ],
  ];
  for (const [name, path, text, ...uses] of rows)
    it(`are read where they stand behind ${name}`, () => {
      expectSample((changed) => readDocument(changed, path), text, uses);
    });
});
