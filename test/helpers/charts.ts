/** A workload of a chart that runs these images. */
export function workload(...images: readonly string[]): string {
  const containers = images.map((image) => `        - image: ${image}\n`).join("");
  return `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n${containers}`;
}

/** Files of the chart in `x/c`, and the names in their folders. */
export function listedSiblings(files: Readonly<Record<string, string>>): (path: string) => string | undefined {
  const texts = new Map<string, string>();
  const folders = new Map<string, Set<string>>();
  for (const [name, text] of Object.entries(files)) {
    const parts = (name.startsWith("../") ? `x/${name.slice(3)}` : `x/c/${name}`).split("/");
    texts.set(parts.join("/"), text);
    for (let end = 1; end < parts.length; end++) {
      const folder = `${parts.slice(0, end).join("/")}/`;
      const names = folders.get(folder) ?? new Set();
      folders.set(folder, names.add((parts[end] ?? "") + (end + 1 < parts.length ? "/" : "")));
    }
  }
  return (path) => {
    const names = folders.get(path);
    return names === undefined ? texts.get(path) : [...names].toSorted().join("\n");
  };
}
