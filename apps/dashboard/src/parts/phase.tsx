import { toneOf, wordsOf } from '../wording.ts';

/** The phase as a coloured word; its meaning for those who hover, and for screen readers. */
export function Phase({ phase }: { readonly phase: string }) {
  return (
    <span class={`phase ${toneOf(phase)}`} title={wordsOf(phase)}>
      {phase}
    </span>
  );
}
