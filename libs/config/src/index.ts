/** @module The config file: its schema with defaults and docs, its loading with messages that name the key, secrets by reference. */
export * from './agent-config.ts';
export * from './dry-run-config.ts';
export * from './hub-config.ts';
export * from './config-file.ts';
export { inputSchema } from './json-schema.ts';
export * from './load-config.ts';
export * from './reference.ts';
export * from './secrets.ts';
