/* Sums written as the shop writes its prices. Pure. */
import type { Config, PageFacts, PriceStyle } from '../types';

/* The page's own word first: it knows what plugins made of the shop's settings. But prices of ours are in the store's currency alone. */
export function styleFor(store: Config['store'], page: PageFacts): PriceStyle | null {
  return page.price && page.price.currency === store.currency ? page.price : store.price;
}

/* `value` has `minor` digits that count; they are rounded to those the shop shows, halves up as there. */
export function styled(s: PriceStyle, value: number, minor: number): string {
  const kept = Math.min(minor, s.digits), units = Math.round(Math.round(Math.abs(value) * 10 ** minor) / 10 ** (minor - kept));
  const figures = String(units).padStart(kept + 1, '0'), cut = figures.length - kept;
  const behind = figures.slice(cut).padEnd(s.digits, '0');
  const whole = figures.slice(0, cut).replace(/\B(?=(\d{3})+$)/g, () => s.thousand);
  return (value < 0 ? '-' : '') + s.before + whole + (behind && !(s.trim && !+behind) ? s.decimal + behind : '') + s.after;
}

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
