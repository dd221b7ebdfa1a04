import { inboxPrefix } from '../subjects.ts';
import { FAILURE_STREAM, INTAKE_CONSUMER } from './set-up.ts';

/** What an identity may publish and receive, in the form of a NATS user's permissions. Everything else is refused by the server. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** An agent speaks under its own cluster's name only, and hears only questions to it and its own inbox. No `$JS.API`, no `$SYS`. */
export function agentPermissions(cluster: string): NatsPermissions {
  return {
    publish: ['fail', 'hb', 'ans'].map((kind) => `${kind}.v1.${cluster}.>`),
    subscribe: [`ask.v1.${cluster}.>`, `${inboxPrefix(cluster)}.>`],
  };
}

/** The dry-run process hears its one question and answers it: it can publish no failure, no heartbeat and no agent's answer. */
export function dryRunPermissions(cluster: string): NatsPermissions {
  return { publish: [`dryans.v1.${cluster}.>`], subscribe: [`dry.v1.${cluster}.ask`, `${inboxPrefix(`${cluster}-dry-run`)}.>`] };
}

/** The hub uses its one consumer, asks, and hears heartbeats and answers. It can create and delete nothing. */
export function hubPermissions(): NatsPermissions {
  return {
    publish: [`$JS.API.CONSUMER.INFO.${FAILURE_STREAM}.${INTAKE_CONSUMER}`, `$JS.API.CONSUMER.MSG.NEXT.${FAILURE_STREAM}.${INTAKE_CONSUMER}`, `$JS.ACK.${FAILURE_STREAM}.${INTAKE_CONSUMER}.>`, 'ask.v1.*.*', 'dry.v1.*.ask'],
    subscribe: ['hb.v1.*.digest', 'ans.v1.*.*', 'dryans.v1.*.*', `${inboxPrefix('hub')}.>`],
  };
}

/** The identity that makes the stream and its consumer, and then is not needed until the next upgrade. */
export function setUpPermissions(): NatsPermissions {
  return {
    publish: ['STREAM.INFO', 'STREAM.CREATE', 'STREAM.UPDATE'].map((verb) => `$JS.API.${verb}.${FAILURE_STREAM}`).concat('$JS.API.INFO', `$JS.API.CONSUMER.*.${FAILURE_STREAM}.>`),
    subscribe: [`${inboxPrefix('set-up')}.>`],
  };
}
