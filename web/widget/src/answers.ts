/* Makes an Answer of what the server sent: names and prices stay texts, addresses are http or https or empty. It does NOT fetch. */
import { address, flag, list, number, object, text } from './read';
import type { Answer, Answers, Bundle, Card } from './types';

function cardOf(v: unknown, base: string): Card | null {
  const c = object(v), incentive = object(c.incentive), price = number(c.price, 0, 0);
  const id = text(c.product_id), name = text(c.name), url = address(c.url, base);
  if (!id || !name || !url) return null;                    /* a card without a name or a way to its product helps nobody */
  return {
    product_id: id, name, url, image: address(c.image, base), price, regular_price: number(c.regular_price, price, 0),
    on_sale: flag(c.on_sale), price_from: flag(c.price_from), price_text: text(c.price_text), currency: text(c.currency),
    stock_left: c.stock_left === undefined ? null : number(c.stock_left, 0, 0), rating: number(c.rating, 0, 0, 5),
    rating_count: number(c.rating_count, 0, 0), category: text(list(c.categories)[0]), message: text(c.message),
    incentive: c.incentive ? { price: number(incentive.price, price, 0), price_text: text(incentive.price_text),
                               discount: number(incentive.discount, 0, 0, 100), offer: text(incentive.offer) } : null,
  };
}

const cards = (v: unknown, base: string): Card[] => list(v).map((x) => cardOf(x, base)).filter((x): x is Card => x !== null);

function bundleOf(v: unknown, base: string): Bundle | null {
  const b = object(v), products = cards(b.products, base);
  if (products.length < 2 || products.length !== list(b.products).length) return null;
  return { products, normal_price: number(b.normal_price, 0, 0), bundle_price: number(b.bundle_price, 0, 0),
           savings: number(b.savings, 0, 0), bundle_price_text: text(b.bundle_price_text),
           offer: text(b.offer) };
}

/* NULL when it is no answer. `base`: what addresses without a host are told from (the server's). */
export function answerOf(v: unknown, base: string): Answer | null {
  const a = object(v), id = text(a.rec_id);
  if (!id && !Array.isArray(a.items)) return null;
  return { rec_id: id, placement: text(a.placement), display: text(a.display), items: cards(a.items, base),
           bundle: a.bundle ? bundleOf(a.bundle, base) : null, held_out: flag(a.held_out) };
}

/* One for each list asked for. */
export function answersOf(v: unknown, base: string): Answers {
  const { lists } = object(v), one = lists ? null : answerOf(v, base);
  return Array.isArray(lists) ? lists.map((x) => answerOf(x, base)) : one && [one];
}
