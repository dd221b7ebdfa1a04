/** @module Builders, fakes and clocks for specs and `test/`. Production code never imports it. */
export * from './virtual-clock.ts';
