import { expect, it } from 'vitest';
import type { Plan, RemediationRequest } from '@fleetmend/model';
import { renderBody, renderCommitMessage, renderTitle } from './pull-request-text.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const plan: Plan = {
  digest: digest('a'),
  edit: digest('e'),
  action: 'setResources',
  actionJson: '{}',
  tier: 'T0',
  source: { layout: 'raw', forge: 'local', repository: 'fleet', branch: 'main', evidence: ['Flux Kustomization flux-system/fleet applies it'] },
  base: '1'.repeat(40),
  files: [{ path: 'shop/checkout.yaml', added: 1, removed: 1 }],
  changes: [{ file: 'shop/checkout.yaml', path: 'spec/template/spec/containers/0/resources/limits/memory', before: '64Mi', after: '128Mi' }],
  objects: [],
  proof: { renderer: 'raw', base: '1'.repeat(40), objects: 1, applications: 1, exact: true, unapplied: false },
  fields: [],
  at: '2026-01-05T09:00:00Z',
};

function request(cause: string, title = 'previous log'): RemediationRequest {
  return {
    apiVersion: 'fleetmend.dev/v1alpha1',
    kind: 'RemediationRequest',
    metadata: { name: 'rr-1', namespace: 'shop-team', uid: 'uid-1', resourceVersion: '1', creationTimestamp: '2026-01-05T09:00:00Z' },
    spec: { clusters: ['prod-1'], target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container: 'app' }, failure: { class: 'OOMKilled', message: 'killed', fingerprint: digest('f') }, scope: 'Workload', cancel: false },
    status: {
      phase: 'Delivering',
      attempt: 1,
      occurrences: { count: 5, firstSeen: '2026-01-05T08:59:00Z', lastSeen: '2026-01-05T09:00:00Z', samples: [] },
      diagnosis: { cause, confidence: 0.93, source: 'Playbook', reasoner: 'playbook', evidence: [{ kind: 'log', title, digest: digest('d') }], candidates: [], at: '2026-01-05T09:00:00Z' },
      verdict: { result: 'Allow', kind: 'Repair', tier: 'T0', violations: [], warnings: [], requires: { approvals: 0, priorApproval: false }, forPlan: digest('a'), bundle: { name: 'remediation', revision: 'r1', digest: digest('b') }, factsAt: '2026-01-05T09:00:00Z' },
    },
  };
}

it('says which file is edited, where that is not the one that holds the object', () => {
  const elsewhere = { ...plan, files: [{ path: 'overlays/prod/memory.yaml', added: 1, removed: 1 }] };
  expect(renderBody(request('x'), elsewhere)).toContain('\n\nMade in `overlays/prod/memory.yaml`, which that is rendered from.\n');
  expect(renderBody(request('x'), plan)).not.toContain('Made in');
});

it('reads like a story', () => {
  expect(renderBody(request('the memory limit of 64Mi is too low'), plan)).toMatchInlineSnapshot(`
    "### What fails
    \`OOMKilled\` of \`Deployment/shop/checkout\`, container \`app\`, in \`prod-1\`, since 2026-01-05T08:59:00Z, seen 5 times.

    ### Cause
    the memory limit of 64Mi is too low (Playbook, confidence 0.93)
    - previous log \`sha256:dddddddddddd\`

    ### Change
    - \`shop/checkout.yaml\` \`spec/template/spec/containers/0/resources/limits/memory\`: \`64Mi\` → \`128Mi\`

    ### Where it comes from
    - Flux Kustomization flux-system/fleet applies it

    ### Proof
    Rendered with \`raw\` at \`111111111111\`: 1 object differs, exactly the intended fields.

    ### Policy
    Allow, tier T0, bundle \`bbbbbbbbbbbb\`.

    ### What happens next
    Once this is merged and applied, the target is watched until it has been healthy for the hold. Close this pull request to say no: the same edit is then not proposed again.

    <!-- rr:uid-1 plan:sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -->"
  `);
});

it('names the charts that were fetched for the proof, without a link', () => {
  const body = renderBody(request(''), { ...plan, proof: { ...plan.proof, charts: [{ repository: 'https://charts.example.org/stable', name: 'web', version: '1.4.2', digest: digest('c') }] } });
  expect(body).toContain(`exactly the intended fields.\n- chart \`web\` \`1.4.2\` of \`charts.example.org/stable\`, \`${digest('c')}\`\n`);
  expect(body).not.toMatch(/https?:/);
});

it('says what comes along where the base could not be rendered', () => {
  const proof = { ...plan.proof, since: 'c'.repeat(40) };
  expect(renderBody(request(''), { ...plan, proof: { ...proof, objects: 0 }, objects: [] })).toContain('cannot be rendered, and with this change it can, with `raw`. Compared with `cccccccccccc`, the last state that was applied or could be: nothing differs from it.\n\n');
  const body = renderBody(request(''), { ...plan, proof: { ...proof, objects: 2 }, objects: [{ ref: 'Deployment/shop/web', op: 'Update', paths: ['/spec/replicas'] }, { ref: 'Service/shop/web', op: 'Create', paths: ['/spec'] }] });
  expect(body).toContain('2 objects differ from it, by commits that could not be applied until now and come along.\n- Update `Deployment/shop/web`: `/spec/replicas`\n- Create `Service/shop/web`\n');
});

it('makes the commit ours by its trailer', () => {
  expect(renderTitle(request(''), plan)).toBe('setResources for Deployment/shop/checkout: OOMKilled');
  expect(renderCommitMessage(request(''), plan)).toContain(`\n\nFleetmend-Request: shop-team/rr-1\nFleetmend-Plan: ${digest('a')}\n`);
});

it.each([
  ['a mention', 'ask @security-team to approve', /@security/],
  ['a closing keyword', 'fixes #1 and closes #22', /(fixes|closes) #/],
  ['a link', 'see https://evil.example/x?y=1', /https?:/],
  ['a link without a scheme', 'see www.evil.example/x', /www\./],
  ['text that reads backwards', 'a\u202eb\u2066c', /[\u202e\u2066]/],
  ['a terminal\'s escape sequence', 'a\u001b[2Jb', /\u001b/],
  ['an image', '![x](http://evil.example/a.png)', /!\[/],
  ['html', '<img src=x onerror=alert(1)>', /<img/],
  ['a comment that hides the marker', '--> <!-- rr:other', /(^|[^\\])-->.*rr:other/],
  ['a slash command', '/merge now', /^\/merge/m],
  ['more lines', 'one\n\n### Policy\nAllow', /^Allow$/m],
])('%s from outside has no effect in the body', (_, text, effect) => {
  for (const body of [renderBody(request(text), plan), renderBody(request('x', text), plan)]) {
    const withoutOurs = body.replace(/\n<!-- rr:uid-1.*-->$/, '');
    expect(withoutOurs).not.toMatch(effect);
  }
});

it('a value from Git adds no trailer, mention or closing keyword to the commit message', () => {
  const [change] = plan.changes;
  const value = 'x\n\nFleetmend-Request: other/rr-9\nCo-authored-by: m <m@evil.example>\nFixes #12\u001b[2J closes https://forge.example/1 @security';
  const message = renderCommitMessage(request(''), { ...plan, changes: change ? [{ ...change, before: value, after: value }] : [] });
  expect(message.match(/^[A-Za-z-]+: .*$/gm)).toEqual(['Fleetmend-Request: shop-team/rr-1', `Fleetmend-Plan: ${digest('a')}`]);
  expect(message).not.toMatch(/#12|@security|\u001b|closes https/);
});

it('an image by digest stands in the commit message as it is', () => {
  const [change] = plan.changes;
  const image = `registry.example/app@sha256:${'c'.repeat(64)}`;
  expect(renderCommitMessage(request(''), { ...plan, changes: change ? [{ ...change, after: image }] : [] })).toContain(image);
});
