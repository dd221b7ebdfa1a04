import { sha256, shortDigest } from '@fleetmend/kernel';
import { labapp } from './labapp.ts';
import { serveForEver } from './program.ts';
import type { Program } from './program.ts';

/** An image as a kubelet finds it. */
export interface Image {
  /** As the container runtime names it: `docker.io/library/nginx:1.27`. */
  readonly reference: string;
  /** `docker.io/library/nginx@sha256:…` */
  readonly id: string;
  readonly bytes: number;
  /** The numeric user it runs as; 0 is root. */
  readonly user: number;
  /** Whether every node has it from the start, as imported images are. */
  readonly preloaded: boolean;
  /** The executables it holds; `undefined`: whatever is asked for. */
  readonly executables?: readonly string[];
  /** Its behaviour under these arguments, listening on these declared ports. */
  readonly program: (args: readonly string[], ports: readonly number[]) => Program;
}

export type ImageAnswer =
  | { readonly is: 'found'; readonly image: Image }
  | { readonly is: 'missing'; readonly reference: string }
  /** Nobody listens at the address of its registry. */
  | { readonly is: 'unreachable'; readonly reference: string; readonly registry: string }
  /** Not a name at all: `problem` is what the reference parser says. */
  | { readonly is: 'invalid'; readonly problem: string };

export interface ImageCatalog {
  find(name: string): ImageAnswer;
}

/** The loopback repository of the lab: nothing but this one image exists there. */
export const LAB_REPOSITORY = '127.0.0.1:5999';
export const LABAPP_IMAGE = `${LAB_REPOSITORY}/labapp:1`;

const LABAPP_EXECUTABLES = ['/labapp', 'labapp'] as const;
const NONROOT = 65532;
const ROOT = 0;

/** The grammar of image references, as containerd and the kubelet accept them. Source: the `distribution/reference` package. */
const REFERENCE = /^(?:((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9-]+)*(?::\d+)?)\/)?([a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(\w[\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-fA-F]{32,}))?$/;

/** `problem` where the text is no image reference; otherwise its parts, Docker Hub's short forms written out. */
export function parseImage(name: string): { readonly repository: string; readonly tag: string; readonly digest?: string } | { readonly problem: string } {
  const match = REFERENCE.exec(name);
  if (!match) return { problem: `invalid reference format${caseProblem(name)}` };
  const [, host, path = '', tag, digest] = match;
  const isHost = host !== undefined && (/[.:]/.test(host) || host === 'localhost');
  const rest = host !== undefined && !isHost ? `${host}/${path}` : path;
  const domain = isHost ? host : 'docker.io';
  const full = domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  return { repository: `${domain}/${full}`, tag: tag ?? 'latest', ...(digest ? { digest } : {}) };
}

/** The parser looks at the case of the path alone, and names it with what Docker Hub's short forms leave out. */
function caseProblem(name: string): string {
  const [first = '', ...others] = name.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const rest = isHost ? others.join('/') : others.length > 0 ? name : `library/${name}`;
  const path = rest.split(':')[0] ?? '';
  return path === path.toLowerCase() ? '' : `: repository name (${path}) must be lowercase`;
}

/**
 * The images of a world. Below {@link LAB_REPOSITORY} only `labapp:1` exists, and no other loopback address is a registry. Any other name exists and runs for ever,
 * unless it ends with one of `missing` (`:2.0.0-rc9`, `nginx:1.27-typo`).
 */
export function imageCatalog(missing: readonly string[] = []): ImageCatalog {
  return {
    find(name) {
      const parsed = parseImage(name);
      if ('problem' in parsed) return { is: 'invalid', problem: parsed.problem };
      const { repository, tag, digest } = parsed;
      const reference = digest ? `${repository}@${digest}` : `${repository}:${tag}`;
      const isLab = repository.startsWith(`${LAB_REPOSITORY}/`);
      const loopback = /^127\.0\.0\.1:\d+/.exec(repository)?.[0];
      if (loopback !== undefined && !isLab) return { is: 'unreachable', reference, registry: loopback };
      if (isLab ? reference !== LABAPP_IMAGE : missing.some((end) => name.endsWith(end))) return { is: 'missing', reference };
      const hash = digest ?? sha256(reference);
      return {
        is: 'found',
        image: {
          reference,
          id: `${repository}@${hash}`,
          bytes: 2_000_000 + (Number.parseInt(shortDigest(hash, 8), 16) % 180_000_000),
          user: isLab ? NONROOT : ROOT,
          preloaded: isLab,
          ...(isLab ? { executables: LABAPP_EXECUTABLES } : {}),
          program: isLab ? labapp : (_args, ports) => serveForEver(ports),
        },
      };
    },
  };
}
