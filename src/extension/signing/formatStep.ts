import * as vscode from "vscode";
import type { KeyDescription } from "../../application/signingService.ts";
import type { ImageReference } from "../../core/image/reference.ts";
import { formatWord } from "../../core/report/words.ts";
import { signingFormats, type SigningFormat } from "../../core/sign/scheme.ts";
import type { Extension } from "../context.ts";
import { standingOf } from "./formatWords.ts";
import { obstacleOf } from "./keyWords.ts";
import { pick, type Answer, type Choice, type StepPlace } from "./wizard.ts";

export interface FormatStep extends StepPlace {
  readonly reference: ImageReference;
  readonly key: KeyDescription;
  /** What was chosen before; without it, what the policies want. */
  readonly current: SigningFormat | undefined;
  /** What was chosen last for images of the repository: it counts where the policies want it, or none says what it wants. */
  readonly last?: SigningFormat | undefined;
}

/** Asks for the format: what the policies want is chosen, others stand under "More", those that the key cannot make with the reason. */
export async function askFormat(extension: Extension, step: FormatStep): Promise<Answer<SigningFormat>> {
  const { reference, key, current, last } = step;
  const formats = signingFormats.map((format) => ({
    format,
    obstacle: obstacleOf(key, format),
    standing: standingOf(format, reference, extension.model.rulebook.policy),
  }));
  const able = formats.filter(({ obstacle }) => obstacle === undefined);
  const wanted = able.filter(({ standing }) => standing.wanted);
  const first = wanted.length > 0 ? wanted : able.slice(0, 1);
  const fits = (wanted.length > 0 ? wanted : able).some(({ format }) => format === last);
  const chosen = current ?? (fits ? last : undefined) ?? first[0]?.format;
  const itemOf = ({ format, obstacle, standing }: (typeof formats)[number]): Choice<SigningFormat> => {
    const icon = obstacle === undefined ? "file-code" : "circle-slash";
    return {
      label: `$(${icon}) ${formatWord(format)}`,
      description: obstacle === undefined ? standing.description : "not with this key",
      detail: obstacle ?? standing.detail,
      value: format,
      unusable: obstacle !== undefined,
    };
  };
  const more = formats.filter((each) => !first.includes(each));
  const items: readonly Choice<SigningFormat>[] = [
    ...first.map(itemOf),
    { label: "More", kind: vscode.QuickPickItemKind.Separator },
    ...more.toSorted((a, b) => Number(a.obstacle !== undefined) - Number(b.obstacle !== undefined)).map(itemOf),
  ];
  return await pick<SigningFormat>({
    ...step,
    placeholder: "In which format?",
    items,
    active: (value) => value === chosen,
  });
}
