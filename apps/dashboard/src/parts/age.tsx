import { renderSpan } from '../wording.ts';
import { now } from './now.ts';

/** How long ago, growing. */
export function Age({ since }: { readonly since: string | number | undefined }) {
  if (since === undefined) return <span>–</span>;
  const at = typeof since === 'number' ? since : Date.parse(since);
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {renderSpan(now.value - at)}
    </time>
  );
}
