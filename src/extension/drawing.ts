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

/** Runs at once, and then no more often than every `pause` milliseconds; the last request is never left out. */
export function createPace(run: () => void, pause: number): Drawing {
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;
  const elapsed = (): void => {
    timer = undefined;
    if (isWanted) go();
  };
  const go = (): void => {
    isWanted = false;
    timer = setTimeout(elapsed, pause);
    run();
  };
  return {
    request() {
      if (timer === undefined) go();
      else isWanted = true;
    },
    dispose: () => clearTimeout(timer),
  };
}
