/** What nobody who is not our own code may put before people, forges and CI systems. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['a link', /(?:https?|ftp):\/\/[^\s)'"]|(?<![\w.-])www\.\w|\]\((?!\\)[^)\s]/i],
  ['a picture or element', /<(?!!--\s*(?:rr|fm):)(?:[a-z/!])[^>]*>/i],
  ['a mention', /(?<![\w`/.\\-])@(?=[A-Za-z])/],
  ['a command to a bot', /^\s*\/(?:approve|merge|lgtm)\b/im],
  ['a skip of the checks', /\[skip ci\]|\[ci skip\]/i],
  ['what closes an issue', /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[\w-]+\/[\w-]+)?#\d+/i],
  ['a trailer of somebody else', /^(?:Co-authored-by|Signed-off-by):/im],
];
/** The zero-width space is our own: it takes the effect from what would mention or close. */
const UNSEEN = /(?![\r\n\t\u200b])[\p{Cc}\p{Cf}\u2028\u2029]/u;
const CODE = /`[^`\n]*`/g;

/** What not even plain text may hold: it steers a terminal, or hides what it says. */
export function hidesWords(text: string): readonly string[] {
  return UNSEEN.test(text) ? ['a sign that nobody sees'] : [];
}

/** Names what is found, and repeats as little of it as tells where. Inline code renders as it stands: nothing in it acts. */
export function saysTooMuch(text: string): readonly string[] {
  const outside = text.replace(CODE, '');
  const trailers = (text.match(/^Fleetmend-Request: \S+$/gm) ?? []).filter((line) => line !== 'Fleetmend-Request: shop-team/rr-0123456789ab-1');
  return [...hidesWords(text), ...FORBIDDEN.flatMap(([what, pattern]) => {
    const at = pattern.exec(outside);
    return at === null ? [] : [`${what}: …${JSON.stringify(outside.slice(Math.max(0, at.index - 30), at.index + 40))}`];
  }), ...trailers.map((line) => `a trailer that is not ours: ${line}`)];
}
