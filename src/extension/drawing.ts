import type * as vscode from "vscode";

/** Changes that come within this time, in milliseconds, are drawn together. */
const pause = 50;

/** Draws soon: many changes are one drawing, and none of them waits for it. */
export interface Drawing extends vscode.Disposable {
  readonly request: () => void;
}

export function createDrawing(draw: () => void): Drawing {
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    timer = undefined;
    draw();
  };
  return {
    request() {
      timer ??= setTimeout(run, pause);
    },
    dispose: () => clearTimeout(timer),
  };
}
