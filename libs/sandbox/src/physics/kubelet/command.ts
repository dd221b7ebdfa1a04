import type { Image } from '../../images/catalog.ts';
import type { Container } from '../shapes/pod.ts';
import { expand } from './environment.ts';

/** What a container runs: `executable` undefined stands for the image's entrypoint. `$(NAME)` is replaced from the environment. */
export function commandOf(container: Container, env: ReadonlyMap<string, string>): { readonly executable: string | undefined; readonly args: readonly string[] } {
  const [executable, ...fixed] = (container.command ?? []).map((word) => expand(word, env));
  return { executable, args: [...fixed, ...(container.args ?? []).map((word) => expand(word, env))] };
}

/** Why the runtime cannot start the executable, in runc's words; `undefined` where it can. */
export function startProblem(image: Image, executable: string | undefined): string | undefined {
  if (executable === undefined || !image.executables || image.executables.includes(executable)) return undefined;
  const detail = executable.startsWith('/') ? `stat ${executable}: no such file or directory` : 'executable file not found in $PATH';
  return (
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
    `unable to start container process: exec: "${executable}": ${detail}: unknown`
  );
}
