/* Which placements this visitor sees on this page now, and how often. Pure: page, clock and screen are given. */
import { forGood, thisVisit } from './keep';
import { list, number } from './read';
import type { Caps, Frequency, PageFacts, PageKind, Placement, Question } from './types';

export interface Moment { now: number; phone: boolean; returning: boolean; hasSlot: (slot: string) => boolean }

const pageFits = (p: Placement, page: PageKind, m: Moment): boolean =>
  p.where.page === 'any' || p.where.page === page || (p.display === 'inline' && m.hasSlot(p.slot));

/* Does `p` belong on this page, for this visitor, at this time? */
export function fits(p: Placement, page: PageKind, m: Moment): boolean {
  const { from, until } = p.schedule;
  if ((from !== null && m.now < from) || (until !== null && m.now >= until)) return false;
  if (p.audience.device !== 'any' && (p.audience.device === 'phone') !== m.phone) return false;
  if (p.audience.visitor !== 'any' && (p.audience.visitor === 'returning') !== m.returning) return false;
  return pageFits(p, page, m);
}

/* May it be shown, given when it was before (UTC ms)? Days are the last 24 hours. */
export function mayShow(f: Frequency, everMs: number[], visitMs: number[], now: number): boolean {
  const day = everMs.filter((t) => now - t < 86400000);
  if (f.per_session && visitMs.length >= f.per_session) return false;
  if (f.per_day && day.length >= f.per_day) return false;
  return !(f.gap_seconds && day.some((t) => now - t < f.gap_seconds * 1000));
}

const times = (v: unknown): number[] => list(v).map((t) => number(t, 0)).filter((t) => t > 0);

export function caps(now: () => number): Caps {
  return {
    may: (name, f) => mayShow(f, times(forGood.get('shown.' + name)), times(thisVisit.get('shown.' + name)), now()),
    count: (name) => {
      const t = now();
      forGood.set('shown.' + name, [...times(forGood.get('shown.' + name)).filter((x) => t - x < 86400000), t].slice(-20));
      thisVisit.set('shown.' + name, [...times(thisVisit.get('shown.' + name)), t].slice(-20));
    },
  };
}

/* Names of the server's placements for pages that are called otherwise here. */
const ASKED: Readonly<Record<string, string>> = { search_empty: 'search', order_received: 'thank_you' };
const PLACEMENTS = ['product', 'cart', 'checkout', 'home', 'category', 'search', 'not_found', 'thank_you'];

/* What is asked of the server for a placement on this page. */
export function questionOf(p: Placement, page: PageFacts, cart: string[]): Question {
  const name = ASKED[p.placement] ?? p.placement, kind = ASKED[page.page] ?? page.page;
  const q: Question = { n: p.n };
  if (PLACEMENTS.includes(name)) q.placement = name;
  else if (PLACEMENTS.includes(kind)) q.placement = kind;
  if (page.product_id) q.product_id = page.product_id;
  if (cart.length) q.cart = cart.slice(0, 100);
  if (p.source && p.source !== 'recently_viewed') q.source = p.source;
  if (page.page === 'category' && page.category && !/^\d+$/.test(page.category)) q.filter = { categories: [page.category] };
  return q;
}
