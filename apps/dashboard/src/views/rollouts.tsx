import type { RolloutClusterSummary, RolloutSummary } from '@fleetmend/model';
import { useEffect } from 'preact/hooks';
import { connection, readRollouts, rollouts } from '../fleet-state.ts';
import { Age } from '../parts/age.tsx';
import { CopyLine } from '../parts/copy-line.tsx';
import { countsOf, rungsOf, toneOfRollout } from '../rollout-wording.ts';

const READ_EVERY = 5_000;

/** Policy bundles on their way over the fleet: waves one below the other, each cluster on its ladder. */
export function RolloutsPage() {
  useEffect(() => {
    readRollouts();
    const timer = setInterval(readRollouts, READ_EVERY);
    return () => clearInterval(timer);
  }, []);
  const { items, trouble } = rollouts.value;
  return (
    <>
      <h1>Policy rollouts</h1>
      {trouble !== undefined && (
        <p class="empty" role="alert">
          {trouble}
        </p>
      )}
      {trouble === undefined && items === undefined && <p class="empty">{connection.value === 'lost' ? 'The hub does not answer.' : 'Reading the rollouts …'}</p>}
      {items?.length === 0 && <p class="empty">No policy is on its way. Every cluster is judged by its last good bundle; a PolicyRollout brings a new one.</p>}
      {(items ?? []).map((rollout) => (
        <Rollout key={`${rollout.namespace}/${rollout.name}`} rollout={rollout} />
      ))}
    </>
  );
}

function Rollout({ rollout }: { readonly rollout: RolloutSummary }) {
  const { namespace, name, bundle, state, reason, startedAt, finishedAt, awaits, waves } = rollout;
  return (
    <article class="rollout" aria-labelledby={`rollout-${name}`}>
      <h2 id={`rollout-${name}`}>
        {name} <span class={`phase ${toneOfRollout(state)}`}>{state}</span>
      </h2>
      <p class="lead">
        Bundle <code title={bundle}>{bundle.replace('sha256:', '').slice(0, 12)}</code>
        {startedAt !== undefined && (
          <>
            , started <Age since={startedAt} /> ago
          </>
        )}
        {finishedAt !== undefined && (
          <>
            , {state === 'Halted' ? 'halted' : 'finished'} <Age since={finishedAt} /> ago
          </>
        )}
        .
      </p>
      {reason !== undefined && awaits === undefined && <p class={state === 'Halted' ? 'halt' : 'why'}>{state === 'Halted' ? <>It halted, and every cluster has its last good bundle again. {reason}</> : reason}</p>}
      {awaits !== undefined && (
        <aside class="decide">
          <p>A named human has to say yes: {awaits}. Run this as yourself:</p>
          <CopyLine text={`fleetmend policy rollout promote ${name} -n ${namespace}`} />
        </aside>
      )}
      {waves.map((wave) => (
        <section key={wave.name} class="wave" aria-label={`Wave ${wave.name}`}>
          <h3>
            {wave.name}
            <small>
              {wave.clusters.filter(({ done }) => done).length} of {wave.clusters.length} done{wave.needsApproval ? ', starts when a human says so' : ''}
            </small>
          </h3>
          {wave.clusters.length === 0 ? (
            <p class="lead">No cluster of the fleet belongs to this wave.</p>
          ) : (
            <ul>
              {wave.clusters.map((cluster) => (
                <Cluster key={cluster.name} cluster={cluster} rollout={rollout} />
              ))}
            </ul>
          )}
        </section>
      ))}
    </article>
  );
}

function Cluster({ cluster, rollout }: { readonly cluster: RolloutClusterSummary; readonly rollout: RolloutSummary }) {
  const counts = countsOf(cluster, rollout);
  return (
    <li>
      <strong>{cluster.name}</strong>
      <ol class="ladder">
        {rungsOf(cluster, rollout).map(({ label, place }) => (
          <li key={label} class={place} aria-current={place === 'here' || place === 'stopped' ? 'step' : undefined}>
            {label}
          </li>
        ))}
      </ol>
      {counts.length > 0 && (
        <ul class="counts" aria-label={`Counted in ${cluster.name}`}>
          {counts.map(({ text, bad }) => (
            <li key={text} class={bad ? 'bad' : undefined}>
              {text}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
