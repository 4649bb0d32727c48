/* Tells the server what happens here: views, searches, cart changes, orders, and whatever the parts and the page add; as far as the
 * visitor agreed. Promise: before consent (where it is required) events wait in memory, after a no there are none. */
import { changes, hasKnownCart, keepCart, knownCart } from './cart';
import { consentLevel, readSources } from './consent';
import { allowKeeping, forGood, refused } from './keep';
import type { Letter } from './letter';
import { fateOf, Queue } from './queue';
import type { Kept, Sent } from './queue';
import { list, number, object, text } from './read';
import type { CartLine, Config, ConsentLevel, OrderFacts, PageFacts, TrackedEvent } from './types';
import { forgetVisitor, touchVisit, visitorId, writeRecs } from './visitor';

const SEND_MS = 10000, CREDIT_MS = 7 * 86400000, CREDITS = 60, ORDERS = 20, SEEN = 30, WAITING = 100;

async function send(url: string, body: string): Promise<Sent> {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), SEND_MS);
  try {
    const init: RequestInit = { method: 'POST', body, credentials: 'omit', signal: stop.signal, keepalive: body.length < 60000 };
    return fateOf((await fetch(url, init)).status);
  } catch {
    return 'later';
  } finally {
    clearTimeout(clock);
  }
}

/* What this browser looked at, newest first. */
export const seenProducts = (): string[] => list(forGood.get('seen')).map((x) => text(x)).filter(Boolean);

interface Credit { product_id: string; rec_id: string; ms: number }

export class Tracker {
  level: ConsentLevel | null = null;
  waiting = false;                                          /* the visitor has not answered, and until then it is no */
  private readonly queue: Queue;
  private held: Kept[] = [];
  constructor(private readonly config: Config, readonly url: string) {
    this.queue = new Queue({ send: (body) => send(url, body), now: Date.now, later: (run, ms) => void setTimeout(run, ms),
                             beacon: (body) => navigator.sendBeacon?.(url, body) ?? false });
    addEventListener('pagehide', () => this.queue.leave());
    document.addEventListener('visibilitychange', () => void (document.visibilityState === 'hidden' && this.queue.leave()));
    addEventListener('online', () => void this.queue.flush());
  }

  private get named(): boolean {
    if (this.config.track.cookieless || this.waiting || this.level === 'none') return false;
    return this.level !== null || this.config.track.consent === 'optional';
  }

  /* Whose answers may be personal: nobody's who did not agree. */
  get personalId(): string {
    return this.named && this.level !== 'statistics' ? visitorId() : '';
  }

  /* Look again at what the visitor agreed to. True when it changed. */
  decide(): boolean {
    const before = this.level, waited = this.waiting, found = consentLevel(readSources(this.config.track.dnt)), { cookieless } = this.config.track;
    this.waiting = found === 'waiting';
    this.level = found === 'waiting' ? null : found;
    if (!cookieless && this.level === 'none') forgetVisitor();
    allowKeeping(this.named, cookieless || this.level === 'none');
    if (this.named) {
      this.held.splice(0).forEach((e) => this.queue.put({ ...e, ...this.who() }));
      void this.queue.flush();
    }
    if (this.level === 'none') this.held = [];
    return before !== this.level || waited !== this.waiting;
  }

  /* The page's own word, from vitrine('consent', level). */
  tell(level: ConsentLevel): void {
    if (level === 'none' && this.named) this.leaveWord();
    refused(level === 'none');
    this.level = level;
    this.waiting = false;
    allowKeeping(this.named);
    if (this.named) forGood.set('consent', level);
    this.decide();
  }

  /* The last thing said of one who says no: the server then forgets to remember. */
  private leaveWord(): void {
    navigator.sendBeacon?.(this.url, JSON.stringify({ events: [{ type: 'consent', ...this.who(), consent: 'none' }] }));
  }

  private who(): Kept {
    if (!this.named) return this.config.track.cookieless ? { consent: 'statistics' } : {};
    const out: Kept = { visitor_id: visitorId(), session_id: touchVisit(Date.now()).id };
    if (this.level) out.consent = this.level;
    return out;
  }

  track = (event: TrackedEvent): void => {
    if (this.level === 'none' || this.config.preview) return;
    const row: Kept = { ...event, page: location.pathname };
    if (document.referrer) row.referrer = document.referrer;
    if (this.named || (this.config.track.cookieless && !this.waiting)) this.queue.put({ ...row, ...this.who() });
    else if (this.held.length < WAITING) this.held.push(row);
  };

  /* ---- who brought what ---- */
  private credits(): Credit[] {
    return list(forGood.get('credits')).map((x) => object(x))
      .map((c) => ({ product_id: text(c.product_id), rec_id: text(c.rec_id), ms: number(c.ms, 0) }))
      .filter((c) => c.product_id && c.rec_id && Date.now() - c.ms < CREDIT_MS);
  }
  credit = (product_id: string, rec_id: string): void => {
    const others = this.credits().filter((c) => c.product_id !== product_id);
    if (!rec_id) return;
    const all = [...others, { product_id, rec_id, ms: Date.now() }].slice(-CREDITS);
    forGood.set('credits', all);
    if (this.named) writeRecs(all.map((c) => c.rec_id).reverse());
  };
  private recOf(ids: string[]): string {
    return this.credits().reverse().find((c) => ids.includes(c.product_id))?.rec_id ?? '';
  }

  /* A product of a letter was followed. The same visitor's next time is the same event. */
  letter(l: Letter, product_id: string): void {
    const click: TrackedEvent = { type: 'click', product_id, rec_id: l.rec_id, id: `letter-${l.rec_id}-${product_id}` };
    if (this.level !== 'none' && !this.config.preview) this.credit(product_id, l.rec_id);
    this.track(l.position ? { ...click, position: l.position } : click);
  }

  /* ---- what pages tell ---- */
  /* The cart is this now: what changed since it was last known is told. */
  cart(lines: CartLine[]): TrackedEvent[] {
    const told = hasKnownCart() ? changes(knownCart(), lines) : [];
    keepCart(lines);
    for (const e of told) {
      const rec = this.recOf([e.product_id ?? '']);
      this.track(rec && e.type === 'cart_add' ? { ...e, rec_id: rec } : e);
    }
    return told;
  }

  private order(o: OrderFacts): void {
    const known = list(forGood.get('orders')).map((x) => text(x));
    if (known.includes(o.id)) return;
    forGood.set('orders', [...known, o.id].slice(-ORDERS));
    const event: TrackedEvent = { type: 'purchase', order_id: o.id, value: o.total, items: o.items };
    const rec = this.recOf(o.items.map((i) => i.product_id));
    this.track(rec ? { ...event, rec_id: rec } : event);
    keepCart([]);                                           /* the cart became the order: nothing was taken out */
  }

  /* Answers what changed in the cart since the last page. */
  page(p: PageFacts): TrackedEvent[] {
    if (p.page === 'product' && p.product_id) {
      this.track({ type: 'view', product_id: p.product_id });
      if (this.level !== 'none') forGood.set('seen', [p.product_id, ...seenProducts().filter((id) => id !== p.product_id)].slice(0, SEEN));
    }
    if (p.page === 'category' && p.category) this.track({ type: 'category_view', category_id: p.category });
    if (p.search && p.page.startsWith('search')) this.track({ type: 'search', query: p.search.slice(0, 500) });
    if (p.page === 'checkout') this.track({ type: 'checkout_start' });
    if (p.order) this.order(p.order);
    return p.cart && !p.order ? this.cart(p.cart) : [];
  }
}
