/* What the page at hand is: told by its own <script data-vitrine>, else read off a WooCommerce theme's body classes.
 * It does NOT watch the page; ask again after a navigation. */
import { list, number, object, oneOf, parse, priceStyleOf, text } from './read';
import type { Json } from './read';
import type { CartLine, OrderFacts, PageFacts, PageKind } from './types';

export const PAGES: readonly PageKind[] = ['home', 'category', 'product', 'cart', 'checkout', 'search', 'search_empty', 'not_found',
                                           'order_received', 'other'];

export function linesOf(v: unknown): CartLine[] {
  return list(v).map((x): CartLine => {
    const line = object(x), out: CartLine = { product_id: text(line.product_id), quantity: number(line.quantity, 1, 0, 1e6) };
    if (line.variation_id) out.variation_id = text(line.variation_id);
    if (line.price !== undefined) out.price = number(line.price, 0, 0);
    return out;
  }).filter((l) => l.product_id !== '');
}

function orderOf(v: unknown): OrderFacts | null {
  const o = object(v), id = text(o.id);
  return id ? { id, total: number(o.total, 0, 0), items: linesOf(o.items) } : null;
}

/* Of the page's own JSON. A search with `results` 0 is a page of its own kind. */
export function factsOf(v: Json): PageFacts {
  const told = oneOf(v.page, PAGES, 'other'), style = priceStyleOf(v.price);
  return {
    page: told === 'search' && v.results !== undefined && number(v.results, 1) === 0 ? 'search_empty' : told,
    product_id: text(v.product_id), category: text(v.category), search: text(v.search),
    cart: Array.isArray(v.cart) ? linesOf(v.cart) : null, order: orderOf(v.order),
    price: style && { ...style, currency: text(object(v.price).currency) }, off: list(v.off).map((x) => text(x)).filter(Boolean),
  };
}

const KINDS: readonly [RegExp, PageKind][] = [
  [/\bwoocommerce-order-received\b/, 'order_received'], [/\bwoocommerce-checkout\b/, 'checkout'], [/\bwoocommerce-cart\b/, 'cart'],
  [/\bsingle-product\b/, 'product'], [/\bsearch-no-results\b/, 'search_empty'], [/\bsearch(-results)?\b/, 'search'],
  [/\btax-product_cat\b|\bpost-type-archive-product\b/, 'category'], [/\berror404\b/, 'not_found'], [/\bhome\b/, 'home'],
];

/* Of the classes WordPress writes on <body>, and the address. */
export function guess(classes: string, href: string): PageFacts {
  const page = KINDS.find(([word]) => word.test(classes))?.[1] ?? 'other', url = new URL(href);
  return {
    page, product_id: page === 'product' ? (/\bpostid-(\d+)\b/.exec(classes)?.[1] ?? '') : '',
    category: /\bterm-(\d+)\b/.exec(classes)?.[1] ?? '', search: page.startsWith('search') ? (url.searchParams.get('s') ?? '') : '',
    cart: null, price: null, off: [],
    order: page === 'order_received' ? orderOf({ id: /\/order-received\/(\d+)/.exec(url.pathname)?.[1] }) : null,
  };
}

export function readPage(): PageFacts {
  const own = document.querySelector('script[data-vitrine]');
  const told = own ? object(parse(own.textContent)) : {};
  return told.page ? factsOf(told) : guess(document.body?.className ?? '', location.href);
}
