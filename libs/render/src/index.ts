/** @module Runs pinned renderers over a tree of files: without network, credentials, or a way to write beside their folder. */
export type { ChartRepository } from './charts/chart-repositories.ts';
export { openCharts, type ChartsWorld } from './charts/fetched-charts.ts';
export * from './helm.ts';
export * from './kustomize.ts';
export { kustomizationOf, pathsOf, reachableFrom, resolvePath } from './reachable.ts';
export { type RenderLimits, findProgram } from './program.ts';
export * from './installed.ts';
