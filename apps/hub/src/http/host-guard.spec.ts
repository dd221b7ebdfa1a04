import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { expect, it } from 'vitest';
import { HostGuard } from './host-guard.ts';

const lets = (host: string | undefined, allowed: readonly string[] = []) => {
  const context = new ExecutionContextHost([{ headers: host === undefined ? {} : { host } }]);
  try {
    return new HostGuard(allowed).canActivate(context);
  } catch {
    return false;
  }
};

it.each(['localhost', 'localhost:8080', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080', '10.0.0.7'])('serves a request to %s', (host) => {
  expect(lets(host)).toBe(true);
});

it.each(['evil.example.org', 'evil.example.org:8080', 'localhost.evil.example.org', '127.0.0.1.evil.example.org', '', undefined])('refuses a request to %s', (host) => {
  expect(lets(host)).toBe(false);
});

it('serves the names that the config allows, and no others below them', () => {
  expect(lets('hub.example.org:443', ['hub.example.org'])).toBe(true);
  expect(lets('x.hub.example.org', ['hub.example.org'])).toBe(false);
});
