import * as vscode from "vscode";
import type { KeyDescription } from "../../application/signingService.ts";
import type { Extension } from "../context.ts";
import { describeKey } from "./keyWords.ts";
import { signInOnTheWay } from "./signInService.ts";
import type { LastChoice, ServiceState } from "./signingState.ts";
import { pick, type Answer, type Choice, type StepPlace } from "./wizard.ts";

/** A key with the service that holds it. */
export interface ChosenKey {
  readonly service: ServiceState;
  readonly key: KeyDescription;
}

export interface KeyStep extends StepPlace {
  readonly current: ChosenKey | undefined;
  /** What was chosen last for the same. */
  readonly last?: Pick<LastChoice, "service" | "key"> | undefined;
  /** Why the key cannot sign this; undefined where it can. */
  readonly obstacle: (key: KeyDescription) => string | undefined;
  /** Who will accept the key's signature, in one line. */
  readonly acceptance: (key: KeyDescription) => string;
}

/** What the list of keys offers besides keys. */
type Offer = { readonly kind: "trial" } | { readonly kind: "sign-in"; readonly service: string };

type Line = { readonly kind: "key"; readonly chosen: ChosenKey } | Offer;

/** Asks for a key: those used lately first, those that cannot be used at the end, with the reason. Signs in to a service that asks for it; starts the trial where there is none. */
export async function askKey(extension: Extension, step: KeyStep, signal: AbortSignal): Promise<Answer<ChosenKey>> {
  const { current, last } = step;
  const active = current === undefined ? lastName(last) : nameOf(current);
  for (;;) {
    const items = extension.signing.refresh(signal).then((services) => itemsFor(extension, step, services));
    const answer = await pick<Line>({
      ...step,
      placeholder: "Which key? Keys stay in their service",
      items,
      active: (line) => line.kind === "key" && nameOf(line.chosen) === active,
    });
    if (answer.kind !== "chosen") return answer;
    const { value } = answer;
    if (value.kind === "key") return { kind: "chosen", value: value.chosen };
    if (value.kind === "sign-in") await signInOnTheWay(extension, value.service, "How do you sign in?");
    else await vscode.commands.executeCommand("countersign.trial.start");
  }
}

function itemsFor(
  extension: Extension,
  { obstacle, acceptance, last }: KeyStep,
  services: readonly ServiceState[],
): readonly Choice<Line>[] {
  const usedLast = lastName(last);
  const recent = [usedLast, ...extension.signing.recentKeys()];
  const rank = (chosen: ChosenKey): number => {
    const index = recent.indexOf(nameOf(chosen));
    return index < 0 ? recent.length : index;
  };
  const keys = services
    .flatMap((service) => service.keys.map((key) => ({ service, key })))
    .toSorted((a, b) => rank(a) - rank(b));
  const usable = keys.filter(({ key }) => obstacle(key) === undefined);
  const items: Choice<Line>[] = [];
  for (const name of new Set(usable.map(({ service }) => service.name))) {
    items.push({ label: name, kind: vscode.QuickPickItemKind.Separator });
    for (const chosen of usable.filter(({ service }) => service.name === name)) {
      const { key } = chosen;
      const value = { kind: "key", chosen } as const;
      const description = `${describeKey(key)}${nameOf(chosen) === usedLast ? " · used here last" : ""}`;
      items.push({ label: `$(key) ${key.name}`, description, detail: acceptance(key), value });
    }
  }
  for (const { name, origin } of services.filter(({ asksForSignIn }) => asksForSignIn === true))
    items.push(
      { label: name, kind: vscode.QuickPickItemKind.Separator },
      {
        label: `$(account) Sign in to ${name}...`,
        description: origin,
        detail: "It shows its keys to whoever is signed in",
        value: { kind: "sign-in", service: name },
      },
    );
  items.push(
    ...unusableItems(
      keys.filter((each) => !usable.includes(each)),
      services,
      obstacle,
    ),
  );
  if (usable.length === 0)
    items.push({
      label: "$(debug-start) Try it with the trial service",
      detail: "Runs on this machine only; what it signs proves nothing to anybody else",
      value: { kind: "trial" },
    });
  return items;
}

function unusableItems(
  keys: readonly ChosenKey[],
  services: readonly ServiceState[],
  obstacle: KeyStep["obstacle"],
): readonly Choice<Line>[] {
  const failed = services.filter(({ failure, asksForSignIn }) => failure !== undefined && asksForSignIn !== true);
  if (keys.length + failed.length === 0) return [];
  return [
    { label: "Cannot be used now", kind: vscode.QuickPickItemKind.Separator },
    ...keys.map((chosen) => ({
      label: `$(circle-slash) ${chosen.key.name}`,
      description: chosen.service.name,
      detail: obstacle(chosen.key) ?? "",
      value: { kind: "key", chosen } as const,
      unusable: true,
    })),
    ...failed.map(({ name, failure = "" }) => ({
      label: `$(warning) ${name}`,
      description: "cannot be reached",
      detail: failure,
    })),
  ];
}

function lastName(last: KeyStep["last"]): string | undefined {
  return last === undefined ? undefined : `${last.service} ${last.key}`;
}

function nameOf({ service, key }: ChosenKey): string {
  return `${service.name} ${key.name}`;
}
