/** Every stage that the table may run; each has one verb and writes one fact. */
export const STAGE_NAMES = [
  'admit',
  'readLeader',
  'diagnose',
  'propose',
  'evaluate',
  'requestApproval',
  'recordIntent',
  'withdrawIntent',
  'openPullRequest',
  'readPullRequest',
  'closePullRequest',
  'mergePullRequest',
  'readRollout',
  'readHealth',
  'openRevert',
  'readRevert',
  'escalate',
  'learn',
  'closeTicket',
  'closeOrphans',
  'archive',
] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** The stages that write to a forge. None may stand in a row without a condition. */
export const OUTWARD_STAGES: readonly StageName[] = ['openPullRequest', 'closePullRequest', 'mergePullRequest', 'openRevert', 'closeOrphans'];
