import * as vscode from "vscode";

/** The namespace of every setting. */
const section = "countersign";

/** A setting's value, or `fallback` where a person wrote something of another type. */
export function setting<T>(key: string, accepts: (value: unknown) => value is T, fallback: T): T {
  const value: unknown = vscode.workspace.getConfiguration(section).get(key);
  return accepts(value) ? value : fallback;
}

/** Calls back when the setting changes. */
export function onSettingChange(key: string, changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${section}.${key}`)) changed();
  });
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Which images are verified without being asked. */
export type Automatic = "workspace" | "openFiles" | "never";

export function isAutomatic(value: unknown): value is Automatic {
  return value === "workspace" || value === "openFiles" || value === "never";
}
