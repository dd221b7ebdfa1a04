import type { View } from '@fleetmend/lifecycle';
import type { KubeObject, Plan } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import type { StageDeps } from '../stage.ts';
import { fieldsBack, revertEdits } from './revert-edits.ts';

const original: KubeObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'sms', annotations: { 'a/b': 'c' } },
  spec: { template: { spec: { containers: [{ name: 'app', image: 'sms:1' }], volumes: [{ name: 'tmp', emptyDir: {} }] } } },
};
const POD = '/spec/template/spec';

describe('a revert', () => {
  it('puts values back to what they were', () => {
    expect(fieldsBack(original, [`${POD}/containers/0/image`, '/metadata/annotations/a~1b'])).toEqual([
      { path: ['spec', 'template', 'spec', 'containers', '0', 'image'], value: 'sms:1' },
      { path: ['metadata', 'annotations', 'a/b'], value: 'c' },
    ]);
  });

  it('takes a list that was not there out as a whole, and an item that was added to one', () => {
    expect(fieldsBack(original, [`${POD}/containers/0/volumeMounts/0/name`, `${POD}/containers/0/volumeMounts/0/mountPath`, `${POD}/volumes/1/name`, `${POD}/volumes/1/emptyDir`])).toEqual([
      { path: ['spec', 'template', 'spec', 'containers', '0', 'volumeMounts'], value: undefined },
      { path: ['spec', 'template', 'spec', 'volumes', '1'], value: undefined },
    ]);
  });

  it('is none where the base could not be rendered: that would undo nothing in the cluster, and break the build again', async () => {
    const plan = { proof: { since: 'c'.repeat(40) } } as Plan;
    await expect(revertEdits({} as StageDeps, {} as View, plan)).rejects.toMatchObject({ reason: 'NothingToRevert', message: expect.stringContaining('cccccccc') });
  });
});
