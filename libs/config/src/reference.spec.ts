import { expect, it } from 'vitest';
import { renderConfigReference } from './reference.ts';

const reference = renderConfigReference();

it.each([
  '| `hub.http.port` | integer | `8080` | Port to listen on; 0 takes a free one. |',
  '| `hub.profile` | `production`, `sandbox` | `"production"` |',
  '| `hub.bus.credentials` | secret: `{env}` or `{file}` |',
  '| `hub.lifecycle.hold` | duration |',
  '| `hub.forges` | map of plugin: `{kind, …}` |',
  '| `agent.cluster` | string |  | Name of this cluster',
])('documents %s', (row) => {
  expect(reference).toContain(row);
});

it('has words for every key that stands alone', () => {
  const silent = reference.split('\n').filter((line) => /^\| `/.test(line) && /\|\s*\|$/.test(line));
  expect(silent.filter((line) => !/(deadlines|budgets|attempts|ttl|editBudget|bus\.kind|bus\.tls\.)/.test(line))).toEqual([]);
});
