/* Sums written as the shop writes its prices. Pure. */

/* `value` in the manner of `like` ("229,99 lei"), which holds some price of the shop; without one, as the locale does. */
export function moneyLike(like: string, value: number, locale: string, currency: string, minor: number): string {
  const format = (more: Intl.NumberFormatOptions): string => {
    try {
      return new Intl.NumberFormat(locale || undefined, { minimumFractionDigits: minor, maximumFractionDigits: minor, ...more }).format(value);
    } catch {
      return value.toFixed(minor);                          /* a locale or currency that the browser does not know */
    }
  };
  const digits = /\d(?:[\d.,'\u00a0\u202f ]*\d)?/.exec(like)?.[0];
  if (digits) return like.replace(digits, format({}));
  return currency ? format({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }) : format({});
}

/* Whole percent off, 0 when it is none worth telling. */
export const percentOff = (price: number, before: number): number => (before > price && price > 0 ? Math.floor((1 - price / before) * 100 + 1e-9) : 0);
