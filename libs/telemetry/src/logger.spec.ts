import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

const logged = (write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown> => {
  let line = '';
  write(createLogger({ level: 'debug', service: 'hub', destination: { write: (text) => void (line = text) } }));
  return JSON.parse(line) as Record<string, unknown>;
};

it('writes one JSON line with the level in words and the service', () => {
  expect(logged((log) => log.info({ 'k8s.namespace.name': 'shop' }, 'hello'))).toMatchObject({ level: 'info', 'service.name': 'hub', message: 'hello', 'k8s.namespace.name': 'shop' });
});

it.each(['token', 'Authorization', 'set-cookie', 'clientSecret', 'api_key', 'gitCredentials'])('takes out what stands under %s, at any depth', (name) => {
  const line = JSON.stringify(logged((log) => log.info({ request: { list: [{ [name]: 'hunter2' }] } }, 'x')));
  expect(line).not.toContain('hunter2');
});

it('takes the password out of a URL, also inside an error', () => {
  const line = JSON.stringify(logged((log) => log.warn({ url: 'https://bob:hunter2@git.example.org/x', err: new Error('cannot fetch https://bob:hunter2@git.example.org/x') }, 'x')));
  expect(line).not.toContain('hunter2');
  expect(line).toContain('git.example.org');
});

it('keeps the reason and stack of an error', () => {
  expect(logged((log) => log.error({ err: Object.assign(new Error('boom'), { reason: 'FileNotFound' }) }, 'x'))['err']).toMatchObject({ message: 'boom', reason: 'FileNotFound', stack: expect.stringContaining('boom') });
});
