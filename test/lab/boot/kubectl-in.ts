import type { LabFacts } from './lab.ts';
import { kubectl } from './kubernetes.ts';

/** Runs kubectl against the lab's API server as its administrator, from a spec: stdout, or an error that holds stderr. */
export const kubectlIn = (lab: LabFacts, args: readonly string[], input?: string): Promise<string> => {
  if (!lab.kubernetes) throw new Error('this spec needs kubernetes: add it to its servers in test/lab/specs.ts');
  return kubectl({ bin: lab.programs }, { kubeconfig: lab.kubernetes.kubeconfig, args, ...(input === undefined ? {} : { input }) });
};
