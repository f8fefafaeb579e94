/** An action of Nomad Pack or Levant. */
const action = /\[\[-?[ \t]*((?:[^\]\n]|\](?!\]))*?)[ \t]*-?\]\]/g;
/** An action that is a variable of the pack: `var "image" .`, or `.my.image` as packs wrote it before, perhaps quoted. */
const variable = /^(?:var[ \t]+"([\w-]+)"[ \t]+\.|\.\w+\.([\w-]+))(?:[ \t]*\|[ \t]*(?:quote|toString))*$/;

/** A template of a job as HCL, each action in it as an expression that is as long. */
interface FilledJob {
  readonly text: string;
  /** Where actions stand that are values by themselves, without quotes around them. */
  readonly values: ReadonlySet<number>;
}

/**
 * Puts HCL's own expressions in the places of actions (Nomad Pack, "Writing templates"): a variable of the pack for
 * what names one, and a name that nobody knows for the rest. Quotes of others would end the text that holds them.
 */
export function withoutActions(text: string): FilledJob {
  const values = new Set<number>();
  const filled = text.replaceAll(action, (written: string, inner: string, at: number) => {
    const [, name, old] = variable.exec(inner) ?? [];
    const known = name ?? old;
    const isValue = isAlone(text, at, at + written.length);
    const hold = (expression: string): string | undefined => {
      const [open, close] = isValue ? ['"${', '}"'] : ["${", "}"];
      const room = written.length - open.length - close.length;
      return expression.length > room ? undefined : `${open}${expression.padEnd(room)}${close}`;
    };
    const held = (known === undefined ? undefined : hold(`var.${known}`)) ?? (isValue ? hold("_") : undefined);
    if (held !== undefined && isValue) values.add(at);
    return held ?? written.replaceAll('"', "'");
  });
  return { text: filled, values };
}

/** Whether what stands there is all of an attribute's value. */
function isAlone(text: string, start: number, end: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^[ \t]*\w+[ \t]*=[ \t]*$/.test(line) && /^[ \t]*(?:\r?\n|$|#|\})/.test(text.slice(end, end + 80));
}
