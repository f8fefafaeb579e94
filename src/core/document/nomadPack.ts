/** An action of Nomad Pack or Levant; comments in it may have several lines. */
const action = /\[\[-?[ \t]*(\/\*[\s\S]*?\*\/|(?:[^\]\n]|\](?!\]))*?)[ \t]*-?\]\]/g;
/**
 * An action that is a variable of the pack: `var "image" .`, or `.my.image` as packs wrote it before, perhaps quoted,
 * perhaps with what holds where the variable is empty.
 */
const variable =
  /^(?:var[ \t]+"([\w-]+(?:\.[\w-]+)*)"[ \t]+\.|\.\w+\.([\w-]+))(?:[ \t]*\|[ \t]*default[ \t]+("[^"\\$%]*"))?(?:[ \t]*\|[ \t]*(?:quote|toString))*$/;
/** Actions that only say what is there, and how often, and comments. */
const silent =
  /^(?:\/\*|(?:block|break|continue|define|else|end|if|range|with)\b|\$[\w-]+(?:,[ \t]*\$[\w-]+)?[ \t]*:?=)/;

/** A template of a job as HCL, each action in it as an expression that is as long. */
interface FilledJob {
  readonly text: string;
  /** Where actions stand that are values by themselves, without quotes around them. */
  readonly values: ReadonlySet<number>;
}

/**
 * Puts HCL's own expressions in the places of actions (Nomad Pack, "Writing templates"): a variable of the pack for
 * what names one, a name that nobody knows for other values, and blanks for what makes none.
 */
export function withoutActions(text: string): FilledJob {
  const values = new Set<number>();
  let filled = "";
  let line = "";
  let end = 0;
  const add = (piece: string): void => {
    filled += piece;
    const start = piece.lastIndexOf("\n") + 1;
    line = start === 0 ? line + piece : piece.slice(start);
  };
  for (const { 0: written, 1: inner = "", index: at } of text.matchAll(action)) {
    add(text.slice(end, at));
    end = at + written.length;
    const place = placeOf(line, text.slice(end, end + 80));
    const isSilent = silent.test(inner);
    const said = isSilent ? "_" : expressionOf(inner);
    const hold = (open: string, close: string): string => {
      const room = written.length - open.length - close.length;
      return `${open}${(said.length > room ? "_" : said).padEnd(room)}${close}`;
    };
    if (place === "text" && !written.includes("\n")) add(hold("${", "}"));
    else if (isSilent || place === "lines" || written.length < minimumValue) add(written.replaceAll(/[^\r\n]/g, " "));
    else if (place === "label") add(`"${"_".repeat(written.length - 2)}"`);
    else {
      values.add(at);
      add(hold('"${', '}"'));
    }
  }
  return { text: filled + text.slice(end), values };
}

/** `"${_}"` in the place of an action. */
const minimumValue = 6;

/** What an action comes to, as an expression of HCL. */
function expressionOf(inner: string): string {
  const [, name, old, otherwise] = variable.exec(inner) ?? [];
  const known = name ?? old;
  if (known === undefined) return "_";
  return otherwise === undefined ? `var.${known}` : `coalesce(var.${known},${otherwise})`;
}

/** What an action stands in or for, by its line before it and what follows: a text in quotes, lines, a block's label, or a value. */
function placeOf(before: string, after: string): "text" | "lines" | "label" | "value" {
  if (before.replaceAll(/\\./g, "").split('"').length % 2 === 0) return "text";
  if (before.trim() === "" && /^[ \t]*(?:\r?\n|$)/.test(after)) return "lines";
  return /^[ \t]*[\w-]+(?:[ \t]+"[^"]*")*[ \t]+$/.test(before) ? "label" : "value";
}
