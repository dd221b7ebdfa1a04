import type { Image } from '../../images/catalog.ts';
import type { Container, Pod } from '../shapes/pod.ts';
import { expand } from './environment.ts';

/** What a container runs: `executable` undefined stands for the image's entrypoint. `$(NAME)` is replaced from the environment. */
export function commandOf(container: Container, env: ReadonlyMap<string, string>): { readonly executable: string | undefined; readonly args: readonly string[] } {
  const [executable, ...fixed] = (container.command ?? []).map((word) => expand(word, env));
  return { executable, args: [...fixed, ...(container.args ?? []).map((word) => expand(word, env))] };
}

const RUNC = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

/** Why the runtime cannot put a container's volumes in their places, in runc's words: none of them can lie over a file. */
export function mountOverFile(pod: Pod, container: Container, image: Image): string | undefined {
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((one) => one.name === name);
    const [, type] = VOLUME_TYPES.find(([field]) => volume?.[field] !== undefined) ?? [];
    if (!type || !image.executables?.includes(mountPath)) continue;
    const folder = `/var/lib/kubelet/pods/${pod.metadata.uid ?? ''}/volumes/kubernetes.io~${type}/${name}`;
    return `${RUNC}error during container init: error mounting "${folder}" to rootfs at "${mountPath}": mount ${folder}:${mountPath} (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown`;
  }
  return undefined;
}

const VOLUME_TYPES = [['emptyDir', 'empty-dir'], ['configMap', 'configmap'], ['secret', 'secret'], ['projected', 'projected']] as const;

/** Why the runtime cannot start the executable, in runc's words; `undefined` where it can. */
export function startProblem(image: Image, executable: string | undefined): string | undefined {
  if (executable === undefined || !image.executables || image.executables.includes(executable)) return undefined;
  const detail = executable.startsWith('/') ? `stat ${executable}: no such file or directory` : 'executable file not found in $PATH';
  return `${RUNC}exec: "${executable}": ${detail}: unknown`;
}
