import { PHASES, type Phase } from '@fleetmend/model';
import { z } from 'zod';

/** What people want to hear of in a chat: not every step on the way. */
export const NEWS: readonly Phase[] = ['AwaitingApproval', 'PullRequestOpen', 'Reverting', 'Succeeded', 'Failed', 'Escalated'];

/** Config key of channels that tell moves. */
export const AnnouncedPhases = (fallback: readonly Phase[]) => z.array(z.enum(PHASES)).default([...fallback]).describe('Moves into these phases are told.');
