/** @module Builders, fakes and clocks for specs and `test/`. Production code never imports it. */
export * from './virtual-clock.ts';
export * from './builders/a-request.ts';
export * from './fakes/json-layout.ts';
export * from './fakes/lagging-requests.ts';
export * from './fakes/memory-forge.ts';
export * from './fakes/memory-git.ts';
export * from './fakes/memory-requests.ts';
export * from './fakes/memory-stores.ts';
export * from './fakes/rule-engine.ts';
export * from './fakes/simple-engine.ts';
