import type { HubBus } from '@fleetmend/bus';
import type { HubConfig } from '@fleetmend/config';
import type { FailureEvent } from '@fleetmend/model';
import type { PolicyEngine } from '@fleetmend/plugin-api';
import type { Evidence, Settings } from '@fleetmend/ports';
import type { Intaken, LiveOpenSet } from '@fleetmend/reconcile';
import type { HubMetrics } from '@fleetmend/telemetry';
import type { FleetRegister } from './kubernetes/fleet-register.ts';
import type { ReadRollout } from './policy/rollout-objects.ts';
import type { Access } from './http/access.ts';
import type { PageFile } from './http/page-files.ts';
import type { RequestsStore } from './kubernetes/requests-store.ts';

/** What Nest's controllers reach the hub through; made before Nest starts, closed after it ended. */
export interface HubParts {
  readonly config: Pick<HubConfig, 'http'>;
  /** Who asks over HTTP, and what they may see. */
  readonly access: Access;
  readonly bus: HubBus;
  readonly intake: (event: FailureEvent) => Promise<Intaken>;
  readonly openSet: LiveOpenSet;
  readonly fleet: FleetRegister;
  readonly metrics: HubMetrics;
  readonly requests: RequestsStore;
  readonly settings: Settings;
  /** Policy rollouts as they stand in the hub cluster. */
  readonly rollouts: () => Promise<readonly ReadRollout[]>;
  readonly evidence: Pick<Evidence, 'get'>;
  /** The dashboard; empty: there is none. */
  readonly pages: ReadonlyMap<string, PageFile>;
  readonly policyEngine: Pick<PolicyEngine, 'active'>;
  /** Undefined: ready to serve. Else what is still missing, in words. */
  readonly notReady: () => string | undefined;
  readonly leading: () => boolean;
}

/** Injection token of {@link HubParts}. */
export const HUB_PARTS = 'HubParts';
