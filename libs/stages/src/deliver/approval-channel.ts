import type { View } from '@fleetmend/lifecycle';
import type { ApprovalChannel } from '@fleetmend/model';
import type { Forge } from '@fleetmend/plugin-api';
import type { Facts } from '../stage.ts';

type AnyForge = Pick<Forge, 'capabilities'>;

/** Where a request takes its yes from: the one that was recorded, else reviews where its forge tells of them. */
export function approvalChannel({ request }: Pick<View, 'request'>, forge: AnyForge): ApprovalChannel {
  return request.status.approvalChannel ?? (forge.capabilities.reviews ? 'Review' : 'Object');
}

/** The channel as a fact, the first time that a yes is needed; nothing before that, nor once it is recorded. */
export function neededChannel({ view, forge }: { readonly view: Pick<View, 'request'>; readonly forge: AnyForge }): Facts {
  const { verdict, approvalChannel: known } = view.request.status;
  return known !== undefined || verdict === undefined || verdict.tier === 'T0' ? {} : { approvalChannel: approvalChannel(view, forge) };
}
