import { callTag, expressionTag } from "./hclExpression.ts";
import { nodeOfExpression, parseHclExpression } from "./hclSyntax.ts";
import { listOf, objectOf, type HclEnvironment, type HclThunk, type HclValue } from "./hclValue.ts";
import { dereference, entriesOf, itemsOf, type YamlNode } from "./yamlNode.ts";

/** Types in types that are followed. */
const maximumDepth = 10;

/** What an optional attribute is that neither the value nor the type gives one. */
const unset: HclThunk = { kind: "known", values: [{ kind: "null", chain: [] }] };

/** A type that takes others: `map(string)`, `optional(string, "x")`. */
interface TypeCall {
  readonly name: string;
  readonly args: readonly YamlNode[];
}

/** A variable's value with what its type says for attributes that the value leaves out (`optional(type, default)`). */
export function declaredValues(
  thunk: HclThunk,
  type: YamlNode,
  environment: HclEnvironment,
  force: (thunk: HclThunk) => readonly HclValue[],
  depth = 0,
): HclThunk {
  const declared = depth > maximumDepth ? undefined : typeCall(type, environment);
  const [inner] = declared?.args ?? [];
  const isCollection = declared !== undefined && /^(?:map|list|set)$/.test(declared.name);
  if (inner === undefined || (declared?.name !== "object" && !isCollection)) return thunk;
  if (isCollection && typeCall(inner, environment) === undefined) return thunk;
  const label = thunk.kind === "written" ? thunk.label : undefined;
  const within = (item: HclThunk, of: YamlNode): HclThunk => {
    const isNamed = item.kind === "known" || item.label !== undefined || label === undefined;
    return declaredValues(isNamed ? item : { ...item, label }, of, environment, force, depth + 1);
  };
  const values = force(thunk).map((value): HclValue => {
    if (value.kind === "list")
      return listOf(
        value.items.map((item) => within(item, inner)),
        value.chain,
      );
    if (value.kind !== "object") return value;
    if (isCollection)
      return objectOf(
        [...value.entries].map(([key, item]) => [key, within(item, inner)] as const),
        value.chain,
      );
    const entries = new Map(value.entries);
    for (const { key, value: of } of entriesOf(inner)) {
      const optional = typeCall(of, environment);
      const [form = of, fallback] = optional?.name === "optional" ? optional.args : [];
      const given = entries.get(key.text);
      const isGiven = given !== undefined && force(given)[0]?.kind !== "null";
      const by = `default of ${key.text}`;
      const nothing = optional?.name === "optional" ? unset : given;
      const item = isGiven
        ? given
        : fallback === undefined
          ? nothing
          : ({ kind: "written", node: fallback, environment, label: by } as const);
      if (item !== undefined) entries.set(key.text, within(item, form));
    }
    return objectOf(entries, value.chain);
  });
  return { kind: "known", values };
}

function typeCall(node: YamlNode, { source }: HclEnvironment): TypeCall | undefined {
  const found = dereference(node);
  if (found?.kind === "sequence" && found.tag?.startsWith(callTag) === true)
    return { name: found.tag.slice(callTag.length), args: itemsOf(found) };
  if (found?.kind !== "scalar" || found.tag !== expressionTag) return undefined;
  const expression = parseHclExpression(source.text, found.span.start, found.span.end);
  if (expression?.kind !== "call") return undefined;
  return { name: expression.name, args: expression.args.map((arg) => nodeOfExpression(source.text, arg)) };
}

/** The type of a variable where it says anything of what is left out. */
export function typeWithDefaults(type: YamlNode | undefined): YamlNode | undefined {
  return mentionsDefault(type, 0) ? type : undefined;
}

function mentionsDefault(node: YamlNode | undefined, depth: number): boolean {
  if (node === undefined || depth > maximumDepth * 2) return false;
  if (node.kind === "scalar") return node.text.includes("optional(");
  if (node.kind === "sequence")
    return node.tag === `${callTag}optional` || node.items.some((item) => mentionsDefault(item, depth + 1));
  return entriesOf(node).some(({ value }) => mentionsDefault(value, depth + 1));
}
