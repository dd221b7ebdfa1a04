import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anEvent, anOwner, worldOf } from '../owner.fixture.ts';
import { aService } from '../service.fixture.ts';
import { loadBalancer } from './load-balancer.ts';

const service = aService({ type: 'LoadBalancer' });
const refused = (about = service) => anEvent(about, 'SyncLoadBalancerFailed', 'Error syncing load balancer: quota of addresses is used up');

describe('load-balancer', () => {
  it('reports one that its cloud refuses, in the words of the cloud', () => {
    expect(inspectPurely(loadBalancer, service, worldOf(service, refused()))).toMatchObject([{ class: 'LoadBalancerPending', observation: { reason: 'SyncLoadBalancerFailed', message: expect.stringContaining('quota of addresses') } }]);
  });

  it('is silent about one that merely waits, one that has its address, and any other Service', () => {
    expect(inspectPurely(loadBalancer, service, worldOf(service))).toEqual([]);
    const served = anOwner('Service', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } });
    expect(inspectPurely(loadBalancer, served, worldOf(served, refused(served)))).toEqual([]);
    const plain = aService();
    expect(inspectPurely(loadBalancer, plain, worldOf(plain, refused(plain)))).toEqual([]);
  });
});
