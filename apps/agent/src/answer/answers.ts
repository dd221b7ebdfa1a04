import { isPermanent, type Clock } from '@fleetmend/kernel';
import type { KubeClient } from '@fleetmend/k8s';
import type { Answer, Question } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import type { Tracker } from '../detect/tracker.ts';
import type { WorldCache } from '../watch/world-cache.ts';
import type { EvidenceStore } from './evidence-store.ts';
import { answerHealth } from './health-answer.ts';
import { answerObject } from './object-answer.ts';

export interface AnswersDeps {
  readonly client: KubeClient;
  readonly cache: WorldCache;
  readonly clock: Clock;
  readonly detectors: readonly Detector[];
  readonly evidence: EvidenceStore;
  readonly tracker: Tracker;
}

export interface Answers {
  /** Answers one of the closed list. What a second try cannot mend comes back as a refusal; everything else is thrown. */
  answer(question: Question): Promise<Answer>;
  /** How many were answered, by question, and how many refused. */
  counts(): Readonly<Record<string, number>>;
}

export function createAnswers(deps: AnswersDeps): Answers {
  const counts: Record<string, number> = {};
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1);

  async function read(question: Question): Promise<Answer> {
    switch (question.question) {
      case 'evidence':
        return deps.evidence.answer(question.fingerprint, question.target);
      case 'object':
        return answerObject(question, deps);
      case 'health':
        return answerHealth(question, { ...deps, open: () => deps.tracker.open() });
    }
  }

  return {
    async answer(question) {
      try {
        const answer = await read(question);
        count(question.question);
        return answer;
      } catch (error) {
        count('refusal');
        if (!isPermanent(error)) throw error;
        return { answer: 'refusal', reason: error.reason.slice(0, 64), message: error.message.slice(0, 512) };
      }
    },
    counts: () => ({ ...counts }),
  };
}
