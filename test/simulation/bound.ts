import { hours, type Duration } from '@fleetmend/kernel';

/** Once everything goes right again, no life lasts longer: all its deadlines together, for each of its attempts. */
export const BOUND: Duration = hours(4);
