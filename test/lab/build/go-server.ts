/**
 * A server (or tool) of the lab that is built from Go modules.
 *
 * Each one has its own folder under `servers/` with a committed `go.mod` and `go.sum`, because modules whose
 * `go.mod` holds `replace` lines refuse `go install module@version`.
 */
export interface GoServer {
  /** The name on the command line. */
  readonly name: string;
  /** Folder of its pins, relative to `test/lab`; `servers/<name>` unless said otherwise. */
  readonly folder?: string;
  readonly module: string;
  readonly version: string;
  /** What `go build` is told to build, from inside the folder: an import path, or `.` when the folder has its own main. */
  readonly package: string;
  /** File names made in the binary folder. The first is the file that is built, the others are links to it. */
  readonly binaries: readonly [string, ...string[]];
  readonly tags?: readonly string[];
  readonly cgo?: boolean;
  /** Added to `-ldflags "-s -w"`. */
  readonly ldflags?: readonly string[];
  /** Paths inside the module that the server reads at run time; copied to `share/` beside the binaries. */
  readonly share?: readonly string[];
  /** Further modules that the folder's own main needs, or that must be held at a version: path → version. */
  readonly also?: Readonly<Record<string, string>>;
  /** Published version of a module that upstream replaces by a folder of its own repository. */
  readonly localReplace?: (path: string) => string | undefined;
  /** Modules that no proxy holds → the folder here (beside `server.ts`) of what was written in their stead. */
  readonly standIns?: Readonly<Record<string, string>>;
  /** Seconds on two cores with empty caches, for the progress line. */
  readonly coldSeconds: number;
  /** The programs that the lab calls; all of `binaries` unless said otherwise. */
  readonly programs?: readonly string[];
  /** How to tell that a program found on the machine will do: its arguments, and what it must then print. */
  readonly accepts?: Readonly<Record<string, { readonly args: readonly string[]; readonly prints: string }>>;
}
