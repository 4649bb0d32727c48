/* What pages may call once https://.../v.js is on them; and before it, with the line of docs/widget.md in place. Examples: docs/widget.md. */
import type { About, Answer, Card, CartLine, ConsentLevel, Happening, Happenings, ListQuestion, PageKind, Question, ShopAdapter, Template, TemplateTools, TrackedEvent,
              Variation } from '../src/types';

export type { About, Answer, Card, CartLine, ConsentLevel, Happening, Happenings, ListQuestion, PageKind, Question, ShopAdapter, Template, TemplateTools, Variation };

/* What a page tells of itself after a navigation that loads nothing. */
export interface PageTold {
  page: PageKind; product_id?: string; category?: string; search?: string; results?: number; cart?: CartLine[];
  order?: { id: string; total: number | string; items: CartLine[] };
}

export interface Vitrine {
  /* Products for a place of your own, or for several of which none repeats another; null when the server is away.
   * `once`: nothing that stands in the widget's lists. */
  (call: 'recommend', question: Question & { lists: ListQuestion[]; once?: boolean }): Promise<(Answer | null)[] | null>;
  (call: 'recommend', question: Question & { once?: boolean }): Promise<Answer | null>;
  (call: 'track', type: string, about?: Omit<TrackedEvent, 'type'>): void;
  /* The address stays in the browser: its SHA-256 is sent. */
  (call: 'identify', who: { email: string } | { email_hash: string }): void;
  (call: 'consent', level: ConsentLevel): void;
  /* Answers a function that stops listening. */
  <K extends Happening>(call: 'on', what: K, run: (about: Happenings[K]) => void): () => void;
  /* Your own template for a slot. */
  (call: 'render', slot: string, template: Template): void;
  /* The page became another one; without facts the widget reads it again. */
  (call: 'page', facts?: PageTold): void;
  /* The cart may have changed: read it again. */
  (call: 'cart'): void;
}

declare global {
  interface Window { vitrine?: Vitrine; vitrineShop?: ShopAdapter }
  const vitrine: Vitrine;
}
