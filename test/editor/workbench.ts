// Page objects: what a person does in the workbench, in a person's words. Every wait has a limit and an
// error that says what was waited for.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { launchChromium } from "../../scripts/editor/chromium.mjs";
import { startServer } from "../../scripts/editor/server.mjs";
import { out } from "../../scripts/root.mjs";
import { lineTexts, middleOf, rowTexts } from "./inPage.mjs";

/** The themes that screenshots are taken in. */
const themes = {
  light: { kind: "vs", media: { colorScheme: "light", forcedColors: "none" } },
  dark: { kind: "vs-dark", media: { colorScheme: "dark", forcedColors: "none" } },
  highContrast: { kind: "hc-black", media: { colorScheme: "dark", forcedColors: "active" } },
} as const;

interface WorkbenchOptions {
  /** The folder to open. */
  readonly folder: string;
  /** A `.code-workspace` file to open instead. */
  readonly workspace?: string;
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** false leaves the folder in restricted mode until a person trusts it. */
  readonly trusted?: boolean;
  readonly theme?: keyof typeof themes;
  /** Environment of the editor, and so of the extension. */
  readonly env?: Readonly<Record<string, string>>;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export type Workbench = Awaited<ReturnType<typeof openWorkbench>>;

/** Opens a folder in an editor of its own, with the packaged extension installed. */
async function openWorkbench(options: WorkbenchOptions) {
  const { codeServer, chromium, extensionsFolder } = editorOfThisRun();
  const settings = {
    "window.autoDetectColorScheme": true,
    "window.autoDetectHighContrast": true,
    "workbench.preferredLightColorTheme": "Light Modern",
    "workbench.preferredDarkColorTheme": "Dark Modern",
    "workbench.preferredHighContrastColorTheme": "Default High Contrast",
    // A preview that finishes loading takes the focus; a person would open the list again.
    "workbench.quickOpen.closeOnFocusLost": false,
    ...options.settings,
  };
  const server = await startServer(codeServer, {
    extensionsFolder,
    settings,
    trusted: options.trusted ?? true,
    env: { ...options.env },
  });
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server.stop();
  };
  try {
    browser = await launchChromium(chromium);
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    page.setDefaultTimeout(30_000);
    const { workspace } = options;
    const address = new URL(server.url(options.folder));
    if (workspace !== undefined) {
      address.searchParams.delete("folder");
      address.searchParams.set("workspace", workspace);
    }
    await page.goto(address.href);
    await page.locator(".monaco-workbench .part.statusbar").waitFor();
    const actions = workbenchActions(page);
    /** Takes a picture in every theme, of whatever is open, and leaves the theme as it was. */
    const screenshots = async (name: string): Promise<void> => {
      for (const each of ["light", "dark", "highContrast"] as const) {
        await actions.setTheme(each);
        await actions.screenshot(`${name} ${each === "highContrast" ? "high contrast" : each}`);
      }
      await actions.setTheme(options.theme ?? "light");
    };
    await actions.setTheme(options.theme ?? "light");
    return { page, dataFolder: server.dataFolder, ...actions, screenshots, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the workbench of each test of a suite, and closes it after the test; where that failed, takes a picture first. */
export function workbenchOfTest(): (options: WorkbenchOptions) => Promise<Workbench> {
  let opened: Workbench | undefined;
  afterEach(async function close() {
    const workbench = opened;
    opened = undefined;
    if (workbench === undefined) return;
    const test = this.currentTest;
    if (test?.state === "failed") await workbench.screenshot(`failed ${test.fullTitle()}`);
    await workbench.close();
  });
  return async (options) => (opened = await openWorkbench(options));
}

function workbenchActions(page: Page) {
  const quickInput = page.locator(".quick-input-widget:visible");
  const quickRow = (label: string): Locator =>
    quickInput
      .locator(".monaco-list-row")
      .filter({ has: page.locator(".quick-input-list-label, .label-name", { hasText: label }) })
      .first();
  const editor = page.locator(".editor-group-container.active .monaco-editor[role='code']").first();

  return {
    editor,
    quickInput,

    /** Opens a file of the folder by its path in it. */
    async openFile(path: string): Promise<void> {
      await page.keyboard.press("Control+P");
      await quickInput.locator("input").fill(path);
      const name = path.slice(path.lastIndexOf("/") + 1);
      // The list shows what was open lately until the search is done.
      await quickRow(name).click();
      await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
      await editor.locator(".view-line").first().waitFor();
    },

    /**
     * Runs a command by its title in the command palette, which lists what can be run when it opens: a person who is
     * quicker than the window opens it again.
     */
    async runCommand(title: string): Promise<void> {
      for (let attempt = 1; ; attempt++) {
        await page.keyboard.press("F1");
        await quickInput.locator("input").fill(`>${title}`);
        try {
          await quickRow(title).click(attempt < 5 ? { timeout: 5000 } : {});
          return;
        } catch (error) {
          if (attempt === 5) throw error;
          await page.keyboard.press("Escape");
        }
      }
    },

    /** Switches the theme as the system does, so that whatever is open stays open, and waits until it shows. */
    async setTheme(name: keyof typeof themes): Promise<void> {
      const { kind, media } = themes[name];
      await page.emulateMedia(media);
      await page.locator(`.monaco-workbench.${kind}`).waitFor();
      // Colours of tokens and icons follow.
      await page.waitForTimeout(500);
    },

    /** Waits for a question that blocks the workbench, and gives it. */
    async dialog(text: string): Promise<Locator> {
      const dialog = page.locator(".monaco-dialog-box", { hasText: text });
      await dialog.waitFor();
      return dialog;
    },

    /** The labels in the quick pick that is open. */
    async quickPickItems(): Promise<string[]> {
      await quickInput.locator(".monaco-list-row").first().waitFor();
      return quickInput.locator(".monaco-list-row").evaluateAll(rowTexts);
    },

    /** Waits for a quick pick or input box with this title, and gives its title bar's text. */
    async quickPickTitle(part: string): Promise<string> {
      const title = quickInput.locator(".quick-input-title", { hasText: part });
      await title.waitFor();
      return oneLine(await title.innerText());
    },

    /** Chooses the item with this label from the open quick pick. */
    async pick(label: string): Promise<void> {
      await quickRow(label).click();
    },

    /** Types an answer into the open input box and accepts it. */
    async answer(text: string): Promise<void> {
      await quickInput.locator("input").fill(text);
      await page.keyboard.press("Enter");
    },

    /** Points at a text in the editor and gives what the hover says. */
    async hover(text: string): Promise<string> {
      const hover = page
        .locator(".monaco-hover:visible .hover-contents, .monaco-resizable-hover:visible .hover-contents")
        .first();
      await page.mouse.move(5, 5);
      await pointAt(page, editor, text);
      await hover.waitFor();
      return (await page.locator(".monaco-hover:visible .hover-contents").allInnerTexts()).join("\n");
    },

    /** Opens the hover at the cursor by keyboard alone, and gives what it says. */
    async hoverAtCursor(options: { readonly grow?: number } = {}): Promise<string> {
      await page.mouse.move(5, 5);
      await page.keyboard.press("Control+K");
      await page.keyboard.press("Control+I");
      const hover = page.locator(".monaco-resizable-hover:visible .hover-contents");
      await hover.first().waitFor();
      // What several providers say comes one after the other.
      await page.waitForTimeout(500);
      const box = await page.locator(".monaco-resizable-hover:visible").first().boundingBox();
      // A person pulls its lower edge down to see all of it; the editor remembers that size.
      if (options.grow !== undefined && box !== null) {
        const [x, y] = [box.x + box.width / 2, box.y + box.height - 2];
        await page.mouse.move(x, y - 30, { steps: 3 });
        await page.mouse.move(x, y, { steps: 3 });
        await page.waitForTimeout(400);
        await page.mouse.down();
        await page.mouse.move(x, y + options.grow, { steps: 5 });
        await page.mouse.up();
        await page.mouse.move(x, y - 60, { steps: 3 });
      }
      return (await hover.allInnerTexts()).join("\n");
    },

    /** Puts the cursor into a text of the editor. */
    async putCursor(text: string): Promise<void> {
      await pointAt(page, editor, text);
      await page.mouse.down();
      await page.mouse.up();
    },

    /** The titles of the code actions at the cursor; the menu stays open. */
    async codeActions(): Promise<string[]> {
      await page.keyboard.press("Control+.");
      const menu = page.locator(".action-widget:visible");
      await menu.locator(".monaco-list-row.action").first().waitFor();
      return menu.locator(".monaco-list-row.action").evaluateAll(rowTexts);
    },

    /** Chooses a code action from the open menu. */
    async chooseCodeAction(title: string): Promise<void> {
      await page.locator(".action-widget:visible .monaco-list-row.action", { hasText: title }).first().click();
    },

    /** Waits for a code lens with this text and gives it. */
    async codeLens(text: string): Promise<Locator> {
      const lens = editor.locator(".codelens-decoration", { hasText: text }).first();
      await lens.waitFor();
      return lens;
    },

    /** The whole text in the active editor, as far as it is on screen. */
    async editorText(): Promise<string> {
      return (await editor.locator(".view-line").evaluateAll(lineTexts)).join("\n");
    },

    /** Opens a view container from the activity bar by its title. */
    async openViewContainer(title: string): Promise<void> {
      // The whole item, because a badge may lie over its link.
      const link = page.locator(`a[aria-label^="${title}"]`);
      const tab = page.locator(".activitybar .action-item").filter({ has: link }).first();
      await tab.waitFor();
      const isOpen = (
        await page
          .locator(".part.sidebar .composite.title")
          .innerText()
          .catch(() => "")
      )
        .toLowerCase()
        .startsWith(title.toLowerCase());
      if (!isOpen) await tab.click();
      await page.locator(".part.sidebar .composite.title", { hasText: new RegExp(title, "i") }).waitFor();
    },

    /** The rows of a tree view, label and description in one line each, as far as they are on screen. */
    async treeItems(view: string): Promise<string[]> {
      const rows = tree(page, view).locator(".monaco-list-row");
      await rows.first().waitFor();
      return rows.evaluateAll(rowTexts);
    },

    /** A row of a tree view by a part of its text. */
    treeItem(view: string, text: string): Locator {
      return tree(page, view).locator(".monaco-list-row", { hasText: text }).first();
    },

    /** What a view says where it has no items. */
    async welcome(view: string): Promise<string> {
      const content = pane(page, view).locator(".welcome-view-content");
      await content.waitFor();
      return oneLine(await content.innerText());
    },

    /** A status bar item by a part of its text or of its accessible name. */
    statusBarItem(text: string): Locator {
      const items = page.locator(".part.statusbar .statusbar-item");
      return items
        .filter({ hasText: text })
        .or(page.locator(`.part.statusbar .statusbar-item[aria-label*="${text}"]`))
        .first();
    },

    /** Waits for a notification with this text, and gives it. */
    async notification(text: string): Promise<Locator> {
      const toast = page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first();
      await toast.waitFor();
      return toast;
    },

    /** The messages of every notification that is on screen. */
    async notifications(): Promise<string[]> {
      return (await page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts()).map(oneLine);
    },

    /** The messages in the Problems view, which this opens. */
    async problems(): Promise<string[]> {
      await page.keyboard.press("Control+Shift+M");
      const rows = page.locator(".markers-panel .monaco-list-row");
      await rows.first().waitFor();
      return rows.evaluateAll(rowTexts);
    },

    /** Saves what the workbench shows to out/screenshots, and gives the file. */
    async screenshot(name: string): Promise<string> {
      const folder = join(out, "screenshots");
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${name.replaceAll(/[^\w.-]+/gu, "-").slice(0, 120)}.png`);
      await page.screenshot({ path, animations: "disabled" });
      return path;
    },
  };
}

function pane(page: Page, view: string): Locator {
  return page.locator(".pane", { has: page.locator(".pane-header .title", { hasText: view }) }).first();
}

function tree(page: Page, view: string): Locator {
  return pane(page, view).locator(".monaco-list").first();
}

/** Moves the mouse to the middle of a text's first occurrence in the editor. */
async function pointAt(page: Page, editor: Locator, text: string): Promise<void> {
  const line = editor.locator(".view-line", { hasText: text }).first();
  await line.waitFor();
  const { x, y } = await line.evaluate(middleOf, text);
  await page.mouse.move(x, y, { steps: 3 });
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}

interface EditorOfThisRun {
  readonly codeServer: { readonly node: string; readonly main: string };
  readonly chromium: string;
  readonly extensionsFolder: string;
}

function editorOfThisRun(): EditorOfThisRun {
  const text = process.env["COUNTERSIGN_EDITOR"];
  if (text === undefined)
    throw new Error("Run journeys with `npm run test:editor -- --journeys`, which prepares the editor.");
  return JSON.parse(text) as EditorOfThisRun;
}
