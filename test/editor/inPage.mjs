// Runs inside the page, where playwright takes it: plain functions that use nothing from outside themselves.

/**
 * The texts of an editor's lines from top to bottom; the page holds them in no order.
 * @param {any[]} elements
 * @returns {string[]}
 */
export function lineTexts(elements) {
  return elements
    .map((element) => ({ top: element.offsetTop, text: element.textContent.replaceAll("\u00a0", " ") }))
    .toSorted((one, other) => one.top - other.top)
    .map((line) => line.text);
}

/**
 * The middle of a text inside an element, in the page's coordinates. The text may run across several nodes.
 * @param {any} element
 * @param {string} text
 * @returns {{ x: number, y: number }}
 */
export function middleOf(element, text) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode() !== null) nodes.push(walker.currentNode);
  const whole = nodes
    .map((node) => node.data)
    .join("")
    .replaceAll("\u00a0", " ");
  let rest = whole.indexOf(text) + Math.floor(text.length / 2);
  for (const node of nodes) {
    if (rest < node.length) {
      const range = document.createRange();
      range.setStart(node, rest);
      range.setEnd(node, rest + 1);
      const box = range.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }
    rest -= node.length;
  }
  throw new Error(`no '${text}' in '${whole}'`);
}

/**
 * The texts of a list's rows, each with its label and description apart, as a person sees them.
 * @param {any[]} elements
 * @returns {string[]}
 */
export function rowTexts(elements) {
  const parts =
    ".label-name, .label-description, .marker-message-details-container, .monaco-count-badge, .action-list-item-title, .title";
  return elements.map((element) => {
    const found = [...element.querySelectorAll(parts)].filter((part) => part.parentElement?.closest(parts) === null);
    const texts = found.length > 0 ? found.map((part) => part.textContent) : [element.innerText];
    return texts
      .map((text) => text.replaceAll(/\s+/gu, " ").trim())
      .filter((text) => text !== "")
      .join(" ");
  });
}
