import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findScenarios } from './find-scenarios.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fleetmend-scenarios-'));
  for (const path of ['oom/limit-lowered', 'oom/limit-lowered-twice', 'oom/quota-full', 'ignore/harmless', 'ignore/harmless/history/00', '.hidden/no']) {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'scenario.yaml'), '');
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const found = (only: readonly string[] = []) => findScenarios([root, join(root, 'oom')], only).map((dir) => dir.slice(root.length + 1));

it('finds every folder with a scenario.yaml at any depth, once, and nothing inside a scenario', () => {
  expect(found()).toEqual(['ignore/harmless', 'oom/limit-lowered', 'oom/limit-lowered-twice', 'oom/quota-full']);
});

it('takes the scenario of a name, or all whose path holds it', () => {
  expect(found(['harmless'])).toEqual(['ignore/harmless']);
  expect(found(['limit'])).toEqual(['oom/limit-lowered', 'oom/limit-lowered-twice']);
  expect(found(['limit-lowered'])).toEqual(['oom/limit-lowered']);
  expect(found(['oom/', 'harmless'])).toEqual(['ignore/harmless', 'oom/limit-lowered', 'oom/limit-lowered-twice', 'oom/quota-full']);
});

it('says what to do where there is none', () => {
  expect(() => found(['nobody'])).toThrow(/no scenario is called nobody: there are harmless, limit-lowered, limit-lowered-twice, quota-full/);
  expect(() => findScenarios([join(root, '.hidden')])).not.toThrow();
  expect(() => findScenarios([join(root, 'missing')])).toThrow(/there is no folder/);
});
