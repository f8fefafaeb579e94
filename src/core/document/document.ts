import type { ImageReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";

/** The file formats that have a reader. Add one in its own file and to `readDocument`'s list. */
export type Dialect =
  | "dockerfile"
  | "compose"
  | "github-workflow"
  | "github-action"
  | "kubernetes"
  | "kustomize"
  | "helm-chart"
  | "helm-values"
  | "helm-template"
  | "helmfile"
  | "skaffold"
  | "ko"
  | "gitlab-ci"
  | "azure-pipelines"
  | "circleci"
  | "bitbucket-pipelines"
  | "tekton"
  | "argo"
  | "drone"
  | "woodpecker"
  | "buildkite"
  | "cloud-build"
  | "codebuild"
  | "shell"
  | "makefile"
  | "devcontainer"
  | "bake"
  | "earthfile"
  | "jenkinsfile"
  | "jenkins-casc"
  | "terraform"
  | "nomad"
  | "packer"
  | "waypoint"
  | "quadlet"
  | "butane"
  | "ecs"
  | "cloudformation"
  | "ansible"
  | "molecule"
  | "kitchen"
  | "execution-environment"
  | "talos"
  | "gitpod"
  | "devfile"
  | "cirrus"
  | "travis"
  | "concourse"
  | "semaphore"
  | "batect"
  | "cloud-init"
  | "okteto"
  | "garden"
  | "screwdriver"
  | "prow"
  | "bitrise"
  | "werf"
  | "act-options"
  | "captain-definition"
  | "container-definition"
  | "ddev"
  | "lando"
  | "kubeflow-pipelines"
  | "wercker"
  | "onedev"
  | "harness"
  | "devspace"
  | "goreleaser"
  | "pulumi"
  | "serverless"
  | "render"
  | "taskfile"
  | "vagrantfile"
  | "package-scripts"
  | "toml-tasks"
  | "editor-tasks"
  | "justfile"
  | "nix"
  | "maven"
  | "gradle"
  | "bazel"
  | "bazel-options"
  | "tilt"
  | "fly"
  | "buildpacks"
  | "cross"
  | "runtime-config"
  | "pre-commit"
  | "codefresh"
  | "app-platform"
  | "unrecognised";

/**
 * How far a reference's value is known from the files:
 * `literal` stands in the text as it is; `resolved` follows variables to their defaults; `partial` knows the
 * repository but not all the rest; `unresolved` does not know the repository.
 */
export type Resolution = "literal" | "resolved" | "partial" | "unresolved";

/** One step of how a value came to be, outermost first: the expression, the variable, the literal. */
export interface ValueStep {
  readonly span: Span;
  /** Another file, where the value crosses files; absent for this document. */
  readonly file?: string;
  /** What this step is, in words: "ARG NODE_VERSION", "default in the expression". */
  readonly label: string;
  readonly text: string;
}

/** One place where a document refers to an image. */
export interface ImageUse {
  /** The reference's own text, without quotes and without a wrapper such as `docker://`. */
  readonly span: Span;
  readonly text: string;
  /** Where in the dialect: `from`, `copy-from`, `mount-from`, `syntax`, `container`, `services`, `image`, ... */
  readonly site: string;
  /** Absent where it cannot be known from the files. */
  readonly reference?: ImageReference;
  readonly resolution: Resolution;
  /** The literal that a fix would edit, where that is not `span` itself. */
  readonly definedAt?: Span;
  /** Where `@sha256:...` is written to pin this use (an empty span to insert at, or the old digest with its `@` to replace); absent where no safe edit exists. */
  readonly pinAt?: Span;
  /** What is written at `pinAt` before the digest: `@` where absent, nothing or a key where the digest has its own. */
  readonly pinBefore?: string;
  /** How the value came to be; empty for a literal. */
  readonly chain: readonly ValueStep[];
  /** Platform that the reference asks for (`linux/arm64`), where it is written literally. */
  readonly platform?: string;
}

/** A part of a shell word's value: what it says, where the word writes it, and where its text comes from. */
export interface WordPart {
  /** Absent where only running the script can tell. */
  readonly text?: string;
  /** Where the word writes it: the text itself, or the expansion. */
  readonly span: Span;
  /** Where the document holds the text as it is. */
  readonly literal?: Span;
  /** How an expansion came to its text; empty for what the word itself says. */
  readonly chain: readonly ValueStep[];
  /** What an unknown text is, one after the other: the items of a loop, what each branch assigned. */
  readonly choices?: readonly (readonly WordPart[])[];
  /** Parts of one group take the same choice at a time; absent where the choices are a group of their own. */
  readonly group?: object;
}

/** A word of a shell command after quote removal; `text` is undefined where an expansion makes it unknowable. */
export interface ShellWord {
  readonly span: Span;
  /** The word as written, expansions and quotes included. */
  readonly raw: string;
  /** The word's value where it is static or resolved through assignments of the same script. */
  readonly text: string | undefined;
  /** Names of the variables and expressions that the word expands, in order (`IMAGE`, `steps.build.outputs.digest`). */
  readonly expands: readonly string[];
  /** The parts of `text`, where it is not `raw` itself: quotes, expansions and escapes make them differ. */
  readonly parts?: readonly WordPart[];
}

/** One simple command (POSIX shell, 2.9.1): assignments dropped, redirections dropped, words in order. */
export interface ShellCommand {
  readonly span: Span;
  readonly words: readonly ShellWord[];
  /** Environment known to hold for the command: assignments before it, `env:` of its step and job. */
  readonly environment: Readonly<Record<string, string>>;
  /** Id of the job that runs it, where the dialect has jobs. */
  readonly job?: string;
  /** Index of the step in its job, where the dialect has steps. */
  readonly step?: number;
  /** What it is given to read, where its words say that a tool reads a file from there and the script holds the text. */
  readonly input?: ShellWord;
  /** Whether another machine runs it, which fetches for itself what was made here. */
  readonly isRemote?: boolean;
}

/** A step of a pipeline job. */
export interface JobStep {
  readonly span: Span;
  readonly id?: string;
  readonly name?: string;
  /** The action that the step uses (`docker/build-push-action@v6`), and its inputs as written. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, { readonly text: string; readonly span: Span }>>;
  /** The expression that decides whether it runs, as written. */
  readonly condition?: string;
}

/** A pipeline's job, in document order. */
export interface Job {
  readonly id: string;
  readonly span: Span;
  readonly steps: readonly JobStep[];
  /** Environment set for the workflow and the job, with the span of each value. */
  readonly environment: Readonly<Record<string, { readonly text: string; readonly span: Span }>>;
}

/** What is written for a variable, and where that holds; what comes later holds over what is around it. */
export interface OpenVariable {
  readonly text: string;
  readonly within: Span;
}

/** A name given to an image that is built, and where. */
export interface BuiltName {
  readonly name: string;
  readonly at: number;
  /** Whether the image is put into a registry by this name, too. */
  readonly isPushed?: boolean;
  /** Whether the image has this name with tags that are not known; with `*` before its first slash, in any registry. */
  readonly isAnyTag?: boolean;
}

/** What a reader makes of a file. Reading never fails: what could not be understood is a problem with its span. */
export interface Document {
  /** Workspace-relative, forward slashes. */
  readonly path: string;
  readonly dialect: Dialect;
  /** The text that all spans count in: without byte-order mark, and in YAML with a line feed for each lone carriage return. */
  readonly text: string;
  readonly images: readonly ImageUse[];
  readonly commands: readonly ShellCommand[];
  /**
   * Commands that are read for their images alone: those of PowerShell and of the command prompt, and those that
   * variables hold.
   */
  readonly furtherCommands?: readonly ShellCommand[];
  /** Names that the document gives to what it builds, beside those that its commands give. */
  readonly built?: readonly BuiltName[];
  /** What variables hold that only a run can tell, by their names: one image has one name, whichever of both is used. */
  readonly openVariables?: Readonly<Record<string, readonly OpenVariable[]>>;
  readonly jobs: readonly Job[];
  readonly problems: readonly Problem[];
}
