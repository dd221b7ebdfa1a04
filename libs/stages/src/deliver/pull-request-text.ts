import { shortDigest } from '@fleetmend/kernel';
import { renderRef, type Plan, type RemediationRequest } from '@fleetmend/model';
import { marker } from './names.ts';

/** What a person sees: built from typed fields only. Nothing that a log line, an event or a model said stands in it unescaped. */
export function renderTitle(request: RemediationRequest, plan: Plan): string {
  const { target, failure } = request.spec;
  return `${plan.action} for ${target ? renderRef(target) : request.metadata.name}: ${failure.class}`.replace(UNSEEN, '').slice(0, 120);
}

/** The trailer makes a commit ours: (tree, parent, trailer) is its identity. */
export function renderCommitMessage(request: RemediationRequest, plan: Plan): string {
  const changes = plan.changes.map((change) => `${inert(change.path)}: ${inert(change.before ?? '(not set)')} -> ${inert(change.after ?? '(removed)')}`);
  return `${renderTitle(request, plan)}\n\n${changes.join('\n')}\n\nFleetmend-Request: ${request.metadata.namespace}/${request.metadata.name}\nFleetmend-Plan: ${plan.digest}\n`;
}

export function renderBody(request: RemediationRequest, plan: Plan): string {
  const { spec, status } = request;
  const { diagnosis, verdict, occurrences } = status;
  const lines = [
    `### What fails`,
    `${code(spec.failure.class)} of ${code(spec.target ? renderRef(spec.target) : (spec.subject?.name ?? ''))}${spec.target?.container ? `, container ${code(spec.target.container)}` : ''}, in ${spec.clusters.map(code).join(', ')}${occurrences ? `, since ${occurrences.firstSeen}, seen ${occurrences.count === 1 ? 'once' : `${occurrences.count} times`}` : ''}.`,
    ``,
    `### Cause`,
    diagnosis ? `${prose(diagnosis.cause)} (${diagnosis.source}, confidence ${diagnosis.confidence.toFixed(2)})` : 'unknown',
    ...(diagnosis?.evidence ?? []).map((item) => `- ${prose(item.title ?? item.kind)} ${code(item.digest.slice(0, 19))}`),
    ``,
    `### Change`,
    ...plan.changes.map((change) => `- ${code(change.file)} ${code(change.path)}: ${code(change.before ?? '(not set)')} → ${code(change.after ?? '(removed)')}`),
    ...madeElsewhere(plan),
    ``,
    `### Where it comes from`,
    ...plan.source.evidence.map((step) => `- ${prose(step)}`),
    ``,
    `### Proof`,
    ...(plan.proof.since === undefined ? [`Rendered with ${code(plan.proof.renderer)} at ${code(plan.base.slice(0, 12))}: ${differing(plan)}, ${plan.proof.exact ? 'exactly the intended fields' : 'more than the intended fields'}.`] : mended(plan, plan.proof.since)),
    ...(plan.proof.charts ?? []).map(({ repository, name, version, digest }) => `- chart ${code(name)} ${code(version)} of ${code(repository.replace(/^[a-z]+:\/\//, ''))}, ${code(digest)}`),
    ``,
    `### Policy`,
    verdict ? `${verdict.result}, tier ${verdict.tier}, bundle ${code(shortDigest(verdict.bundle.digest))}${verdict.warnings.length > 0 ? `; ${verdict.warnings.map(prose).join('; ')}` : ''}.` : 'not judged yet',
    ``,
    `### What happens next`,
    `Once this is merged and applied, the target is watched until it has been healthy for the hold. Close this pull request to say no: the same edit is then not proposed again.`,
    ``,
    `<!-- ${marker(request)} plan:${plan.digest} -->`,
  ];
  return lines.join('\n');
}

/** The file that holds the object is not always the one that is edited: a patch, values or a generator may say it. */
function madeElsewhere({ changes, files }: Plan): readonly string[] {
  const edited = files.map(({ path }) => path);
  return changes.every(({ file }) => edited.includes(file)) ? [] : [``, `Made in ${edited.map(code).join(', ')}, which that is rendered from.`];
}

function differing({ proof: { objects } }: Plan): string {
  return `${objects} object${objects === 1 ? '' : 's'} differ${objects === 1 ? 's' : ''}`;
}

/** Where the base cannot be rendered, merging brings all that was committed since: whoever merges has to see it. */
function mended(plan: Plan, since: string): readonly string[] {
  const brought = plan.proof.objects === 0 ? 'nothing differs from it' : `${differing(plan)} from it, by commits that could not be applied until now and come along`;
  return [
    `${code(plan.base.slice(0, 12))} cannot be rendered, and with this change it can, with ${code(plan.proof.renderer)}. Compared with ${code(since.slice(0, 12))}, the last state that was applied or could be: ${brought}.`,
    ...plan.objects.map(({ ref, op, paths }) => `- ${op} ${code(ref)}${op === 'Update' ? `: ${paths.slice(0, 4).map(code).join(', ')}${paths.length > 4 ? ' …' : ''}` : ''}`),
  ];
}

/** Signs that steer a terminal, or reorder or hide what a person reads (Unicode's control and format signs); line ends are handled apart. */
const UNSEEN = /(?![\r\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A value in a commit message: one line, so that it can forge no trailer, mention nobody, and close nothing. */
function inert(text: string): string {
  return text
    .replace(UNSEEN, '')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/(?<!\w)@(?=\w)|[#!](?=\d)/g, '$&\u200b')
    .replace(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=[\s:])/gi, '$&\u200b')
    .slice(0, 200);
}

/** Inline code that nothing can break out of, mention anybody from, or link with. */
function code(text: string): string {
  return `\`${text.replace(UNSEEN, '').replace(/[`\r\n]+/g, "'").slice(0, 300)}\``;
}

/** Text that came from outside our own tables: one line, no markup, no mention, no link, no closing keyword. */
function prose(text: string): string {
  return text
    .replace(UNSEEN, '')
    .replace(/[\r\n]+/g, ' ')
    .replace(/\b(?:(?:https?|ftp):\/\/|www\.)\S+/gi, '(link removed)')
    .replace(/([\\`*_{}[\]#|~!])/g, '\\$1')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s+(?=\S*\\#)/gi, '$1\u200b ')
    .replace(/^\s*\//, '\u200b/')
    // A squash may make a commit message of the body, in which this would be a trailer.
    .replace(/^(\s*[A-Za-z][\w-]*)(?=:\s)/, '$1\u200b')
    .slice(0, 2000);
}
