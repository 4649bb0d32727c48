/* Who this browser is to the shop: a random first-party id for 180 days, a visit that ends with 30 silent minutes.
 * The id is a cookie of the shop's own page too, so that the shop's server can write it into orders.
 * Promise: nothing is made or kept before consent allows it. */
import { forGood } from './keep';
import { number, object, text } from './read';

export const SESSION_MS = 30 * 60 * 1000;
const COOKIE = 'vitrine_visitor', RECS = 'vitrine_recs', COOKIE_SECONDS = 180 * 86400;

export interface Visit { id: string; last_ms: number; n: number; started_ms: number }

export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => (b % 36).toString(36) + ((b >> 3) % 36).toString(36)).join('');
}

/* The visit as of `now`: the one before, or a new one after 30 silent minutes. Pure but for the id it is given. */
export function visitAt(before: Visit | null, now: number, newId: () => string): Visit {
  if (before && now - before.last_ms < SESSION_MS && now >= before.started_ms) return { ...before, last_ms: now };
  return { id: newId(), last_ms: now, started_ms: now, n: (before?.n ?? 0) + 1 };
}

function readVisit(): Visit | null {
  const v = object(forGood.get('visit')), id = text(v.id);
  return id ? { id, last_ms: number(v.last_ms, 0), started_ms: number(v.started_ms, 0), n: number(v.n, 1) } : null;
}

/* The visit of this moment, noted. `n`: 1 for the first ever. */
export function touchVisit(now: number): Visit {
  const visit = visitAt(readVisit(), now, randomId);
  forGood.set('visit', visit);
  return visit;
}

function fromCookie(): string {
  try {
    return /(?:^|; )vitrine_visitor=([\w-]{8,64})/.exec(document.cookie)?.[1] ?? '';
  } catch {
    return '';
  }
}

function writeCookie(name: string, value: string, seconds: number): void {
  try {
    const safe = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${safe}`;
  } catch { /* a sandboxed page has none */ }
}

/* The visitor's id; made when there is none. */
export function visitorId(): string {
  const known = text(forGood.get('visitor')) || fromCookie();
  const id = known || randomId();
  if (text(forGood.get('visitor')) !== id) forGood.set('visitor', id);
  if (fromCookie() !== id) writeCookie(COOKIE, id, COOKIE_SECONDS);
  return id;
}

/* Answers that were followed, newest first, for the shop's server to write into orders. */
export function writeRecs(rec_ids: string[]): void {
  writeCookie(RECS, [...new Set(rec_ids)].filter((r) => /^\w{8,40}$/.test(r)).slice(0, 20).join('.'), 7 * 86400);
}

export function forgetVisitor(): void {
  forGood.remove('visitor');
  forGood.remove('visit');
  if (fromCookie()) writeCookie(COOKIE, '', 0), writeCookie(RECS, '', 0);
}
