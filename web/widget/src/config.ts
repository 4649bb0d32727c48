/* Makes a Config of what the server sent: every member checked, everything unknown replaced by what is usual, placements that
 * cannot be shown left out. It does NOT fetch. */
import { flag, list, number, object, oneOf, priceStyleOf, text, textOrNull } from './read';
import type { Config, Design, Frequency, Manners, OverlayDisplay, Placement, Trigger } from './types';

const OVERLAYS = ['popup', 'slide_in', 'banner', 'sticky'] as const, DISPLAYS = ['inline', ...OVERLAYS] as const;
const LAYOUTS = ['carousel', 'grid', 'list', 'bundle', 'bar', 'card'] as const;
const MOST_PLACEMENTS = 40;

function when(v: unknown): number | null {
  const ms = typeof v === 'string' ? Date.parse(v) : v;
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : null;
}

function triggerOf(v: unknown): Trigger {
  const t = object(v);
  return { kind: oneOf(t.kind, ['load', 'add_to_cart', 'exit', 'scroll', 'idle'], 'load'), share: number(t.share, 0.5, 0, 1),
           seconds: number(t.seconds, 20, 0, 3600) };
}

/* 0 = any number */
function frequencyOf(v: unknown): Frequency {
  const f = object(v);
  return { per_session: number(f.per_session, 0, 0), per_day: number(f.per_day, 0, 0), gap_seconds: number(f.gap_seconds, 0, 0) };
}

function looksOf(v: unknown): Omit<Design, 'scheme'> {
  const d = object(v);
  return { accent: textOrNull(d.accent), text: textOrNull(d.text), surface: textOrNull(d.surface), radius: textOrNull(d.radius),
           font: textOrNull(d.font) };
}

/* What differs from the design of all. */
const own = (d: Omit<Design, 'scheme'>): Partial<Design> => Object.fromEntries(Object.entries(d).filter(([, x]) => x !== null));

function placementOf(v: unknown): Placement | null {
  const p = object(v), where = object(p.where), who = object(p.audience), show = object(p.show);
  const name = text(p.placement), display = DISPLAYS.find((d) => d === p.display);
  if (!name || !display) return null;                       /* e-mail blocks are the server's to draw */
  const source = text(p.source);
  return {
    placement: name, slot: text(p.slot) || name, display, fixed: flag(p.fixed),
    experiment: list(object(p.experiment).displays).map((d) => text(d)),
    layout: oneOf(p.layout, LAYOUTS, display === 'inline' ? 'carousel' : display === 'banner' || display === 'sticky' ? 'bar' : 'grid'),
    n: Math.round(number(p.n, 4, 1, 50)), source: source === 'all' ? '' : source, title: text(p.title),
    where: { page: text(where.page), selector: textOrNull(where.selector),
             position: oneOf(where.position, ['after', 'before', 'inside', 'replace'], 'after') },
    trigger: triggerOf(p.trigger), frequency: frequencyOf(p.frequency),
    audience: { device: oneOf(who.device, ['any', 'phone', 'desktop'], 'any'), visitor: oneOf(who.visitor, ['any', 'new', 'returning'], 'any') },
    schedule: { from: when(object(p.schedule).from), until: when(object(p.schedule).until) },
    show: { rating: show.rating !== false, stock: show.stock !== false, message: show.message !== false, add_to_cart: show.add_to_cart !== false },
    design: own(looksOf(p.design)),
  };
}

function displaysOf(v: unknown): Partial<Record<OverlayDisplay, Manners>> {
  const told = object(v);
  return Object.fromEntries(OVERLAYS.filter((d) => told[d]).map((d) => {
    const o = object(told[d]);
    return [d, { trigger: triggerOf(o.trigger), frequency: frequencyOf(o.frequency) }];
  }));
}

export function configOf(v: unknown): Config {
  const c = object(v), store = object(c.store), track = object(c.track), forward = object(c.forward), design = object(c.design);
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(object(c.texts))) if (typeof value === 'string') texts[name] = value;
  return {
    version: number(c.version, 0),
    store: { currency: text(store.currency), locale: text(store.locale), minor: Math.round(number(store.minor, 2, 0, 4)),
             price: priceStyleOf(store.price) },
    track: { consent: oneOf(track.consent, ['optional', 'required'], 'optional'), dnt: flag(track.dnt), cookieless: flag(track.cookieless),
             impression_share: number(track.impression_share, 0.5, 0, 1), impression_ms: number(track.impression_ms, 1000, 0, 60000) },
    forward: { ga4: flag(forward.ga4), meta: flag(forward.meta), segment: flag(forward.segment) },
    texts,
    design: { ...looksOf(design), scheme: oneOf(design.scheme, ['auto', 'light', 'dark'], 'auto') },
    displays: displaysOf(c.displays), preview: flag(c.preview),
    placements: list(c.placements).slice(0, MOST_PLACEMENTS).map(placementOf).filter((p): p is Placement => p !== null),
  };
}
