/** Names of what holds a whole image. */
const imageName = /(?:^|[_.-])(?:image|img)(?:[_.-]?(?:name|ref|reference|uri|url))?$/i;

/** Whether a variable that is empty is one whose image somebody else says: who includes the file, or starts it. */
export function saysImageLater(name: string, text: string | undefined): boolean {
  return text === "" && imageName.test(name);
}
