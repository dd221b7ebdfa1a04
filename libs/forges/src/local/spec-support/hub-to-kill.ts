import { local } from '../local.ts';

/** Run as a process of its own, to be killed: commits, opens and merges, telling each step on stdout. */
const [stateDir = '', repository = '', parent = ''] = process.argv.slice(2);
const clock = { now: () => 1_000, sleep: async () => undefined };
const forge = await local.create({ mergeMethod: 'Squash', login: 'fleetmend' }, { clock, fetch, stateDir, log: { info: () => undefined, warn: () => undefined } });
const step = (name: string) => process.stdout.write(`${name}\n`);
step('started');
const { sha } = await forge.commit({ repository, branch: 'fleetmend/x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'raise' });
step('committed');
const { number } = await forge.openPullRequest({ repository, branch: 'fleetmend/x', base: 'main', title: 't', body: 'M', labels: [], reviewers: { users: [], teams: [] }, marker: 'M' });
step('opened');
await forge.mergePullRequest({ repository, number, expectedHead: sha, message: 'raise' });
step('merged');
