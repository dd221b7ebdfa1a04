/** @module `fleetmend`: the command line, which is also what `npm start` runs. */
export { runCli, type CliProcess } from './program.ts';
