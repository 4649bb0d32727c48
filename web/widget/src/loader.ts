/* The script of the page's tag. Reads the configuration, tracks, and has parts loaded for what is to be shown.
 * Promise: it never throws into the page, waits for nothing longer than 800 ms, and does nothing visible when the server is away. */
import { answerOf } from './answers';
import { closeApi, openApi, waitingApi } from './api';
import type { ApiWindow } from './api';
import { hasKnownCart, listenToCart } from './cart';
import { caps } from './choose';
import { configOf } from './config';
import { listenForConsent } from './consent';
import { peek, thisVisit } from './keep';
import { letterOf } from './letter';
import type { Letter } from './letter';
import { ask, post, within } from './net';
import { readPage } from './page';
import { partLoader } from './parts';
import { number, object } from './read';
import { asker } from './recommend';
import { Showing } from './show';
import { Tracker } from './tracker';
import type { CartLine, Config, Core, Happening, PageFacts, Template, TrackedEvent } from './types';
import { touchVisit, visitorId } from './visitor';

interface Tag { origin: string; key: string; nonce: string; lang: string; preview: string; strict: Partial<Config['track']> }

const CONFIG_MS = 60000, SPA_MS = 150, KNOW_MS = 2000;

/* What the page's tag wants more of than the configuration: never less. */
function strictOf(d: DOMStringMap): Tag['strict'] {
  const on = (v: string | undefined): boolean => v !== undefined && v !== 'false';
  return { ...(d.consent === 'required' ? { consent: 'required' } : {}), ...(on(d.dnt) ? { dnt: true } : {}), ...(on(d.cookieless) ? { cookieless: true } : {}) };
}

function tagOf(script: HTMLScriptElement): Tag {
  return {
    origin: new URL(script.dataset.origin ?? script.src, location.href).origin, key: script.dataset.store ?? '', nonce: script.nonce ?? '',
    lang: (script.dataset.lang ?? document.documentElement.lang ?? '').slice(0, 2).toLowerCase(),
    preview: new URLSearchParams(location.search).get('vitrine_preview') ?? '', strict: strictOf(script.dataset),
  };
}

const readable = (v: unknown): boolean => Array.isArray(object(v).placements);

/* The newest that is to be had: of this visit when a minute old, of the server, of this visit however old. */
async function readConfig(tag: Tag): Promise<{ config: Config; raw: unknown } | null> {
  const query = new URLSearchParams({ key: tag.key });
  if (tag.lang) query.set('lang', tag.lang);
  if (tag.preview) query.set('preview_token', tag.preview);
  const name = 'config.' + query.toString(), kept = object(peek(name));
  if (!tag.preview && readable(kept.raw) && Date.now() - number(kept.ms, 0) < CONFIG_MS) return { config: configOf(kept.raw), raw: kept };
  const fresh = await ask(`${tag.origin}/api/v1/widget/config?${query.toString()}`, {});
  if (readable(fresh)) return { config: configOf(fresh), raw: { name, ms: Date.now(), raw: fresh } };
  return readable(kept.raw) ? { config: configOf(kept.raw), raw: kept } : null;
}

function emitter(): Pick<Core, 'on' | 'emit'> {
  const heard = new Map<string, Set<(what: never) => void>>();
  return {
    on: (name, run) => {
      const set = heard.get(name) ?? new Set();
      heard.set(name, set.add(run as (what: never) => void));
      return () => void set.delete(run as (what: never) => void);
    },
    emit: (name: Happening, what: unknown) => {
      for (const run of heard.get(name) ?? [])
        try {
          run(what as never);
        } catch (e) {
          console.warn('vitrine', name, e);                 /* a listener of the page broke: the others still hear */
        }
    },
  };
}

const auth = (tag: Tag): string => new URLSearchParams({ key: tag.key, ...(tag.preview ? { preview_token: tag.preview } : {}) }).toString();

/* Cards of products by id, as they are sold now. */
const byId = (tag: Tag): Core['products'] => async (ids) =>
  ids.length ? answerOf(await ask(`${tag.origin}/api/v1/widget/products?${auth(tag)}&ids=${ids.map(encodeURIComponent).join(',')}`, {}), tag.origin) : null;

/* The letter whose link led here, and the address without it: reloaded, copied or sent on it is the product's own. Before navigations
 * are watched. */
function takeLetter(): Letter | null {
  const letter = letterOf(location.search);
  if (letter) history.replaceState(history.state, '', location.pathname + letter.rest + location.hash);
  return letter;
}

/* Tells of navigations that load nothing. */
function onNavigation(changed: () => void): void {
  let last = location.pathname + location.search;
  const look = (): void => void setTimeout(() => {
    const now = location.pathname + location.search;
    if (now !== last) {
      last = now;
      changed();
    }
  }, SPA_MS);
  for (const name of ['pushState', 'replaceState'] as const) {
    const own = history[name].bind(history);
    history[name] = (...words: Parameters<History['pushState']>) => {
      own(...words);
      look();
    };
  }
  addEventListener('popstate', look);
}

function run(tag: Tag, config: Config, keptConfig: unknown): void {
  const tracker = new Tracker(config, `${tag.origin}/api/v1/events/track?${auth(tag)}`);
  tracker.decide();
  const kept = object(keptConfig);
  if (typeof kept.name === 'string' && !tag.preview) thisVisit.set(kept.name, { ms: kept.ms, raw: kept.raw });
  const letter = takeLetter(), visit = touchVisit(Date.now()), templates = new Map<string, Template>(), happen = emitter();
  let facts: PageFacts = readPage(), showing: Showing | null = null;

  const readCart = async (): Promise<void> => {
    const lines = await core.part('shop').then((shop) => shop?.cart() ?? null).catch(() => null);
    if (lines) cartIs(lines, tracker.cart(lines));
  };
  const cartIs = (lines: CartLine[], changes: TrackedEvent[]): void => {
    const added = changes.filter((e) => e.type === 'cart_add').map((e) => e.product_id ?? '');
    if (changes.length) core.emit('cart', { lines, added });
  };
  let waiting = 0;
  const core: Core = {
    origin: tag.origin, nonce: tag.nonce, config, page: () => facts, track: tracker.track, consent: () => (tracker.waiting ? 'none' : tracker.level), credit: tracker.credit,
    ...asker({ url: `${tag.origin}/api/v1/recommendations?${auth(tag)}`, origin: tag.origin, lang: tag.lang, who: () => tracker.personalId }),
    products: byId(tag), part: partLoader(() => core), template: (slot) => templates.get(slot), caps: caps(Date.now), ...happen,
    standing: async () => showing?.standing() ?? [],
    refreshCart: () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => void readCart(), 300);
    },
    knowCart: async () => {
      if (!hasKnownCart()) await within(KNOW_MS, readCart());       /* a shop that is slow to say is not waited for */
    },
  };
  const enter = (next: PageFacts): void => {
    facts = next;
    showing?.end();
    const changes = tracker.page(facts);
    core.emit('page', facts);
    showing = new Showing(core, facts, visit.n > 1);
    showing.start();
    cartIs(facts.cart ?? [], changes);
    if (!facts.cart && !hasKnownCart()) core.refreshCart();          /* what is in it before anything is added */
  };
  const consentChanged = (): void => void (tracker.decide() && core.emit('consent', { level: tracker.level }));

  listenForConsent(consentChanged);
  listenToCart(core.refreshCart);
  onNavigation(() => enter(readPage()));
  openApi({
    core, templates, page: (told) => enter(told ?? readPage()),
    consent: (level) => {
      tracker.tell(level);
      core.emit('consent', { level });
    },
    identify: (email_hash) => {
      if (tracker.personalId)
        void ask(`${tag.origin}/api/v1/identify?${auth(tag)}`, post({ visitor_id: visitorId(), email_hash }), 5000);
    },
  });
  if (config.forward.ga4 || config.forward.meta || config.forward.segment) void core.part('forward').then((p) => p?.start());
  core.emit('ready', { version: config.version });
  if (letter && facts.product_id) tracker.letter(letter, facts.product_id);
  enter(facts);
}

/* When the page's own deferred scripts have run: its cart (window.vitrineShop) is one of them. */
function scriptsDone(): Promise<unknown> {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (document.readyState === 'complete' || (entry?.domContentLoadedEventStart ?? 0) > 0) return Promise.resolve();
  return new Promise((go) => {
    document.addEventListener('DOMContentLoaded', go, { once: true });
    addEventListener('load', go, { once: true });
  });
}

async function start(script: HTMLScriptElement): Promise<void> {
  const tag = tagOf(script), read = tag.key ? await readConfig(tag) : null;
  if (!read) return closeApi();
  await scriptsDone();
  run(tag, { ...read.config, track: { ...read.config.track, ...tag.strict } }, read.raw);
}

const tagElement = document.currentScript;
const here = window as unknown as ApiWindow & { vitrineLoaded?: boolean };
if (tagElement instanceof HTMLScriptElement && !here.vitrineLoaded) {                    /* a second tag on the page does nothing */
  here.vitrineLoaded = true;
  waitingApi();
  start(tagElement).catch((e: unknown) => console.warn('vitrine', e));
}
