/** @module The verbs. Each stage reads the world through ports, finds one fact, and leaves the order to the table. */
export * from './stage.ts';
export * from './stages.ts';
export * from './propose/source.ts';
export * from './deliver/names.ts';
export { ticketOf } from './finish/escalate.ts';
export { bundleFor } from './gate/bundle-for.ts';
export { answered, judge, difference } from './gate/judge.ts';
export { registryBroughtByGit } from './diagnose/brought-by-git.ts';
export { diagnose } from './diagnose/diagnose.ts';
export { applicationIndex, type ApplicationIndex, type ApplicationRoot } from './propose/application-index.ts';
export { fleetRoots } from './propose/fleet-roots.ts';
export { intendedChange } from './propose/intended-change.ts';
export { fileSharing, type ShareFile } from './propose/shared-file.ts';
export { planDigest } from './propose/edit-digest.ts';
