// A rule's document is imported as its text: esbuild and the tests' loader both do so.
declare module "*.md" {
  const text: string;
  export default text;
}
