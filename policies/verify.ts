import { spawnSync } from 'node:child_process';
import { buildBundle } from './build.ts';
import { POLICIES } from './sources.ts';

/** One check of the rules, and what `opa` printed where it failed. */
export interface PolicyCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

const FOLDERS = ['remediation', 'examples'] as const;

/** Everything about the rules that needs the `opa` binary: form, types, tests, and that the committed bundle is what they compile to. */
export function verifyPolicies({ opa }: { readonly opa: string }): readonly PolicyCheck[] {
  const run = (name: string, args: readonly string[]): PolicyCheck => {
    const { status, stdout, stderr, error } = spawnSync(opa, args, { cwd: POLICIES, encoding: 'utf8' });
    return { name, ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim() };
  };
  return [
    run('rules are formatted', ['fmt', '--list', '--fail', ...FOLDERS]),
    run('rules compile in strict mode', ['check', '--strict', ...FOLDERS]),
    run('tests of the rules pass', ['test', '.', '--ignore', 'bundle', '--ignore', 'examples']),
    run('tests of the examples pass', ['test', '.', '--ignore', 'bundle', '--run', 'remediation.custom.']),
    fresh(opa),
  ];
}

function fresh(opa: string): PolicyCheck {
  const { stale } = buildBundle({ opa, check: true });
  return { name: 'the committed bundle is what the rules compile to', ok: stale.length === 0, output: stale.map((file) => `policies/bundle/${file} is stale`).join('\n') };
}
