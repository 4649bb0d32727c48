/* What the parts of the widget say to each other: the configuration, the page, answers, events, and the core that each part is given.
 * Types only: this file is nothing at run time. The JSON of `Config` and `Answer` is the server's; read it with the checkers in
 * config.ts and answers.ts, which are the only places where text of the network becomes one of these. */

export type Layout = 'carousel' | 'grid' | 'list' | 'bundle' | 'bar' | 'card';
export type Display = 'inline' | 'popup' | 'slide_in' | 'banner' | 'sticky';
export type OverlayDisplay = Exclude<Display, 'inline'>;
export type PageKind = 'home' | 'category' | 'product' | 'cart' | 'checkout' | 'search' | 'search_empty' | 'not_found' | 'order_received' | 'other';
export type TriggerKind = 'load' | 'add_to_cart' | 'exit' | 'scroll' | 'idle';
export type ConsentLevel = 'all' | 'statistics' | 'none';
export type Scheme = 'auto' | 'light' | 'dark';

export interface Where { page: string; selector: string | null; position: 'after' | 'before' | 'inside' | 'replace' }
export interface Trigger { kind: TriggerKind; share: number; seconds: number }
/* 0 = no limit */
export interface Frequency { per_session: number; per_day: number; gap_seconds: number }
export interface Audience { device: 'any' | 'phone' | 'desktop'; visitor: 'any' | 'new' | 'returning' }
/* UTC milliseconds, null = open */
export interface Schedule { from: number | null; until: number | null }

export interface Placement {
  placement: string;
  slot: string;
  display: Display;
  fixed: boolean;             /* true: no answer changes the display */
  experiment: string[];       /* displays an answer of an experiment may ask for; empty: none runs */
  layout: Layout;
  n: number;
  source: string;             /* empty: of all sources */
  title: string;
  where: Where;
  trigger: Trigger;
  frequency: Frequency;
  audience: Audience;
  schedule: Schedule;
  show: { rating: boolean; stock: boolean; message: boolean; add_to_cart: boolean };
  design: Partial<Design>;    /* what differs from the design of all */
}

export interface Manners { trigger: Trigger; frequency: Frequency }

export interface Design {
  accent: string | null; text: string | null; surface: string | null; radius: string | null; font: string | null; scheme: Scheme;
}

/* How the shop writes a price: what stands before and behind it, its separators, how many digits it shows; `trim`: no digits that are all 0. */
export interface PriceStyle { before: string; after: string; thousand: string; decimal: string; digits: number; trim: boolean }

export interface Config {
  version: number;
  store: { currency: string; locale: string; minor: number; price: PriceStyle | null };     /* null: as the locale does */
  track: { consent: 'optional' | 'required'; dnt: boolean; cookieless: boolean; impression_share: number; impression_ms: number };
  forward: { ga4: boolean; meta: boolean; segment: boolean };
  texts: Record<string, string>;
  design: Design;
  displays: Partial<Record<OverlayDisplay, Manners>>;    /* of slots that an answer makes an overlay */
  preview: boolean;
  placements: Placement[];
}

/* A product as a card shows it. Money in major units. */
export interface Card {
  product_id: string;
  name: string;
  url: string;                /* http or https, or empty */
  image: string;              /* the same */
  price: number;
  regular_price: number;
  on_sale: boolean;
  price_from: boolean;
  price_text: string;
  currency: string;
  stock_left: number | null;  /* only when the shop's own threshold is reached */
  rating: number;
  rating_count: number;
  category: string;
  message: string;
  incentive: { price: number; price_text: string; discount: number; offer: string } | null;     /* offer: what the cart is shown for that price; may be empty */
}

export interface Bundle { products: Card[]; normal_price: number; bundle_price: number; savings: number; bundle_price_text: string; offer: string }

export interface Answer {
  rec_id: string;
  placement: string;
  display: string;            /* the owner's or an experiment's wish; empty: as configured */
  items: Card[];
  bundle: Bundle | null;
  held_out: boolean;
}

export type Answers = (Answer | null)[] | null;

export interface CartLine { product_id: string; variation_id?: string; quantity: number; price?: number }
export interface OrderFacts { id: string; total: number; items: CartLine[] }

export interface PageFacts {
  page: PageKind;
  product_id: string;
  category: string;
  search: string;
  cart: CartLine[] | null;    /* null: the page does not tell */
  order: OrderFacts | null;
  price: (PriceStyle & { currency: string }) | null;     /* of this page; null: it does not tell */
  off: string[];              /* slots that are placed nowhere on this page; where the page has one of them, it is filled */
}

/* One event of POST /api/v1/events/track; docs/api.md says which type carries what. */
export interface TrackedEvent {
  type: string;
  product_id?: string; variation_id?: string; category_id?: string; rec_id?: string; placement?: string; order_id?: string;
  query?: string; position?: number; quantity?: number; value?: number; email_hash?: string; consent?: ConsentLevel;
  items?: (string | CartLine)[];
  id?: string;                /* one of the same id counts once; each has its own where none is told */
}

/* What is asked of one list. `bundle`: the page shows its bundle alone, where there is one; `least`: or nothing of a shorter list. */
export interface ListQuestion { placement?: string; n?: number; source?: string; bundle?: boolean; least?: number }
/* With `lists`, of all of them: no product comes in two. */
export interface Question extends ListQuestion {
  product_id?: string; cart?: string[]; exclude?: string[]; lists?: ListQuestion[];
  filter?: { categories?: string[] };
}

/* What is drawn when nobody recommends: cards of products by their ids. */
export type ById = (ids: string[]) => Promise<Answer | null>;

/* Why something goes into the cart: the answer, whether it is a whole bundle, and the signed offer whose price was shown (then the cart
 * grants that price or refuses the lot). */
export interface About { rec_id: string; bundle: boolean; offer?: string }

/* What a shop may offer on its pages as window.vitrineShop. */
export interface Variation { id: string; label: string; price_text?: string; in_stock?: boolean }
export interface ShopAdapter {
  add(items: CartLine[], about?: About): Promise<unknown>;
  cart?(): Promise<CartLine[]>;
  variations?(product_id: string): Promise<Variation[]>;
  bundles?: boolean;          /* the cart really grants the bundle's price */
  incentives?: boolean;       /* the cart really grants an incentive */
}

/* What happens, by name: for listeners of the page (`vitrine('on', ...)`) and for forwarding. */
export interface Happenings {
  ready: { version: number };
  page: PageFacts;
  shown: { answer: Answer; placement: Placement };
  impression: { answer: Answer; placement: Placement; items: { item: Card; position: number }[] };
  click: { answer: Answer; placement: Placement; item: Card; position: number };
  add_to_cart: { items: { card: Card; quantity: number; variation_id: string }[]; rec_id: string };
  dismiss: { answer: Answer; placement: Placement };
  cart: { lines: CartLine[]; added: string[] };
  consent: { level: ConsentLevel | null };
}
export type Happening = keyof Happenings;

/* A template of the page's own: fills `into`; tools.watch() makes an element count as seen and clicked. */
export interface TemplateTools {
  watch(element: Element, item: Card, position: number): void;
  add(item: Card, quantity?: number): Promise<boolean>;
  dismiss(): void;
}
export type Template = (answer: Answer, into: HTMLElement, tools: TemplateTools) => void;

/* What each part is given. */
export interface Core {
  origin: string;
  nonce: string;
  config: Config;
  page(): PageFacts;
  track(event: TrackedEvent): void;
  consent(): ConsentLevel | null;
  recommend(question: Question): Promise<Answer | null>;
  /* one answer for each of the question's lists, null in time; `late`: when it comes, or when the server is asked once more */
  lists(question: Question, late?: boolean): Promise<Answers>;
  /* products that stand in this page's lists by now */
  standing(): Promise<string[]>;
  products: ById;             /* an answer without rec_id */
  part<K extends PartName>(name: K): Promise<Parts[K] | null>;
  on<K extends Happening>(name: K, run: (what: Happenings[K]) => void): () => void;
  emit<K extends Happening>(name: K, what: Happenings[K]): void;
  template(slot: string): Template | undefined;
  /* `product_id` was clicked or put into the cart from the answer: orders of the next seven days are told so */
  credit(product_id: string, rec_id: string): void;
  refreshCart(): void;
  knowCart(): Promise<void>; /* resolves when the cart was looked at once: only then an addition is seen as one */
  caps: Caps;
}

export interface Caps { may(name: string, f: Frequency): boolean; count(name: string): void }

/* What a part offers once loaded. */
export interface CardsPart {
  /* `late` is asked for when there is no answer in time */
  inline(placement: Placement, slot: HTMLElement, answer: Promise<Answer | null>, late: () => Promise<Answer | null>): Promise<void>;
  adopt(slot: HTMLElement): void;
  fill(placement: Placement, answer: Answer, into: HTMLElement, close: () => void): Promise<void>;
  host(placement: Placement): { host: HTMLElement; root: ShadowRoot; body: HTMLElement };
  label(name: string, ...values: (string | number)[]): string;
  dress(placement: Placement, at: Element, root: ShadowRoot): void;
}
export interface OverlayPart { arm(placement: Placement, ask: () => Promise<Answer | null>): () => void }
export interface ShopPart {
  can(): boolean;             /* is there a cart to put things into */
  add(items: CartLine[], about: About): Promise<void>;
  variations(product_id: string): Promise<Variation[]>;
  cart(): Promise<CartLine[] | null>;
  grants(what: 'bundles' | 'incentives'): boolean;
}
export interface ForwardPart { start(): void }
export interface Parts { cards: CardsPart; overlay: OverlayPart; shop: ShopPart; forward: ForwardPart }
export type PartName = keyof Parts;
