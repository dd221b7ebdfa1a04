import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case, PluginDeps, Reasoner, Reasoning } from '@fleetmend/plugin-api';
import { VirtualClock } from '@fleetmend/testing';
import { aCase, historyOfField } from '../src/playbook/case.fixture.ts';
import { modelStandIn, type ModelRequest, type Play } from './model-stand-in.ts';

export const oom = (): Case => aCase({ class: 'OOMKilled', template: { resources: { limits: { memory: '64Mi' } } }, history: [historyOfField(['resources', 'limits', 'memory'], '64Mi')] });

/** The same failure of another request: only its uid differs. */
export const again = (kase: Case, uid: string, cluster = kase.cluster): Case => ({ ...kase, cluster, request: { ...kase.request, uid } });

/** One abstention, with its reason and its words. */
export const abstained = (reason: string, words: string | RegExp) => ({ reason, words });

export function abstentionOf(reasoning: Reasoning | undefined): { readonly reason: string; readonly lookAt: string } | undefined {
  const [only] = reasoning?.candidates ?? [];
  return only?.action === 'abstain' ? only : undefined;
}

export type MakeReasoner = (baseURL: string, deps: PluginDeps, config: Readonly<Record<string, unknown>>) => Promise<Reasoner>;

/** A model server that plays a script, a virtual clock, and reasoners of one plugin that ask it; everything is cleaned up at the end. */
export function reasonerBench(make: MakeReasoner) {
  const ends: (() => Promise<void> | void)[] = [];
  return {
    async start(script: readonly Play[] | ((request: ModelRequest) => Play), config: Readonly<Record<string, unknown>> = {}) {
      const server = await modelStandIn(script);
      const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-reasoner-'));
      // Also when a reasoner cannot be made.
      ends.unshift(() => rmSync(stateDir, { recursive: true }), () => server.close());
      const clock = new VirtualClock();
      const warnings: string[] = [];
      const deps: PluginDeps = { clock, fetch, stateDir, log: { info: () => {}, warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`) } };
      const open = async (more: Readonly<Record<string, unknown>> = {}) => {
        const reasoner = await make(server.baseURL, deps, { ...config, ...more });
        let closed = false;
        const close = async () => {
          if (!closed) await reasoner.close?.();
          closed = true;
        };
        ends.push(close);
        return { reason: (kase: Case = oom(), signal = new AbortController().signal) => reasoner.reason(kase, signal), close };
      };
      const first = await open();
      return { server, clock, warnings, open, ...first };
    },
    async end() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}
