import type * as vscode from "vscode";
import type { Secrets } from "../application/ports.ts";

/**
 * Secrets in the editor's own store. The key begins with the origin that a secret was stored for, so that
 * a repository which renames a service's address finds nothing under the new one.
 */
export function createSecrets(storage: vscode.SecretStorage): Secrets {
  const key = (origin: string, name: string): string => `${new URL(origin).origin} ${name}`;
  return {
    get: async (origin, name) => await storage.get(key(origin, name)),
    set: async (origin, name, value) => await storage.store(key(origin, name), value),
    delete: async (origin, name) => await storage.delete(key(origin, name)),
  };
}
