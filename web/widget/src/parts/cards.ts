/* The displays inside a page: carousel, grid, list, bought together, one card, bar; and the cards that overlays are made of.
 * Promise: several on a page know nothing of each other; each has a shadow root of its own, keeps its height from the first moment on,
 * and goes away unseen when there is nothing to show. */
import { shownOf } from '../choose';
import { offer } from '../part';
import { beforePicture } from '../place';
import type { Answer, Card, CardsPart, Core, Placement, TemplateTools } from '../types';
import { addAll } from './add';
import { adopt } from './adopt';
import { together } from './bundle';
import { big, blank, card, row } from './card';
import type { Drawing } from './card';
import styles from './cards.css';
import { dress, el, icon } from './dom';
import { styleFor } from './money';
import { readTheme, tokenSheet, tokensOf, whenLooksChange } from './theme';
import { watcher } from './watch';
import { wordsOf } from './words';

const SKELETON_MS = 120, TOGETHER_MS = 250, FIVE = 5, AWAY_PX = 200;
let serial = 0;

const layoutOf = (p: Placement, a: Answer): Placement['layout'] => (p.layout === 'bundle' && !a.bundle ? 'carousel' : p.layout);
const enough = (a: Answer, p: Placement): boolean => shownOf(p, a).length > 0;

/* A grid's last row is full where it can be. */
const thirds = (n: number): string => (n % 5 === 0 ? ' fifths' : n % 3 === 0 && n % 4 ? ' thirds' : '');

/* The offer goes to the cart only with the price it promises. */
const offered = (token: string | false | undefined): { offer?: string } => (token ? { offer: token } : {});

/* So far from the view that nothing seen moves with it. */
const isAway = (b: DOMRect): boolean => !b.height || b.top > innerHeight + AWAY_PX || (b.bottom < -AWAY_PX && CSS.supports('overflow-anchor: auto'));

function nothing(): void { /* a display that is not dismissed */ }

/* Elements are told of in one event when they are seen within a moment. */
function sightings(core: Core, placement: Placement, answer: Answer): (e: Element, item: Card) => void {
  const w = watcher(core.config.track.impression_share, core.config.track.impression_ms);
  let seen: Card[] = [];
  const tell = (): void => {
    const items = seen.map((item) => ({ item, position: answer.items.indexOf(item) + 1 }));
    seen = [];
    if (!answer.rec_id) return;                             /* nobody recommended it */
    core.track({ type: 'impression', rec_id: answer.rec_id, placement: answer.placement, items: items.map((i) => i.item.product_id) });
    core.emit('impression', { answer, placement, items });
  };
  return (e, item) => w.watch(e, () => {
    if (!seen.length) setTimeout(tell, TOGETHER_MS);
    seen.push(item);
  });
}

function clicker(core: Core, placement: Placement, answer: Answer): (item: Card) => void {
  return (item) => {
    const position = answer.items.findIndex((i) => i.product_id === item.product_id) + 1;
    if (!position || !answer.rec_id) return;                /* the product of the page itself, or what was looked at before */
    core.credit(item.product_id, answer.rec_id);
    core.track({ type: 'click', product_id: item.product_id, rec_id: answer.rec_id, placement: answer.placement, position });
    core.emit('click', { answer, placement, item, position });
  };
}

/* Buttons beside the title move the row by what is in view; they are there while there is something to move to. */
function scrolling(section: HTMLElement, items: HTMLElement, nav: HTMLElement): void {
  const [back, on] = [...nav.children] as [HTMLElement, HTMLElement];
  const look = (): void => {
    const at = Math.abs(items.scrollLeft), most = items.scrollWidth - items.clientWidth;
    section.classList.toggle('scrolls', most > 8);
    back.setAttribute('aria-disabled', String(at < 8));
    on.setAttribute('aria-disabled', String(at > most - 8));
  };
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const move = (way: number): void => {
    const side = getComputedStyle(items).direction === 'rtl' ? -1 : 1;
    items.scrollBy({ left: way * side * items.clientWidth * 0.9, behavior: calm.matches ? 'auto' : 'smooth' });
  };
  back.addEventListener('click', () => move(-1));
  on.addEventListener('click', () => move(1));
  items.addEventListener('scroll', look, { passive: true });
  new ResizeObserver(look).observe(items);
}

function head(core: CardsPart, title: string, id: string): { box: HTMLElement; nav: HTMLElement } {
  const turn = (name: 'previous' | 'next'): HTMLElement => el('button', { class: 'round', type: 'button', 'aria-label': core.label(name) }, icon(name));
  const nav = el('div', { class: 'nav' }, turn('previous'), turn('next'));
  return { nav, box: el('div', { class: 'head' }, el('h2', { class: 'title', id }, title), nav) };
}

function make(core: Core): CardsPart {
  const label = wordsOf(core.config.texts), dressed = new Set<{ root: ShadowRoot; tokens: () => string }>();
  whenLooksChange(() => dressed.forEach((d) => {
    if (d.root.host.isConnected) d.root.adoptedStyleSheets[0]?.replaceSync(d.tokens());
    else dressed.delete(d);
  }));

  function host(placement: Placement): ReturnType<CardsPart['host']> {
    const e = document.createElement('vitrine-display'), root = e.attachShadow({ mode: 'open' }), body = el('div');
    e.dataset.slot = placement.slot;
    root.append(body);
    return { host: e, root, body };
  }
  function dressFor(placement: Placement, at: Element, root: ShadowRoot): void {
    const tokens = (): string => tokenSheet(tokensOf(readTheme(at), { ...core.config.design, ...placement.design }));
    dress(root, core.nonce, tokens(), styles);
    dressed.add({ root, tokens });
  }

  async function drawing(placement: Placement, answer: Answer, root: ShadowRoot): Promise<Drawing> {
    const shop = await core.part('shop');
    const d: Drawing = {
      config: core.config, placement, answer, label, can: shop?.can() ?? false, incentives: shop?.grants('incentives') ?? false,
      style: styleFor(core.config.store, core.page()), like: answer.items.find((i) => i.price_text)?.price_text ?? answer.bundle?.bundle_price_text ?? '',
      seen: sightings(core, placement, answer), clicked: clicker(core, placement, answer),
      add: async (item, button) => void (await addAll({ core, root, label }, [item], { rec_id: answer.rec_id, bundle: false, ...offered(d.incentives && item.incentive?.offer) }, button)),
    };
    return d;
  }

  function list(d: Drawing): HTMLElement {
    const draw = d.placement.layout === 'list' || d.placement.layout === 'bar' ? row : d.placement.layout === 'card' ? big : card;
    const items = d.placement.layout === 'card' || d.placement.layout === 'bar' ? d.answer.items.slice(0, 1) : d.answer.items;
    return el('ul', { class: 'items', role: 'list' }, ...items.map((i) => draw(d, i)));
  }

  async function content(d: Drawing, root: ShadowRoot): Promise<HTMLElement> {
    const { bundle, rec_id } = d.answer;
    if (d.placement.layout !== 'bundle' || !bundle) return list(d);
    const shop = await core.part('shop');
    const grants = shop?.grants('bundles') ?? false;
    return together(d, bundle, {
      grants, own: core.page().product_id || (bundle.products[0]?.product_id ?? ''),
      add: async (cards, whole, button) => void (await addAll({ core, root, label }, cards, { rec_id, bundle: whole, ...offered(whole && grants && bundle.savings > 0 && bundle.offer) }, button)),
    });
  }

  /* The page's own template, where it has one for the slot. */
  function templated(placement: Placement, answer: Answer, body: HTMLElement, close: () => void): boolean {
    const template = core.template(placement.slot);
    if (!template) return false;
    const seen = sightings(core, placement, answer), click = clicker(core, placement, answer);
    const tools: TemplateTools = {
      watch: (e, item) => {
        seen(e, item);
        e.addEventListener('click', () => click(item));
      },
      add: (item, quantity) => addAll({ core, root: body.getRootNode() as ShadowRoot, label }, [item], { rec_id: answer.rec_id, bundle: false }, el('button'), quantity),
      dismiss: close,
    };
    template(answer, body, tools);
    return true;
  }

  async function fillInto(placement: Placement, answer: Answer, body: HTMLElement, root: ShadowRoot): Promise<void> {
    const layout = layoutOf(placement, answer), id = `t${++serial}`;
    const p = { ...placement, layout }, d = await drawing(p, answer, root), inside = await content(d, root);
    const title = head(part, placement.title || label('list_label'), id);
    const section = el('section', { class: `v ${layout === 'card' ? 'one' : layout} fresh${placement.n >= FIVE ? ' five' : ''}${thirds(placement.n)}`, 'aria-labelledby': id }, title.box, inside);
    body.replaceChildren(section);
    if (layout === 'carousel') scrolling(section, inside, title.nav);
    else title.nav.remove();
    core.emit('shown', { answer, placement });
  }

  function skeleton(placement: Placement, body: HTMLElement): void {
    if (placement.layout !== 'carousel' && placement.layout !== 'grid') return;
    const items = Array.from({ length: placement.n }, () => blank(placement.show.add_to_cart)), title = el('h2', { class: 'title blank' }, placement.title || label('list_label'));
    body.replaceChildren(el('section', { class: `v ${placement.layout}${placement.n >= FIVE ? ' five' : ''}${thirds(placement.n)}`, 'aria-hidden': 'true' },
                            el('div', { class: 'head' }, title), el('ul', { class: 'items' }, ...items)));
  }

  /* Nothing to show: the slot goes as soon as nobody sees it go. What the page itself wrote into it stays. */
  function leave(slot: HTMLElement): void {
    const own = [...slot.children] as HTMLElement[];
    if (own.some((e) => !e.matches('vitrine-display'))) return;
    own.forEach((e) => (e.style.visibility = 'hidden'));
    const eye = new IntersectionObserver(() => void beforePicture().then(() => {
      if (slot.firstElementChild !== (own[0] ?? null)) eye.disconnect();             /* it was filled after all */
      else if (isAway(slot.getBoundingClientRect())) {
        eye.disconnect();
        slot.replaceChildren();
        slot.hidden = true;
      }
    }), { rootMargin: `${AWAY_PX}px` });
    eye.observe(slot);
  }

  const part: CardsPart = {
    label, host, dress: dressFor,
    async fill(placement, answer, into, close) {
      const root = into.getRootNode() as ShadowRoot;
      if (templated(placement, answer, into, close)) core.emit('shown', { answer, placement });
      else await fillInto(placement, answer, into, root);
    },
    adopt: (slot) => adopt(core, slot),
    async inline(placement, slot, waiting, late) {
      const early = await Promise.race([waiting, new Promise<undefined>((go) => setTimeout(() => go(undefined), SKELETON_MS))]);
      if (early && !enough(early, placement)) return leave(slot);
      const { host: e, root, body } = host(placement);
      slot.hidden = false;
      dressFor(placement, slot, root);
      slot.replaceChildren(e);
      if (!early) skeleton(placement, body);
      let answer = early ?? (await waiting);
      if (!answer) {                                        /* its room stays, and nothing in it until there is something */
        body.style.visibility = 'hidden';
        answer = await late();
        body.style.visibility = '';
      }
      if (!e.isConnected) return;
      if (answer && enough(answer, placement)) await part.fill(placement, answer, body, nothing);
      else leave(slot);
    },
  };
  return part;
}

offer('cards', make);
