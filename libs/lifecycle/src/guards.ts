export * from './guards/admission.ts';
export * from './guards/aftermath.ts';
export * from './guards/clock.ts';
export * from './guards/delivery.ts';
export * from './guards/diagnosis.ts';
export * from './guards/leader.ts';
export * from './guards/verdict.ts';
export * from './guards/world.ts';
