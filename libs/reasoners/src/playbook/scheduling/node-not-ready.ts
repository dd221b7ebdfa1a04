import { abstain, type Rule } from '../rule.ts';

const WORDS: Readonly<Record<string, string>> = {
  Unreachable: 'Its kubelet has stopped reporting: look at the machine, its network and its kubelet.',
  NotReady: 'Its kubelet says that it is not fit: look at the message, the container runtime and the network plugin.',
  MemoryPressure: 'It has too little memory left: see which pods use more than they request, and whether the node is overcommitted.',
  DiskPressure: 'It has too little disk left: see images, logs and emptyDir volumes on it.',
  PIDPressure: 'It has too few process ids left: see which pod forks.',
  NetworkUnavailable: 'Its network is not set up: look at the network plugin and the routes of the cloud.',
};

/** No manifest mends a node. */
export const nodeNotReady: Rule = ({ request: { spec: { failure, target } } }) => ({
  cause: `node ${target?.name ?? ''} is not fit: ${failure.message}`,
  confidence: 0.95,
  cites: ['event', 'object', 'node'],
  candidates: [abstain('NodeNotReady', `Node ${target?.name ?? ''}: ${WORDS[failure.subCause ?? ''] ?? 'look at its conditions.'}`)],
});
