import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const node = "docker.io/library/node";
const read = (text: string) => readDocument(text, "azure-pipelines.yml");

describe("azureItems", () => {
  const table: readonly (readonly [title: string, source: string, images: readonly string[]])[] = [
    [
      "each part of a text, at any of the characters that part it",
      "parameters:\n- {name: v, default: '20, 22;24'}\njobs:\n- ${{ each t in split(replace(parameters.v, ' ', ''), ',;') }}:\n  - job: c${{ t }}\n    container: «node:${{ t }}»\n",
      [`container ${node}:20 resolved`, `container ${node}:22 resolved`, `container ${node}:24 resolved`],
    ],
    [
      "parts that a condition asks for",
      "variables: {all: 'a/b:1 a/b:2'}\njobs:\n- ${{ each i in split(variables.all, ' ') }}:\n  - ${{ if ne(i, 'a/b:1') }}:\n    - job: d\n      services: {x: '«${{ i }}»'}\n",
      ["services docker.io/a/b:2 resolved"],
    ],
    [
      "nothing that is known, of an empty text, one that nobody knows and a call that is none",
      "parameters:\n- {name: empty, default: ''}\n- {name: free}\njobs:\n- ${{ each e in split(parameters.empty, ',') }}:\n  - {job: f, container: '«redis:${{ e }}»'}\n- ${{ each e in split(parameters.free, ',') }}:\n  - {job: g, container: '«redis:${{ e }}»'}\n- ${{ each e in split(parameters.empty) }}:\n  - {job: h, container: '«redis:${{ e }}»'}\n",
      ["container ? partial", "container ? partial", "container ? partial"],
    ],
  ];
  for (const [title, source, images] of table) it(`goes over ${title}`, () => void expectUses(read, source, images));
});
