/** @module Notifiers: channels to people. One line per plugin. */
import { kubernetesEvent } from './kubernetes-event/kubernetes-event.ts';

export const notifiers = [kubernetesEvent] as const;
export { kubernetesEvent };
export type { NotifierDefinition, NotifierDeps } from './notifier-definition.ts';
