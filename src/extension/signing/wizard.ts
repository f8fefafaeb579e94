import * as vscode from "vscode";

/** What a step came to: a value, one step back, or the end of it all. */
export type Answer<T> =
  | { readonly kind: "chosen"; readonly value: T }
  | { readonly kind: "back" }
  | { readonly kind: "left" };

/** Where a step stands among the others, and the title that keeps naming the artifact. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** An item that can be chosen, or that says why not: `unusable` items stay in sight and do nothing. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly value?: T;
  readonly unusable?: boolean;
  /** Enter on it copies this text and stays. */
  readonly copies?: string;
  /** Enter on it writes this text, to be gone on with. */
  readonly fills?: string;
}

export interface PickOptions<T> extends StepPlace {
  readonly placeholder: string;
  readonly items: readonly Choice<T>[] | Promise<readonly Choice<T>[]>;
  /** Chosen by Enter at once. */
  readonly active?: (value: T) => boolean;
  /** A line about the item that is in focus, looked up once it is; undefined where there is nothing to say. */
  readonly describe?: (value: T) => Promise<string | undefined>;
  /** Text to begin with. */
  readonly text?: string;
  /** Makes a value of what was typed, where that is none of the items. */
  readonly typed?: (text: string) => Choice<T> | undefined;
  /** What two items have in common that stand for the same. */
  readonly keyOf?: (value: T) => string;
}

/** Asks with a quick pick. The list shows at once, busy until its items are known; a failure to get them rejects. */
export async function pick<T>(options: PickOptions<T>): Promise<Answer<T>> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.title = options.title;
  input.step = options.step;
  input.totalSteps = options.totalSteps;
  input.placeholder = options.placeholder;
  input.ignoreFocusOut = true;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.busy = true;
  if (options.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  let known: readonly Choice<T>[] = [];
  let shown = known;
  let open = true;
  const described = new Set<T>();
  const describe = async (item: Choice<T>): Promise<void> => {
    const { value } = item;
    if (options.describe === undefined || value === undefined || described.has(value)) return;
    described.add(value);
    const detail = await options.describe(value);
    if (detail === undefined || !open) return;
    const [active] = input.activeItems;
    const change = (each: Choice<T>): Choice<T> => (each.value === value ? { ...each, detail } : each);
    known = known.map(change);
    const items = shown.map(change);
    shown = items;
    input.keepScrollPosition = true;
    input.items = items;
    input.activeItems = items.filter((each) => each.value !== undefined && each.value === active?.value);
  };
  /** What is typed, as a choice of its own or as the item that is the same. */
  const meantBy = (text: string): { readonly typed?: Choice<T> | undefined; readonly same?: Choice<T> | undefined } => {
    const typed = options.typed?.(text.trim());
    const key = typed?.value === undefined ? undefined : options.keyOf?.(typed.value);
    const same = known.find(({ value }) => value !== undefined && key !== undefined && options.keyOf?.(value) === key);
    return { typed, same };
  };
  const show = (): void => {
    // What is typed comes after the items, which are not known yet.
    if (input.busy) return;
    const { typed, same } = meantBy(input.value);
    // Items are known to the editor by their place: none may move while a person chooses, or Enter would mean another.
    const items = typed === undefined || same !== undefined ? known : [...known, typed];
    if (items !== shown) input.items = items;
    shown = items;
    const meant = same ?? typed;
    if (meant !== undefined) input.activeItems = [meant];
  };
  const fill = (text: string): void => {
    input.value = text;
    show();
  };
  const disposables: vscode.Disposable[] = [input, new vscode.Disposable(() => (open = false))];
  try {
    return await new Promise<Answer<T>>((resolve, reject) => {
      disposables.push(
        input.onDidAccept(() => {
          const [selected] = input.selectedItems;
          const { typed, same } = meantBy(input.value);
          // A line that only says something stands for what was typed below it.
          const item = selected !== undefined && onlySays(selected) ? (same ?? typed) : selected;
          if (item?.copies !== undefined) void vscode.env.clipboard.writeText(item.copies);
          else if (item?.fills !== undefined) fill(item.fills);
          else if (item?.value !== undefined && item.unusable !== true) resolve({ kind: "chosen", value: item.value });
        }),
        input.onDidTriggerButton(() => resolve({ kind: "back" })),
        input.onDidHide(() => resolve({ kind: "left" })),
        input.onDidChangeActive(([item]) => {
          if (item !== undefined) void describe(item);
        }),
        input.onDidChangeValue(show),
      );
      input.show();
      // After it shows: before, it would be marked, and lost with the first key.
      input.value = options.text ?? "";
      Promise.resolve(options.items).then((items) => {
        known = items;
        input.busy = false;
        show();
        const active = items.find(({ value }) => value !== undefined && options.active?.(value) === true);
        if (active !== undefined) input.activeItems = [active];
      }, reject);
    });
  } finally {
    for (const disposable of disposables) disposable.dispose();
  }
}

function onlySays<T>({ value, copies, fills }: Choice<T>): boolean {
  return value === undefined && copies === undefined && fills === undefined;
}

export interface AskOptions extends StepPlace {
  readonly prompt: string;
  readonly value: string;
  readonly validate: (text: string) => string | undefined;
}

/** Asks for a line of text. */
export async function ask(options: AskOptions): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  input.title = options.title;
  input.step = options.step;
  input.totalSteps = options.totalSteps;
  input.prompt = options.prompt;
  input.value = options.value;
  input.ignoreFocusOut = true;
  if (options.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  const disposables: vscode.Disposable[] = [input];
  try {
    return await new Promise<Answer<string>>((resolve) => {
      disposables.push(
        input.onDidAccept(() => {
          const problem = options.validate(input.value);
          if (problem === undefined) resolve({ kind: "chosen", value: input.value.trim() });
          else input.validationMessage = problem;
        }),
        input.onDidChangeValue(() => {
          input.validationMessage = undefined;
        }),
        input.onDidTriggerButton(() => resolve({ kind: "back" })),
        input.onDidHide(() => resolve({ kind: "left" })),
      );
      input.show();
    });
  } finally {
    for (const disposable of disposables) disposable.dispose();
  }
}

/** Which of the steps is asked for. */
export type StepCount = Pick<StepPlace, "step" | "totalSteps">;

/**
 * Leads through steps, forward and back; going back keeps the later answers as suggestions. Which steps there are depends
 * on what has been answered. Gives the draft after the last step; undefined where the person leaves.
 */
export async function walk<Step extends string, Draft>(
  first: Step,
  start: Draft,
  stepsOf: (draft: Draft) => readonly Step[],
  askFor: (step: Step, draft: Draft, count: StepCount) => Promise<Answer<Draft>>,
): Promise<Draft | undefined> {
  let draft = start;
  let step = first;
  for (;;) {
    const shown = stepsOf(draft);
    const answer = await askFor(step, draft, { step: shown.indexOf(step) + 1, totalSteps: shown.length });
    if (answer.kind === "left") return undefined;
    if (answer.kind === "chosen") draft = answer.value;
    const steps = stepsOf(draft);
    const next = steps[steps.indexOf(step) + (answer.kind === "back" ? -1 : 1)];
    if (next === undefined && answer.kind === "chosen") return draft;
    step = next ?? step;
  }
}

/** Asks why something is to be signed, for a key that wants to know. */
export async function askJustification(
  place: StepPlace,
  what: "image" | "file",
  key: string,
  value: string,
): Promise<Answer<string>> {
  return await ask({
    ...place,
    prompt: `Why is this ${what} to be signed? Whoever approves key '${key}' reads it, and the audit log keeps it.`,
    value,
    validate: (text) =>
      text.trim() === "" ? "The key asks for a justification. Say why, for example with a change number." : undefined,
  });
}

/** The answer with its value changed; going back and leaving stay what they are. */
export function mapAnswer<T, U>(answer: Answer<T>, change: (value: T) => U): Answer<U> {
  return answer.kind === "chosen" ? { kind: "chosen", value: change(answer.value) } : answer;
}
