import type { Piece } from "./dockerfileExpand.ts";

/** A build stage: one FROM. */
interface Stage {
  /** In lower case, as BuildKit keeps it. */
  readonly name: string | undefined;
  /** The earlier stage that it builds on. */
  readonly base: number | undefined;
}

/** What BuildKit accepts as a stage's name, after lower-casing it. */
export const stageName = /^[a-z][a-z0-9-_.]*$/;

/** The stages met so far, by name. */
export interface Stages {
  readonly list: readonly Stage[];
  add(stage: Stage): void;
  /** The latest stage of that exact name, as FROM looks it up: names are kept in lower case, the base is compared as written. */
  exact(name: string): number | undefined;
  /** The stage of that name in any case, as `--from` looks it up. */
  anyCase(name: string): number | undefined;
  /** A stage whose name the pieces could give, with something in their gaps. */
  matching(pieces: readonly Piece[], budget: { left: number }): number | undefined;
}

/** What BuildKit's automatic platform arguments say: operating systems and architectures, as Go has them. */
const platforms = /^(?:linux|windows|darwin|freebsd|amd64|arm64|arm|386|ppc64le|s390x|riscv64|mips64(?:le)?|loong64)$/;

/** A stage that is called as a platform is, where the whole base is what the build provides: `FROM ${TARGETOS}`. */
function platformStage(pieces: readonly Piece[], stages: ReadonlyMap<string, number>): number | undefined {
  if (pieces.length === 0 || pieces.some((piece) => piece.kind === "text" || piece.empty)) return undefined;
  for (const [name, index] of stages) if (platforms.test(name)) return index;
  return undefined;
}

/** Starts without stages. */
export function createStages(): Stages {
  const list: Stage[] = [];
  const byName = new Map<string, number>();
  return {
    list,
    add(stage) {
      if (stage.name !== undefined) byName.set(stage.name, list.length);
      list.push(stage);
    },
    exact: (name) => byName.get(name),
    anyCase: (name) => byName.get(name.toLowerCase()),
    matching(pieces, budget) {
      const first = pieces[0];
      const last = pieces.at(-1);
      const head = first?.kind === "text" ? first.text : "";
      const tail = last?.kind === "text" ? last.text : "";
      budget.left -= byName.size;
      if (budget.left < 0) return undefined;
      if (head === "" && tail === "") return platformStage(pieces, byName);
      for (const [name, index] of byName) {
        if (name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)) return index;
      }
      return undefined;
    },
  };
}
