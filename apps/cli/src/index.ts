/** @module `fleetmend`: the command line, which is also what `npm start` runs. */
export type { CliProcess } from './command.ts';
export { runCli } from './program.ts';
