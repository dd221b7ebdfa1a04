/** @module The agent: one process per workload cluster that watches, detects, reports and answers. It reads, and it dials out. */
export { startAgent, type Agent, type AgentOptions } from './agent.ts';
export type { AgentSettings } from './agent-settings.ts';
export type { AgentLog } from './agent-log.ts';
export type { AgentMetrics } from './agent-metrics.ts';
export { clusterRoleRules, type PolicyRule } from './rights.ts';
export { openBus } from './open-bus.ts';
