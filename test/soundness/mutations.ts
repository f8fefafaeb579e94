import { decode, encode } from "cborg";
import type { Random } from "./random.ts";
import { mutateDer } from "./derMutations.ts";

/** What the bytes of a part are, so that they are changed along their structure. */
export type Kind = "json" | "der" | "cbor" | "bytes";

export interface Part {
  readonly kind: Kind;
  readonly bytes: Buffer;
}

/** Changes a part; `other` is the same part of another valid signature, to take pieces from. */
export function mutate(part: Part, other: Part | undefined, random: Random): Buffer {
  // A third of the mutants know nothing of the structure: readers must stand those too.
  if (random.below(3) === 0) return mutateBytes(part.bytes, other?.bytes, random);
  switch (part.kind) {
    case "json":
      return mutateJson(part.bytes, other?.bytes, random);
    case "der":
      return mutateDer(part.bytes, other?.bytes, random);
    case "cbor":
      return mutateCbor(part.bytes, other?.bytes, random);
    case "bytes":
      return mutateBytes(part.bytes, other?.bytes, random);
  }
}

function mutateBytes(bytes: Buffer, other: Buffer | undefined, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(16);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(other === undefined ? 8 : 10)) {
    case 0:
      return flipped(bytes, at, 1 << random.below(8));
    case 1:
      return flipped(bytes, at, 1 + random.below(255));
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([before, after.subarray(length)]);
    case 4:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 5:
      return Buffer.concat([before, Buffer.from([random.below(256)]), after]);
    case 6:
      return Buffer.concat([after, before]);
    case 7:
      return Buffer.concat([bytes, random.below(2) === 0 ? bytes : Buffer.alloc(length)]);
    case 8:
      return Buffer.from(other ?? bytes);
    default:
      // Where both have the same layout, one piece of the other signature.
      return Buffer.concat([before, (other ?? bytes).subarray(at, at + length * 4), after.subarray(length * 4)]);
  }
}

export function flipped(bytes: Uint8Array, at: number, mask: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = Math.min(at, changed.length - 1);
  if (index >= 0) changed[index] = (changed[index] ?? 0) ^ mask;
  return changed;
}

const nasty: readonly unknown[] = [null, 0, -1, 1e308, true, "", "AAAA", "0", "\u0000", [], {}, [[]], { length: -1 }];

function mutateJson(bytes: Buffer, other: Buffer | undefined, random: Random): Buffer {
  const text = bytes.toString("utf8");
  const json = parsed(text);
  const from = other === undefined ? undefined : parsed(other.toString("utf8"));
  if (json === undefined) return mutateBytes(bytes, other, random);
  switch (random.below(10)) {
    case 0:
      return Buffer.from(JSON.stringify(json, undefined, random.below(3)));
    case 1:
      return Buffer.from(reordered(text, json, random));
    case 2:
      return Buffer.from(doubled(json, from, random));
    case 3:
      return Buffer.from(escaped(text, random));
    case 4:
      return Buffer.from(
        `${random.pick(["\ufeff", " ", "\n", "", "\u0000"])}${text}${random.pick(["\n", " ", "{}", "", ","])}`,
      );
    default:
      return Buffer.from(JSON.stringify(changedAt(json, from, random, 0)));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Changes one place of a value, going down until something is changed. */
function changedAt(value: unknown, other: unknown, random: Random, depth: number): unknown {
  const here = random.below(6) === 0;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const others: unknown[] = Array.isArray(other) ? other : [];
    const i = random.below(Math.max(1, items.length));
    if (!here && items.length > 0) return items.with(i, changedAt(items[i], others[i], random, depth + 1));
    return random.pick<() => unknown>([
      () => items.toReversed(),
      () => [...items, ...items],
      () => [...items, ...others],
      () => [...others, ...items],
      () => items.slice(1),
      () => [],
      () => others,
    ])();
  }
  if (isRecord(value)) {
    const names = Object.keys(value);
    const others = isRecord(other) ? other : {};
    const name = names[random.below(Math.max(1, names.length))];
    if (name === undefined) return random.pick(nasty);
    if (!here) return { ...value, [name]: changedAt(value[name], others[name], random, depth + 1) };
    const second = random.pick(names);
    return random.pick<() => unknown>([
      () => Object.fromEntries(Object.entries(value).filter(([each]) => each !== name)),
      () => ({ ...value, [name]: others[name] }),
      () => ({ ...value, [name]: value[second], [second]: value[name] }),
      () => ({ ...value, [name.toUpperCase()]: others[name] }),
      () => ({ ...value, [name]: random.pick(nasty) }),
      () => others,
    ])();
  }
  if (here && other !== undefined) return other;
  if (typeof value === "string") return changedText(value, typeof other === "string" ? other : undefined, random);
  if (typeof value === "number")
    return random.pick<unknown>([value + 1, value - 1, -value, String(value), value * 2, value + 0.5, other ?? 0]);
  return random.pick(nasty);
}

/** Changes a text: what it encodes where it is Base64, its letters, or how it encodes the same. */
function changedText(text: string, other: string | undefined, random: Random): unknown {
  const isBase64 = text.length >= 8 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  const isPem = text.startsWith("-----BEGIN");
  if (text.startsWith("{") && random.below(3) > 0)
    return mutateJson(Buffer.from(text), other === undefined ? undefined : Buffer.from(other), random).toString();
  if (isBase64 && random.below(4) > 0) {
    const url = /[-_]/.test(text) || !/[+/=]/.test(text) ? "base64url" : "base64";
    const inner = Buffer.from(text, "base64");
    const from = other === undefined ? undefined : Buffer.from(other, "base64");
    const kind: Kind = inner[0] === 0x7b ? "json" : inner[0] === 0x30 ? "der" : "bytes";
    const changed = mutate({ kind, bytes: inner }, from === undefined ? undefined : { kind, bytes: from }, random);
    return changed.toString(url === "base64url" && text.length % 4 !== 0 ? "base64url" : "base64");
  }
  const at = random.below(text.length + 1);
  return random.pick<() => unknown>([
    () => other ?? "",
    () => text.slice(0, at),
    () => text + text,
    () => `${text.slice(0, at)}\n${text.slice(at)}`,
    () => `${text.slice(0, at)} ${text.slice(at)}`,
    () => text.replaceAll("+", "-").replaceAll("/", "_"),
    () => text.replace(/=+$/, ""),
    () => `${text}=`,
    () => (isPem ? `${text}${other ?? text}` : text.toUpperCase()),
    () => (isPem ? `${other ?? text}${text}` : text.toLowerCase()),
    () => `${text.slice(0, at)}${String.fromCharCode(33 + random.below(90))}${text.slice(at + 1)}`,
    () => random.pick(nasty),
  ])();
}

function reordered(text: string, json: unknown, random: Random): string {
  if (!isRecord(json)) return text;
  const entries = Object.entries(json);
  return JSON.stringify(
    Object.fromEntries(
      random.below(2) === 0 ? entries.toReversed() : entries.toSorted(([one], [two]) => (one < two ? -1 : 1)),
    ),
  );
}

/** The same member twice, the other signature's before or after its own: readers disagree on which of them counts. */
function doubled(json: unknown, other: unknown, random: Random): string {
  if (!isRecord(json)) return JSON.stringify([json, json]);
  const names = Object.keys(json);
  const name = random.pick(names);
  const second = isRecord(other) ? other[name] : random.pick(nasty);
  const own = names.map((each) => `${JSON.stringify(each)}:${JSON.stringify(json[each])}`);
  const twice = `${JSON.stringify(name)}:${JSON.stringify(second ?? null)}`;
  return `{${(random.below(2) === 0 ? [twice, ...own] : [...own, twice]).join(",")}}`;
}

/** Letters as escapes: the same text to every reader of JSON, other bytes to whoever hashes them. */
function escaped(text: string, random: Random): string {
  const letters = [...text.matchAll(/[a-zA-Z]/g)];
  const at = letters[random.below(Math.max(1, letters.length))]?.index ?? 0;
  const code = (text.codePointAt(at) ?? 0).toString(16).padStart(4, "0");
  return `${text.slice(0, at)}\\u${code}${text.slice(at + 1)}`;
}

function mutateCbor(bytes: Buffer, other: Buffer | undefined, random: Random): Buffer {
  const items = decoded(bytes);
  const from = other === undefined ? undefined : decoded(other);
  if (items === undefined) return mutateBytes(bytes, other, random);
  const i = random.below(items.length);
  const item = items[i];
  const second = from?.[i];
  const changed = random.pick<() => readonly unknown[]>([
    () => items.with(i, second ?? new Uint8Array(0)),
    () =>
      items.with(
        i,
        item instanceof Uint8Array
          ? mutateBytes(Buffer.from(item), undefined, random)
          : changedMap(item, second, random),
      ),
    () => items.toReversed(),
    () => [...items, item],
    () => items.slice(0, -1),
    () => items.with(i, random.pick(nasty)),
    () => items.with(0, protectedChanged(items[0], from?.[0], random)),
  ])();
  const tag = random.below(12) === 0 ? Buffer.from([0xd8, 0x12]) : Buffer.from([0xd2]);
  try {
    return Buffer.concat([tag, encode(changed)]);
  } catch {
    return mutateBytes(bytes, other, random);
  }
}

function decoded(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const value: unknown = decode(bytes.subarray(1), { useMaps: true, tags: timeTag });
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const timeTag: { [tag: number]: (inner: () => unknown) => unknown } = { 1: (inner) => inner() };

function protectedChanged(own: unknown, other: unknown, random: Random): unknown {
  if (!(own instanceof Uint8Array)) return own;
  try {
    const map: unknown = decode(own, { useMaps: true, tags: timeTag });
    const second: unknown = other instanceof Uint8Array ? decode(other, { useMaps: true, tags: timeTag }) : undefined;
    return encode(changedMap(map, second, random));
  } catch {
    return own;
  }
}

function changedMap(map: unknown, other: unknown, random: Random): unknown {
  if (!(map instanceof Map) || map.size === 0) return random.pick(nasty);
  const entries: [unknown, unknown][] = [...map.entries()];
  const i = random.below(entries.length);
  const [name, value] = entries[i] ?? [undefined, undefined];
  const second: unknown = other instanceof Map ? other.get(name) : undefined;
  return random.pick<() => unknown>([
    () => new Map(entries.filter((_, each) => each !== i)),
    () => new Map(entries.toReversed()),
    () => new Map([...entries, [name, second ?? random.pick(nasty)]]),
    () => new Map([...entries, [random.pick([0, 2, 4, 99, "x"]), second ?? 1]]),
    () => new Map(entries.with(i, [name, changedLeaf(value, second, random)])),
    () => other ?? new Map(),
  ])();
}

function changedLeaf(value: unknown, other: unknown, random: Random): unknown {
  if (value instanceof Uint8Array)
    return mutateDer(Buffer.from(value), other instanceof Uint8Array ? Buffer.from(other) : undefined, random);
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const i = random.below(Math.max(1, items.length));
    const others: unknown[] = Array.isArray(other) ? other : [];
    return random.pick<() => unknown>([
      () => items.toReversed(),
      () => [...items, ...items],
      () => items.slice(1),
      () => items.with(i, changedLeaf(items[i], others[i], random)),
      () => [...others, ...items],
    ])();
  }
  return other ?? random.pick(nasty);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
