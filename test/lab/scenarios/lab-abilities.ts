import type { Scenario } from '@fleetmend/sandbox';
import type { LabFacts } from '../boot/lab.ts';

const FLAGS = ['log', 'require-env', 'require-file', 'write', 'hold-memory', 'listen', 'health', 'ready-after', 'exit-after', 'exit'];

/** What a manifest says that needs more than the lab's cluster has: it resolves no names of Services, routes nothing to them, and makes no volumes. */
const LACKING: readonly (readonly [RegExp, string])[] = [
  [/--require-(dns|connect)/, 'the lab has no cluster DNS and no data path of Services'],
  [/^\s*volumeClaimTemplates:|kind:\s*"?PersistentVolumeClaim\b/m, 'the lab provisions no volumes'],
];

/** Images of the first step that are not the lab's own: nothing is pulled there, and an unknown image runs in the sandbox alone. */
const strangeImages = ({ history }: Scenario): readonly string[] => {
  const texts = [...(history[0]?.files.values() ?? [])].filter((text) => text !== null);
  const images = texts.flatMap((text) => [...text.matchAll(/\bimage:\s*["']?([\w.:@/-]+\/[\w.:@/-]+)/g)].map(([, image = '']) => image));
  return [...new Set(images)].filter((image) => !image.startsWith('127.0.0.1:5999/'));
};

/** Why the lab cannot play the scenario; empty where it can. */
export const missingInLab = (scenario: Scenario, lab: Pick<LabFacts, 'node' | 'flux' | 'argocd'>): readonly string[] => {
  const { worlds, requires, clusters, layout, deploy, branches: _, dir: _dir } = scenario;
  const abilities = [...(lab.node ? ['kubelet'] : []), ...FLAGS.map((flag) => `labapp --${flag}`)];
  const engines = [...new Set(deploy.map(({ engine }) => engine))];
  const texts = scenario.history.flatMap(({ files }) => [...files.values()]).filter((text) => text !== null);
  const nodes = clusters.flatMap((name) => scenario.live(name)).some(({ kind }) => kind === 'Node');
  return [
    ...(worlds && !worlds.includes('lab') ? [`it is only for ${worlds.join(', ')}`] : []),
    ...requires.filter((ability) => !abilities.includes(ability)).map((ability) => `the lab has no ${ability}`),
    ...strangeImages(scenario).map((image) => `the lab has no image ${image}`),
    ...LACKING.filter(([sign]) => texts.some((text) => sign.test(text))).map(([, reason]) => reason),
    ...(clusters.length > 1 ? ['the lab has one cluster'] : []),
    ...(nodes ? ['the lab has one node of its own'] : []),
    ...(deploy.some(({ cluster }) => cluster === 'hub') ? ['the lab does not follow ApplicationSets'] : []),
    ...(engines.length > 1 ? ['the lab follows one engine at a time'] : []),
    ...engines.filter((engine) => !lab[engine]).map((engine) => `${engine} is not up`),
    ...(layout === 'flux-helmrelease' ? ['the lab has no helm-controller'] : []),
  ];
};
