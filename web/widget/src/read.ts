/* Reads values of unknown JSON: each answers the value when it has the type and the range, and what stands in for it otherwise.
 * Promise: nothing here throws. It does NOT know what the values mean. */

import type { PriceStyle } from './types';

export type Json = Record<string, unknown>;

export const object = (v: unknown): Json => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Json) : {});
export const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
export const text = (v: unknown, otherwise = ''): string => (typeof v === 'string' ? v : typeof v === 'number' ? String(v) : otherwise);
export const flag = (v: unknown): boolean => v === true;
export const textOrNull = (v: unknown): string | null => (typeof v === 'string' && v ? v : null);

export function number(v: unknown, otherwise: number, least = -Infinity, most = Infinity): number {
  const n = typeof v === 'string' && v.trim() ? Number(v) : v;
  return typeof n === 'number' && Number.isFinite(n) ? Math.min(most, Math.max(least, n)) : otherwise;
}

export function oneOf<T extends string>(v: unknown, words: readonly T[], otherwise: T): T {
  return words.includes(v as T) ? (v as T) : otherwise;
}

/* Text as it stands, of so many characters at most; null when it is longer or none. */
const brief = (v: unknown, most: number): string | null => (typeof v === 'string' && v.length <= most ? v : null);

/* How prices are written; null when a price cannot be written so. It is shown as text, never as HTML. */
export function priceStyleOf(v: unknown): PriceStyle | null {
  const p = object(v), before = brief(p.before, 40), after = brief(p.after, 40), thousand = brief(p.thousand, 2), decimal = brief(p.decimal, 2);
  const digits = p.digits, sound = typeof digits === 'number' && digits >= 0 && digits <= 8 && digits % 1 === 0;
  return before === null || after === null || thousand === null || !decimal || !sound || /[a-z\d<>&]/i.test(thousand + decimal) ? null
    : { before, after, thousand, decimal, digits, trim: flag(p.trim) };
}

/* An address that may stand in href or src: http and https only, read as a browser reads it ("java\nscript:" is no way around).
 * Empty when it may not. */
export function address(v: unknown, base: string): string {
  if (typeof v !== 'string' || !v) return '';
  try {
    const url = new URL(v, base);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : '';
  } catch {
    return '';
  }
}

export function parse(body: string | null | undefined): unknown {
  try {
    return body ? (JSON.parse(body) as unknown) : null;
  } catch {
    return null;
  }
}
