import { describe, expect, it } from 'vitest';
import { canonicalQuantity, quantityError } from './canonical-quantity.ts';

describe('a quantity', () => {
  it.each([
    ['1024Mi', '1Gi'], ['1.5Gi', '1536Mi'], ['1000m', '1'], ['0.5', '500m'], ['0.1', '100m'], ['1000', '1k'], ['1e3', '1e3'], ['512', '512'], ['128974848', '128974848'], ['129e6', '129e6'], ['0', '0'], ['100Ki', '100Ki'], ['1500M', '1500M'], ['-1', '-1'],
  ])('%s is shown as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
    expect(canonicalQuantity(canonical)).toBe(canonical);
  });

  it.each([['128MM', "unable to parse quantity's suffix"], ['many', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"]])('is not %s', (text, why) => {
    expect(quantityError(text)).toBe(why);
  });
});
