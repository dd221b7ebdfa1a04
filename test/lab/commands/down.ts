import { endWorld } from '../boot/world.ts';
import type { CommandContext } from './context.ts';
import { holdLab } from './session.ts';

/** `down`: ends the lab that `up` or `test --keep` left, or removes the remains of a killed run. */
export const down = async (context: CommandContext): Promise<number> => {
  const held = await holdLab(context);
  try {
    context.report((await endWorld(context.cache)) ? 'the lab is down, nothing is left but its cache' : 'no lab is up');
    return 0;
  } finally {
    held.release();
  }
};
