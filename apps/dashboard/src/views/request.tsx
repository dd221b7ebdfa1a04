import type { EvidenceItem, RemediationRequest, RequestStory } from '@fleetmend/model';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { changed } from '../fleet-state.ts';
import { Age } from '../parts/age.tsx';
import { Phase } from '../parts/phase.tsx';
import { wordsOf } from '../wording.ts';
import { Decide } from './decide.tsx';
import { PullRequestLink } from './fleet.tsx';

type Answer = { readonly told: RequestStory } | { readonly problem: string } | undefined;

/** One request, from failure to lesson. Read again whenever it changes. */
export function RequestPage({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const [answer, setAnswer] = useState<Answer>(undefined);
  const uid = answer && 'told' in answer ? answer.told.request.metadata.uid : '';
  const times = changed.value.uid === uid ? changed.value.times : 0;
  useEffect(() => {
    let current = true;
    api.story(namespace, name).then(
      (told) => current && setAnswer({ told }),
      (error: unknown) => current && setAnswer({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      current = false;
    };
  }, [namespace, name, times]);
  if (answer === undefined) return <p class="empty">Reading the story …</p>;
  if ('problem' in answer) return <p class="empty" role="alert">{answer.problem}</p>;
  return <Story {...answer.told} />;
}

function Story({ request, story, evidence }: RequestStory) {
  const { metadata, spec, status } = request;
  return (
    <article>
      <p class="back">
        <a href="#/">← Fleet</a>
      </p>
      <h1>
        {spec.target ? `${spec.target.kind} ${spec.target.namespace ?? ''}/${spec.target.name}` : spec.scope} <Phase phase={status.phase} />
      </h1>
      <p class="lead">
        {spec.failure.class} in {spec.clusters.join(', ')}: {wordsOf(status.phase)}
        {status.summary?.reason ? ` (${status.summary.reason})` : ''}. Attempt {status.attempt}, opened <Age since={metadata.creationTimestamp} /> ago.
      </p>
      <Decide request={request} />
      <section aria-labelledby="story">
        <h2 id="story">Story</h2>
        <ol class="story" aria-live="polite">
          {story.map(({ mood, text }, place) => (
            <li key={place} class={mood}>
              {text}
            </li>
          ))}
        </ol>
      </section>
      <Change request={request} />
      <Judgement request={request} />
      <Evidence items={evidence} />
      <p class="foot">
        <code>
          kubectl get rr -n {metadata.namespace} {metadata.name} -o yaml
        </code>
      </p>
    </article>
  );
}

function Change({ request: { status } }: { readonly request: RemediationRequest }) {
  const { plan } = status;
  if (!plan) return null;
  return (
    <section aria-labelledby="change">
      <h2 id="change">Change</h2>
      {plan.changes.map(({ file, path, before, after }) => (
        <figure class="diff" key={`${file} ${path}`}>
          <figcaption>
            {file} <span class="path">{path.replaceAll('~1', '/')}</span>
          </figcaption>
          {before !== undefined && <del>− {before}</del>}
          {after !== undefined && <ins>+ {after}</ins>}
        </figure>
      ))}
      <dl class="facts">
        <dt>Where</dt>
        <dd>
          {plan.source.repository}, branch {plan.source.branch}
          <ul>
            {plan.source.evidence.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </dd>
        <dt>Proof</dt>
        <dd>
          {plan.proof.exact ? 'Rendered before and after: exactly this field changes' : 'The render changes more than this field'} ({plan.proof.renderer}, {plan.proof.objects} object{plan.proof.objects === 1 ? '' : 's'} in {plan.proof.applications} application{plan.proof.applications === 1 ? '' : 's'}, on {plan.proof.base.slice(0, 7)})
        </dd>
        <dt>Pull request</dt>
        <dd>
          <PullRequestLink url={status.pullRequest?.url} /> {status.pullRequest?.state ?? ''}
        </dd>
      </dl>
    </section>
  );
}

function Judgement({ request: { status } }: { readonly request: RemediationRequest }) {
  const { verdict, refused = [] } = status;
  if (!verdict) return null;
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict">Verdict</h2>
      <p>
        <strong>{verdict.result}</strong>, tier {verdict.tier}, by bundle <span title={verdict.bundle.digest}>{verdict.bundle.name} {verdict.bundle.digest.slice(7, 19)}</span>
      </p>
      {verdict.violations.length > 0 && (
        <ul>
          {verdict.violations.map(({ id, class: kind, message }) => (
            <li key={id + message}>
              <code>{id}</code> {kind}: {message}
            </li>
          ))}
        </ul>
      )}
      {refused.length > 0 && (
        <ul>
          {refused.map(({ action, reason, edit }) => (
            <li key={edit}>
              refused before: {action}: {reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Evidence({ items }: { readonly items: readonly EvidenceItem[] }) {
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Evidence</h2>
      {items.map(({ kind, title, text, digest }) => (
        <details key={digest}>
          <summary>
            {kind}: {title}
          </summary>
          <pre tabIndex={0}>{text}</pre>
        </details>
      ))}
    </section>
  );
}
