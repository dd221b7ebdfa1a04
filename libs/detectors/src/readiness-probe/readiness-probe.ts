import { parseTime, seconds } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { troubledContainers, type ContainerStatus } from '../containers.ts';
import { EVENT_READ, notesAbout, type Note } from '../events.ts';
import { probeSight, probeTroubles, type ProbeSight } from '../probe-trouble.ts';
import { findingOf, POD_AND_OWNER_READS } from '../target.ts';

/** A restarted container has to live this long unready before its probe counts as what is wrong with it. */
const SETTLED = seconds(20);
/** What the program itself says, or is too slow to say, more often heals by itself than a wrong address does. */
const PATIENT = ['ReadinessServerError', 'ReadinessTimedOut', 'ReadinessFailed'];

/** A container that runs and never becomes ready, because its readiness probe fails or its startup probe cannot be tried. */
export const readinessProbe: Detector = {
  kind: 'readiness-probe',
  classes: ['ProbeFailed'],
  reads: [...POD_AND_OWNER_READS, EVENT_READ],
  inspects: ['Pod'],
  dwell: { time: seconds(30) },
  patience: ({ subCause = '' }) => (PATIENT.includes(subCause) ? seconds(150) : 0),
  explainedBy: ['oom-killed', 'crash-loop', 'lifecycle-hook', 'liveness-probe'],
  inspect: (object, world) =>
    troubledContainers(object).flatMap((container) => {
      const sight = failingNow(container, notesAbout(object, world, container.name));
      if (!sight) return [];
      const { probe, trouble } = sight;
      return findingOf(object, container, world, { class: 'ProbeFailed', subCause: `${probe}${trouble}`, reason: 'Unhealthy', message: `the ${probe.toLowerCase()} probe of ${container.name} ${probeTroubles[trouble].words}` });
    }),
};

function failingNow(container: ContainerStatus, notes: readonly Note[]): ProbeSight | undefined {
  const began = parseTime(container.state?.running?.startedAt);
  if (began === undefined || container.ready !== false) return undefined;
  const startup = container.started === false ? probeSight('Startup', notes) : undefined;
  // A startup probe that fails ends its container in time; one that cannot be tried never does.
  const sight = startup?.errored === true ? startup : container.started === false ? undefined : probeSight('Readiness', notes);
  if (!sight || sight.last < began) return undefined;
  return (container.restartCount ?? 0) === 0 || sight.last - began >= SETTLED ? sight : undefined;
}
