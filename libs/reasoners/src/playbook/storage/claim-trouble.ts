import { abstain, type Rule } from '../rule.ts';

/** Data is at stake, and no manifest brings it back. */
export const claimLost: Rule = ({ request: { spec: { failure } } }) => ({
  cause: failure.message,
  confidence: 0.95,
  cites: ['event', 'object'],
  candidates: [abstain('VolumeLost', failure.subCause === 'Misbound' ? 'Two claims are bound to one volume; a person has to say whose it is before anything is deleted.' : 'The volume of a bound claim is gone. Look for a snapshot or a backup, and for who deleted it; a new claim would start empty.')],
});

export const volumeResize: Rule = ({ request: { spec: { failure } } }) => ({
  cause: `a volume does not grow: ${failure.message}`,
  confidence: 0.9,
  cites: ['event', 'object'],
  candidates: [
    failure.subCause === 'FileSystemResizePending'
      ? abstain('RestartNeeded', 'The disk has grown, and its file system grows when the pods that mount it are started anew; restart them when it suits.')
      : abstain('ResizeFailed', 'The driver or the cloud refuses to grow the volume, and a claim cannot be made smaller again; look at its events, quota and class.'),
  ],
});
