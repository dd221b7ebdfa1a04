import type { AttackClass } from '../attack.ts';
import { textClasses } from './texts.ts';
import { trickClasses } from './tricks.ts';

export const attackClasses: readonly AttackClass[] = [...textClasses, ...trickClasses];
