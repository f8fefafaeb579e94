/** The images that a script makes by `docker.image`, each put behind the registry where it is used. */
export interface KeptImages {
  /** An image whose name begins at a token, kept under a name; used at once where that is empty. */
  add(name: string, argument: number): void;
  /** A name in the script, which may be a kept image that is used there or is given another value. */
  follow(name: string, isAssigned: boolean): void;
  /** The script has ended. */
  end(): void;
}

interface KeptImage {
  /** The token at which its name begins. */
  readonly argument: number;
  /** The host of a registry where it is made. */
  readonly around: string | undefined;
  /** Those where it is used. */
  readonly hosts: Set<string | undefined>;
}

/**
 * Follows kept images: the step for a registry puts its host before a name where that is used. `registry` tells the host
 * around the place that is read, `give` takes each image with its host once that is known.
 */
export function createKeptImages(
  registry: () => string | undefined,
  give: (argument: number, registry: string | undefined) => void,
): KeptImages {
  const kept = new Map<string, KeptImage>();
  const giveAll = ({ argument, around, hosts }: KeptImage): void => {
    for (const host of hosts.size === 0 ? [around] : hosts) give(argument, host);
  };
  return {
    add(name, argument) {
      const image = { argument, around: registry(), hosts: new Set<string | undefined>() };
      if (name === "") giveAll(image);
      else kept.set(name, image);
    },
    follow(name, isAssigned) {
      if (kept.size === 0) return;
      const image = kept.get(name);
      if (isAssigned && image !== undefined && kept.delete(name)) giveAll(image);
      kept.get(usedImage(name) ?? "")?.hosts.add(registry());
    },
    end() {
      for (const image of kept.values()) giveAll(image);
    },
  };
}

/** The name of what a script keeps and uses as an image there: `image.inside { }`. */
function usedImage(path: string): string | undefined {
  return /^(.+)\.(?:imageName|inside|pull|run|withRun)$/.exec(path)?.[1];
}
