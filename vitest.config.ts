import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      // Libraries keep nothing in modules that one spec could leave to the next, so their specs share a process and what it has loaded.
      { extends: true, test: { name: 'libs', include: ['libs/**/*.spec.ts'], isolate: false } },
      { extends: true, test: { name: 'whole', include: ['apps/**/*.spec.ts', 'test/**/*.spec.ts', 'tools/**/*.spec.ts'] } },
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // More than two cores have work for: some specs wait for a real clock or another process most of the time.
    maxWorkers: 3,
    testTimeout: 20_000,
  },
});
