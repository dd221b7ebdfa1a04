import type { ClusterObjects } from '../../objects.ts';
import type { ConfigMap, Secret } from '../shapes/cluster.ts';
import type { Container, KeyToPath, Pod, Volume, VolumeMount } from '../shapes/pod.ts';

interface Source {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function sourcesOf(volume: Volume): readonly Source[] {
  if (volume.configMap) return [{ kind: 'ConfigMap', ...volume.configMap }];
  if (volume.secret) {
    const { secretName, ...rest } = volume.secret;
    return [{ kind: 'Secret', name: secretName, ...rest }];
  }
  return (volume.projected?.sources ?? []).flatMap((source): Source[] => {
    if (source.configMap) return [{ kind: 'ConfigMap', ...source.configMap }];
    return source.secret ? [{ kind: 'Secret', ...source.secret }] : [];
  });
}

/** The first volume that cannot be set up, with the text of the kubelet's `FailedMount` event. */
export function findMountProblem(objects: ClusterObjects, pod: Pod): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    for (const source of sourcesOf(volume)) {
      const problem = sourceProblem(objects, pod, source);
      if (problem) return `MountVolume.SetUp failed for volume "${volume.name}" : ${problem}`;
    }
  }
  return undefined;
}

function sourceProblem(objects: ClusterObjects, pod: Pod, source: Source): string | undefined {
  const keys = keysOf(objects, pod, source);
  if (!keys) return source.optional ? undefined : `${source.kind.toLowerCase()} "${source.name}" not found`;
  const absent = source.optional ? undefined : source.items?.find(({ key }) => !keys.includes(key));
  if (!absent) return undefined;
  return source.kind === 'ConfigMap' ? `configmap references non-existent config key: ${absent.key}` : `references non-existent secret key: ${absent.key}`;
}

function keysOf(objects: ClusterObjects, pod: Pod, { kind, name }: Source): readonly string[] | undefined {
  const object = objects.get<ConfigMap & Secret>('v1', kind, pod.metadata.namespace, name);
  return object && [...Object.keys(object.data ?? {}), ...Object.keys(object.binaryData ?? {})];
}

/** The file system of one container, as far as its volumes make it. */
export interface Files {
  has(path: string): boolean;
  /** Why nothing can be created there, or `undefined`. */
  refusesWrite(path: string): string | undefined;
  written(path: string): void;
}

/** `written` is shared by the containers of a pod: what one writes to an emptyDir, another finds. */
export function containerFiles(objects: ClusterObjects, pod: Pod, container: Container, { user, written }: { readonly user: number; readonly written: Set<string> }): Files {
  const mountOf = (path: string): { readonly mount: VolumeMount; readonly volume: Volume | undefined } | undefined => {
    const mounts = (container.volumeMounts ?? []).filter(({ mountPath }) => isWithin(path, mountPath));
    const mount = mounts.sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
    return mount && { mount, volume: pod.spec.volumes?.find(({ name }) => name === mount.name) };
  };
  const isFolder = (path: string): boolean => FOLDERS.includes(path) || (container.volumeMounts ?? []).some(({ mountPath }) => isWithin(mountPath, path));
  const placeOf = (path: string): string => {
    const found = mountOf(path);
    return found ? `${found.mount.name}:${within(path, found.mount)}` : `${container.name}:${path}`;
  };
  return {
    has(path) {
      const found = mountOf(path);
      if (!found?.volume) return written.has(placeOf(path));
      // Whatever is mounted, its own place exists: a sub-path that is not in the volume becomes an empty folder.
      if (path === found.mount.mountPath.replace(/\/+$/, '')) return true;
      const wanted = within(path, found.mount);
      const files = filesOf(objects, pod, found.volume);
      return wanted === '' || files.some((file) => file === wanted || file.startsWith(`${wanted}/`)) || written.has(placeOf(path));
    },
    refusesWrite(path) {
      const found = mountOf(path);
      const isRoot = (container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser ?? user) === 0;
      if (!found) {
        if (!isFolder(path.slice(0, path.lastIndexOf('/')))) return 'no such file or directory';
        if (isWithin(path, '/dev/shm')) return undefined;
        if (container.securityContext?.readOnlyRootFilesystem) return 'read-only file system';
        return isRoot || isWithin(path, '/tmp') ? undefined : 'permission denied';
      }
      if (found.mount.readOnly || !found.volume || sourcesOf(found.volume).length > 0) return 'read-only file system';
      return undefined;
    },
    written(path) {
      written.add(placeOf(path));
    },
  };
}

/** Folders of the lab's image; a mount makes those above it. */
const FOLDERS = ['', '/tmp', '/etc', '/dev', '/dev/shm', '/proc', '/sys', '/run', '/var/run'];

function filesOf(objects: ClusterObjects, pod: Pod, volume: Volume): readonly string[] {
  return sourcesOf(volume).flatMap((source) => {
    const keys = keysOf(objects, pod, source) ?? [];
    return source.items ? source.items.filter(({ key }) => keys.includes(key)).map(({ path }) => path) : keys;
  });
}

function isWithin(path: string, directory: string): boolean {
  const root = directory.replace(/\/+$/, '');
  return path === root || path.startsWith(`${root}/`);
}

function within(path: string, { mountPath, subPath }: VolumeMount): string {
  const rest = path.slice(mountPath.replace(/\/+$/, '').length).replace(/^\/+/, '');
  return [subPath, rest].filter((part) => part !== undefined && part !== '').join('/');
}
