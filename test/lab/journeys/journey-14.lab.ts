import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { applicationOf } from '../contracts/argocd-application.ts';
import { LABAPP_IMAGE } from '../images/images.ts';
import { openJourney } from './journey.ts';
import { isKilled } from './memory-journey.ts';
import { prepareHubCluster } from './product.ts';

const lab = inject('lab');
const [server, argocd] = [lab.kubernetes?.server ?? '', lab.argocd?.namespace ?? ''];
const namespace = 'shop-values';
const title = 'journey 14: a chart of one repository with values of another is mended in the values, through Argo CD';
const { bot, cluster, comes, desk, otherDesk, requests, startProduct, stop, tell, theRequest } = openJourney({ title, lab, namespace, repository: 'fleet-values' });
/** Belongs to another team: no RepoBinding names it. */
const charts = otherDesk('charts');

const CHART = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': `image: ${LABAPP_IMAGE}\nport: 8080\nheld: 10Mi\nresources:\n  limits:\n    memory: 32Mi\n`,
  'charts/web/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: {{ .Release.Name }}}
spec:
  replicas: 1
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: {{ .Values.image | quote }}
          args: ["--hold-memory={{ .Values.held }}", "--listen={{ .Values.port }}", "--health=/healthz"]
          readinessProbe:
            httpGet: {path: /healthz, port: {{ .Values.port }}}
            periodSeconds: 1
          resources: {{- toYaml .Values.resources | nindent 12 }}
`,
};
const file = `apps/${namespace}/prod.yaml`;
const values = (held: string): string => `# what production needs more than the chart gives\nheld: ${held}\nresources:\n  limits:\n    memory: 64Mi # enough for the old cache\n`;
const commits = { chart: '', faulty: '', merge: '' };
const liveLimit = (): Promise<string> => cluster.value('.spec.template.spec.containers[0].resources.limits.memory', 'deployment', 'checkout', '-n', namespace);
/** The state of the Application, and what it has of the chart's repository and of the one with the values. */
const synced = (): Promise<string> => cluster.value('.status.sync.status} {.status.sync.revisions[0]} {.status.sync.revisions[1]', 'applications.argoproj.io', namespace, '-n', argocd);

beforeAll(async () => {
  await charts.create({ files: CHART, message: 'web 1.0.0' });
  commits.chart = await charts.commit({ 'README.md': 'Charts of all teams.\n' }, 'say what this is');
  await desk.create({ files: { [file]: values('20Mi') }, message: 'checkout 1.3.0' });
  await prepareHubCluster(lab, { repository: desk.repository, clusters: [{ name: 'lab', gitops: { engine: 'argocd', readFrom: 'agent', argoDestination: { server } } }] });
  const application = applicationOf({ name: namespace, namespace: argocd, url: desk.url, path: '', server });
  const sources = [
    { repoURL: charts.url, targetRevision: 'main', path: 'charts/web', helm: { releaseName: 'checkout', valueFiles: [`$values/${file}`] } },
    { repoURL: desk.url, targetRevision: 'main', ref: 'values' },
  ];
  await cluster.apply({ ...application, spec: { ...application.spec, source: undefined, sources } });
  await comes('the first version is healthy', 90, () => cluster.allReady(namespace));
  tell('Argo CD rendered the chart of one repository with the values of another: running and ready at 64Mi');
  await startProduct();
  tell('hub and agent are up');
}, 240_000);

afterAll(stop);

describe(title, () => {
  it('begins with a container that the kernel kills at 64Mi', async () => {
    commits.faulty = await desk.commit({ [file]: values('100Mi') }, 'checkout 1.4.0: a bigger cache');
    tell(`the next version needs 100Mi: commit ${commits.faulty.slice(0, 8)}`);
    await comes('a container was killed for memory', 90, async () => (await cluster.containers(namespace)).some(({ state, lastState }) => isKilled(state) || isKilled(lastState)));
    expect(await synced()).toBe(`Synced ${commits.chart} ${commits.faulty}`);
    tell('the kernel killed the container: OOMKilled, exit code 137');
  });

  it('opens one pull request, which changes one line of the values', async () => {
    await comes('there is a pull request in Gitea', 240, async () => (await desk.pulls()).length > 0);
    const { spec, status } = await theRequest();
    expect(spec).toMatchObject({ clusters: ['lab'], failure: { class: 'OOMKilled' }, target: { kind: 'Deployment', namespace, name: 'checkout' } });
    const [pull] = await desk.pulls();
    if (!pull) throw new Error('the pull request is gone');
    const { files, lines } = await desk.changes(pull);
    expect([pull.user.login, files, lines]).toEqual([bot, [file], ['- memory: 64Mi # enough for the old cache', '+ memory: 128Mi # enough for the old cache']]);
    const chart = `${charts.repository}@${commits.chart.slice(0, 8)}/charts/web`;
    expect(status.plan?.source.evidence.join('\n')).toContain(`from ${chart}, with values from the chart's defaults ${chart}/values.yaml, values file ${file}`);
    tell(`pull request #${pull.number} in Gitea: ${lines.join('  ')}`);
    commits.merge = await desk.merge(pull);
    tell(`merged by a person as ${commits.merge.slice(0, 8)}`);
  });

  it('reaches the cluster through Argo CD, with the chart as it was', async () => {
    await comes('Argo CD has applied the merge', 120, async () => (await synced()) === `Synced ${commits.chart} ${commits.merge}`);
    expect(await liveLimit()).toBe('128Mi');
    await comes('the new pod is ready', 90, () => cluster.allReady(namespace));
    tell('running and ready at 128Mi');
  });

  it('ends as Succeeded at the first attempt', async () => {
    await comes('the request has succeeded', 180, async () => (await theRequest()).status.phase === 'Succeeded');
    const { status } = await theRequest();
    expect([status.attempt, status.clusters?.map(({ rollout }) => rollout)]).toMatchObject([1, [{ engine: 'argocd', state: 'Applied', revision: commits.merge }]]);
    tell(`recovered, and still so after the hold: phase ${status.phase}`);
  });

  it('leaves one commit more where the values are, and none where the chart is', async () => {
    const all = await desk.commits();
    expect([all.slice(0, 2), all.length]).toEqual([[commits.merge, commits.faulty], 3]);
    expect([(await charts.commits())[0], await charts.pulls()]).toEqual([commits.chart, []]);
    expect([await desk.pulls(), await requests()].map(({ length }) => length)).toEqual([1, 1]);
  });
});
