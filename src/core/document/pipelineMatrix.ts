/**
 * Every combination of one value from each axis, in order, the last axis fastest; one empty combination for no axes,
 * none where an axis is empty. No more than `maximum`.
 */
export function combine<T>(
  axes: Iterable<readonly [name: string, values: readonly T[]]>,
  maximum: number,
): readonly ReadonlyMap<string, T>[] {
  let products: ReadonlyMap<string, T>[] = [new Map()];
  for (const [name, values] of axes)
    products = products
      .flatMap((product) => values.map((value) => new Map([...product, [name, value]])))
      .slice(0, maximum);
  return products;
}
