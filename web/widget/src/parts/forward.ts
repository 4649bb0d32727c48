/* Tells the shop's own analytics, where the owner switched that on and they are on the page: Google Analytics 4 (gtag or dataLayer),
 * Meta Pixel, Segment. Promise: nothing is loaded and no script of others is touched; nothing is told of one who said no, and nothing to
 * Meta without consent to all. */
import { offer } from '../part';
import type { Card, Core, ForwardPart, Placement } from '../types';

type Say = (...words: unknown[]) => unknown;
interface AnalyticsWindow { gtag?: Say; dataLayer?: unknown[]; fbq?: Say; analytics?: { track?: Say } }
const page = window as unknown as AnalyticsWindow;

export interface Shown { card: Card; position?: number; quantity?: number; variation_id?: string }
export type Told = 'seen' | 'click' | 'add';
export interface Message { ga4: [string, object]; meta: ['track' | 'trackCustom', string, object]; segment: [string, object] }

const round = (x: number): number => Math.round(x * 1e4) / 1e4;
const plain = <T extends object>(o: T): T => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== '')) as T;

/* What each of them is told of the same thing, in its own words. Pure. */
export function messageOf(told: Told, shown: Shown[], list: { id: string; name: string }, currency: string): Message {
  const worth = (s: Shown): number => s.card.price * (s.quantity ?? 1), value = round(shown.reduce((sum, s) => sum + worth(s), 0)), first = shown[0];
  const items = shown.map((s) => plain({ item_id: s.card.product_id, item_name: s.card.name, item_category: s.card.category, price: s.card.price,
    quantity: s.quantity ?? 1, index: s.position, item_variant: s.variation_id, item_list_id: list.id, item_list_name: list.name }));
  const products = shown.map((s) => plain({ product_id: s.card.product_id, name: s.card.name, category: s.card.category, price: s.card.price,
    quantity: s.quantity ?? 1, position: s.position, variant: s.variation_id, url: s.card.url, image_url: s.card.image }));
  const meta = { content_ids: shown.map((s) => s.card.product_id), content_type: 'product', value, currency };
  const names = { seen: ['view_item_list', 'RecommendationView', 'Product List Viewed'], click: ['select_item', 'RecommendationClick', 'Product Clicked'],
                  add: ['add_to_cart', 'AddToCart', 'Product Added'] } as const, [ga4, fb, segment] = names[told];
  const listed = told === 'add' ? { currency, value } : { item_list_id: list.id, item_list_name: list.name };
  return {
    ga4: [ga4, { ...listed, items }], meta: [told === 'add' ? 'track' : 'trackCustom', fb, meta],
    segment: [segment, told === 'seen' ? { list_id: list.id, category: list.name, products } : plain({ ...products[0], list_id: list.id, currency, value: first ? round(worth(first)) : 0 })],
  };
}

function toGoogle([name, about]: Message['ga4']): void {
  if (typeof page.gtag === 'function') page.gtag('event', name, about);
  else if (Array.isArray(page.dataLayer)) page.dataLayer.push({ ecommerce: null }, { event: name, ecommerce: about });
}

function send(core: Core, m: Message): void {
  const { ga4, meta, segment } = core.config.forward, level = core.consent();
  if (level === 'none' || (level === null && core.config.track.consent === 'required')) return;
  if (ga4) toGoogle(m.ga4);
  if (meta && level !== 'statistics') page.fbq?.(...m.meta);
  if (segment) page.analytics?.track?.(...m.segment);
}

const listOf = (p: Placement): { id: string; name: string } => ({ id: `vitrine_${p.slot}`, name: p.title || p.slot });

offer('forward', (core): ForwardPart => ({
  start() {
    const currency = core.config.store.currency, lists = new Map<string, Placement>();
    core.on('impression', ({ placement, items }) =>
      send(core, messageOf('seen', items.map((i) => ({ card: i.item, position: i.position })), listOf(placement), currency)));
    core.on('shown', ({ answer, placement }) => void lists.set(answer.rec_id, placement));
    core.on('click', ({ placement, item, position }) => send(core, messageOf('click', [{ card: item, position }], listOf(placement), currency)));
    core.on('add_to_cart', ({ items, rec_id }) => {
      const from = lists.get(rec_id), list = from ? listOf(from) : { id: 'vitrine', name: 'vitrine' };
      const all = items.map((i) => ({ card: i.card, quantity: i.quantity, variation_id: i.variation_id }));
      /* Segment knows one product an event */
      if (core.config.forward.segment && all.length > 1) all.slice(1).forEach((one) => sendSegment(core, messageOf('add', [one], list, currency)));
      send(core, messageOf('add', all, list, currency));
    });
  },
}));

function sendSegment(core: Core, m: Message): void {
  send({ ...core, config: { ...core.config, forward: { ga4: false, meta: false, segment: true } } }, m);
}
