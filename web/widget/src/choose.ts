/* Which placements this visitor sees on this page now, and how often. Pure: page, clock and screen are given. */
import { forGood, thisVisit } from './keep';
import { list, number } from './read';
import type { Answer, Caps, Config, Display, Frequency, ListQuestion, PageFacts, PageKind, Placement, Question } from './types';

/* `off`: slots the page wants placed nowhere */
export interface Moment { now: number; phone: boolean; returning: boolean; hasSlot: (slot: string) => boolean; off: string[] }

const pageFits = (p: Placement, page: PageKind, m: Moment): boolean =>
  (p.display === 'inline' && m.hasSlot(p.slot)) || ((p.where.page === 'any' || p.where.page === page) && !m.off.includes(p.slot));

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

/* One card alone in a row looks like a mistake. */
export const leastOf = (p: Placement): number => (p.n > 1 && (p.layout === 'carousel' || p.layout === 'grid' || p.layout === 'bundle') ? 2 : 1);

/* What is asked of the server for a placement. */
export function listOf(p: Placement): ListQuestion {
  return { n: p.n, placement: p.placement, ...(p.source ? { source: p.source } : {}), ...(p.layout === 'bundle' ? { bundle: true } : {}),
           ...(leastOf(p) > 1 ? { least: leastOf(p) } : {}) };
}

/* And for all lists of a page. `exclude`: what stands there already. */
export function questionOf(lists: ListQuestion[], page: PageFacts, cart: string[], exclude: string[]): Question {
  const q: Question = { lists };
  if (page.product_id) q.product_id = page.product_id;
  if (cart.length) q.cart = cart.slice(0, 100);
  if (exclude.length) q.exclude = exclude.slice(0, 500);
  if (page.page === 'category' && page.category) q.filter = { categories: [page.category] };
  return q;
}

/* Products that a visitor meets in an answer shown as `p`; none: it is not shown. */
export function shownOf(p: Placement, a: Answer): string[] {
  const items = p.layout === 'bundle' && a.bundle ? a.bundle.products : a.items.slice(0, p.layout === 'card' || p.layout === 'bar' ? 1 : undefined);
  return items.length < leastOf(p) ? [] : items.map((i) => i.product_id);
}

/* Which list may have a product that several want: what is bought together, then those of one source, which nothing else can fill, then by
 * their places in the page. */
export const turn = (p: Placement): number => (p.layout === 'bundle' ? 0 : p.source ? 1 : 2);

/* The placement as an answer wants it shown: an owner's setting or an experiment's arm, unless the slot is what it is. */
export function shownAs(p: Placement, wish: string, displays: Config['displays']): Placement {
  const display = WISHES[wish];
  if (!display || p.fixed || display === p.display) return p;
  if (display === 'inline') return { ...p, display };
  const layout = display === 'banner' || display === 'sticky' ? 'bar' : display === 'slide_in' ? 'list' : 'grid';
  return { ...p, ...displays[display], display, layout };
}
const WISHES: Readonly<Record<string, Display>> = { popup: 'popup', slide_in: 'slide_in', banner: 'banner', sticky: 'sticky', inline: 'inline',
                                                    cart: 'inline', checkout: 'inline' };
