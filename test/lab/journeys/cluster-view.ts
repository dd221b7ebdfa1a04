import type { LabFacts } from '../boot/lab.ts';
import { kubectl } from '../boot/kubernetes.ts';

export interface ContainerState {
  readonly terminated?: { readonly reason: string; readonly exitCode: number };
  readonly waiting?: { readonly reason: string };
}
export interface ContainerStatus {
  readonly ready: boolean;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}
export interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly resources?: { readonly limits?: { readonly memory?: string } } }[] };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** One cluster, as the person sees it who has its kubeconfig. */
export interface ClusterView {
  kubectl(args: readonly string[], input?: string): Promise<string>;
  apply(objects: object): Promise<void>;
  get<T>(...args: string[]): Promise<T>;
  /** A value of an object by its JSONPath, as text. */
  value(path: string, ...args: string[]): Promise<string>;
  pods(namespace: string): Promise<readonly Pod[]>;
  containers(namespace: string): Promise<readonly ContainerStatus[]>;
  /** There is a pod, and every container of every pod is ready. */
  allReady(namespace: string): Promise<boolean>;
}

/** The cluster of a kubeconfig; the lab's own where none is given. */
export const clusterView = (lab: LabFacts, kubeconfig = lab.kubernetes?.kubeconfig ?? ''): ClusterView => {
  const k: ClusterView['kubectl'] = (args, input) => kubectl({ bin: lab.programs }, { kubeconfig, args, ...(input === undefined ? {} : { input }) });
  const get = async <T>(...args: string[]): Promise<T> => JSON.parse(await k(['get', ...args, '--output', 'json'])) as T;
  const pods = async (namespace: string): Promise<readonly Pod[]> => (await get<{ items: Pod[] }>('pods', '-n', namespace)).items;
  const containers = async (namespace: string): Promise<readonly ContainerStatus[]> => (await pods(namespace)).flatMap(({ status }) => status.containerStatuses ?? []);
  return {
    kubectl: k,
    get,
    pods,
    containers,
    apply: async (objects) => void (await k(['apply', '--filename', '-'], JSON.stringify(objects))),
    value: (path, ...args) => k(['get', ...args, '--output', `jsonpath={${path}}`]),
    async allReady(namespace) {
      const all = await pods(namespace);
      return all.length > 0 && all.every(({ status }) => (status.containerStatuses ?? []).length > 0 && (status.containerStatuses ?? []).every(({ ready }) => ready));
    },
  };
};
