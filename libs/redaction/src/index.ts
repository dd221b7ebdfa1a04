/** @module Takes secrets out of text: pure, in linear time, because log text is written by whoever attacks. Runs in the agent and again in the hub. */
export * from './key-names.ts';
export * from './redact.ts';
export * from './session.ts';
