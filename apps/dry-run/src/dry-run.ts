import { isPermanent, messageOf, seconds, type Clock } from '@fleetmend/kernel';
import { renderRef, type DryRunAnswer, type DryRunQuestion, type DryRunReply, type KubeObject, type ObjectRef } from '@fleetmend/model';
import type { AskApi } from './ask-api.ts';
import { podOf, surges } from './pod-of.ts';
import { proveHarmless } from './prove-harmless.ts';
import { resourceOf } from './rights.ts';

export interface DryRunParts {
  readonly ask: AskApi;
  readonly namespace: string;
  readonly policy: string;
  readonly clock: Clock;
}

/** A policy can be taken away while we run: what was proved longer ago is proved again first. */
const PROOF_LASTS = seconds(60);

/**
 * Proves that this process can write nothing, and then answers: each object by the server-side apply of its engine, and a pod of each
 * template, both as dry runs.
 * @throws what {@link proveHarmless} throws; then nothing may be served.
 */
export async function startDryRun({ ask, namespace, policy, clock }: DryRunParts): Promise<(question: DryRunQuestion) => Promise<DryRunReply>> {
  await proveHarmless({ ask, namespace, policy });
  let proved = clock.now();

  async function read({ manager, objects }: DryRunQuestion): Promise<DryRunAnswer> {
    if (clock.now() - proved > PROOF_LASTS) {
      await proveHarmless({ ask, namespace, policy });
      proved = clock.now();
    }
    const answers = await Promise.all(objects.map((object) => askAbout(ask, object, manager)));
    return { answer: 'dryrun', asked: answers.reduce((sum, { asked }) => sum + asked, 0), refused: answers.flatMap(({ refused }) => refused).slice(0, 40), notes: answers.flatMap(({ notes }) => notes).slice(0, 40) };
  }

  return async (question) => {
    try {
      return await read(question);
    } catch (error) {
      return { answer: 'refusal', reason: isPermanent(error) ? error.reason.slice(0, 64) : 'Unavailable', message: messageOf(error).slice(0, 512) };
    }
  };
}

type Part = Pick<DryRunAnswer, 'asked' | 'refused' | 'notes'>;

async function askAbout(ask: AskApi, object: KubeObject, manager: string): Promise<Part> {
  const ref = refOf(object);
  const resource = resourceOf(object.apiVersion, object.kind);
  if (resource === undefined || ref.namespace === undefined) return { asked: 0, refused: [], notes: [`${renderRef(ref)} was not asked about: this process asks about the kinds that policy lets a repair change`.slice(0, 256)] };
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const namespaced = (version: string) => `${version}/namespaces/${encodeURIComponent(ref.namespace ?? '')}`;
  const whole = judge(await ask({ method: 'PATCH', path: `${namespaced(root)}/${resource}/${encodeURIComponent(ref.name)}`, body: object, manager, dryRun: true }), { ref, pod: false });
  const pod = podOf(object);
  // Whoever refuses the whole has said enough.
  if (pod === undefined || whole.refused.length > 0) return whole;
  const made = judge(await ask({ method: 'POST', path: `${namespaced('/api/v1')}/pods`, body: pod, manager, dryRun: true }), { ref, pod: true, roomForOneMore: surges(object) });
  return { asked: whole.asked + made.asked, refused: made.refused, notes: [...whole.notes, ...made.notes] };
}

/** @throws Error when the API server could not tell; then nobody may take silence for a yes. */
function judge(answer: Awaited<ReturnType<AskApi>>, { ref, pod, roomForOneMore = true }: { readonly ref: ObjectRef; readonly pod: boolean; readonly roomForOneMore?: boolean }): Part {
  if (answer.taken) return { asked: 1, refused: [], notes: [] };
  const { code, message } = answer;
  if (code === 401 || / is forbidden: User "[^"]*" cannot /.test(message)) throw new Error(`this process is not let ask about ${renderRef(ref)}: ${message}`);
  if (code === 429 || code >= 500) throw new Error(`the API server could not judge ${renderRef(ref)}: ${message}`);
  const note = (why: string): Part => ({ asked: 1, refused: [], notes: [`${why}: ${message}`.slice(0, 256)] });
  if (message.includes('does not support dry run')) return note(`${renderRef(ref)} could not be judged in full`);
  // The old pod goes before the new one comes, and gives back what it takes now.
  if (pod && !roomForOneMore && /exceeded quota:/.test(message)) return note(`a pod more than now would not fit, and a rollout of ${renderRef(ref)} needs none`);
  return { asked: 1, refused: [{ ref, pod, message: message.slice(0, 512) }], notes: [] };
}

function refOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectRef {
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}
