/* Design tokens: the owner's where he set them, else taken from the theme around the slot: fonts, colours, roundness of its buttons.
 * Promise: whatever the theme is, texts stand out by 4.5 and controls by 3 (WCAG 2.2 AA). */
import type { Design } from '../types';
import { BLACK, colourOf, contrast, css, luminance, mix, readable, WHITE } from './colour';
import type { Colour } from './colour';

export interface Found {                                    /* what was read off the page, as getComputedStyle() says it */
  surface: Colour; text: Colour; button: Colour | null; link: Colour | null; font: string; titleFont: string; titleWeight: string;
  radius_px: number; size_px: number; title_px: number;     /* of the theme's headings of sections; 0: it has none */
  bleeds: boolean;                                          /* the place reaches from edge to edge of the window */
}
export type Tokens = Record<string, string>;

const DARK: readonly [Colour, Colour] = [[22, 24, 29, 1], [240, 241, 244, 1]], LIGHT: readonly [Colour, Colour] = [WHITE, [29, 31, 36, 1]];
const BUTTONS = '.single_add_to_cart_button, .add_to_cart_button, .wp-block-button__link, .wc-block-components-button, .button.alt, ' +
                '.btn-primary, button[type=submit], .button, button', MOST_BUTTONS = 40;

/* What bleeds keeps the distance from the edges that the theme's own lines of text keep; block themes name it. */
const INSET = 'max(var(--wp--style--root--padding-left, 1.25rem), (100% - var(--wp--style--global--wide-size, 75rem)) / 2)', EDGE_PX = 12;

const isDark = (c: Colour): boolean => luminance(c) < 0.18;
const has = (c: Colour | null): c is Colour => c !== null && c[3] > 0.9;
/* Told apart from grey: a theme's grey button is no accent. */
const isColourful = (c: Colour): boolean => Math.max(c[0], c[1], c[2]) - Math.min(c[0], c[1], c[2]) > 24;

/* Ground and text of the scheme wished for. */
function base(found: Found, d: Design): readonly [Colour, Colour] {
  const dark = isDark(found.surface);
  const own: readonly [Colour, Colour] = d.scheme === 'auto' || (d.scheme === 'dark') === dark ? [found.surface, found.text]
                                       : d.scheme === 'dark' ? DARK : LIGHT;
  return [colourOf(d.surface) ?? own[0], colourOf(d.text) ?? own[1]];
}

function accentOf(found: Found, d: Design, surface: Colour, text: Colour): Colour {
  const set = colourOf(d.accent);
  if (set) return set;
  const likely = [found.button, found.link].filter(has);
  return likely.find((c) => isColourful(c) && contrast(c, surface) >= 3) ?? likely.find((c) => contrast(c, surface) >= 4.5) ?? text;
}

/* Pure. */
export function tokensOf(found: Found, d: Design): Tokens {
  const [surface, told] = base(found, d), dark = isDark(surface), end = dark ? WHITE : BLACK;
  const text = readable(told, surface, end, 7), accent = readable(accentOf(found, d, surface, text), surface, end, 3);
  const radius = d.radius ? parseFloat(d.radius) || 0 : found.radius_px, size = Math.min(18, Math.max(15, found.size_px));
  const tinted = mix(text, surface, 0.06), wash = contrast(text, tinted) >= 4.5 ? tinted : surface;
  const soft = readable(mix(text, surface, 0.62), wash, text, 4.5);     /* texts stand on both */
  return {
    '--surface': css(surface), '--text': css(text), '--soft': css(soft),
    '--line': css(mix(text, surface, 0.14)), '--rim': css(mix(text, surface, 0.28)), '--edge': css(readable(mix(text, surface, 0.4), surface, text, 3)),
    '--ground': css(dark ? mix(WHITE, surface, 0.9) : mix(text, surface, 0.045)), '--wash': css(wash),
    '--accent': css(accent), '--on-accent': css(contrast(WHITE, accent) >= 4.5 ? WHITE : contrast(BLACK, accent) >= 4.5 ? BLACK : WHITE),
    '--accent-text': css(readable(accent, surface, end, 4.5)), '--sale': css(readable(dark ? [255, 138, 122, 1] : [186, 36, 24, 1], wash, end, 4.5)),
    '--star': dark ? '#f0b13c' : '#b7791f', '--picture-light': dark ? '.92' : '1',      /* white pictures do not glare at night */
    '--radius': `${Math.min(14, radius)}px`, '--button-radius': `${Math.min(999, radius)}px`, '--chip-radius': `${Math.min(6, radius)}px`,
    '--font': d.font ?? found.font, '--title-font': d.font ?? found.titleFont, '--title-weight': found.titleWeight, '--size': `${size}px`,
    '--title-size': found.title_px ? `${Math.min(28, Math.max(18, found.title_px))}px` : '1.4em',
    '--inset': found.bleeds ? INSET : '0px', 'color-scheme': dark ? 'dark' : 'light',
  };
}

function surfaceBehind(e: Element | null): Colour {
  for (let at = e; at; at = at.parentElement) {
    const c = colourOf(getComputedStyle(at).backgroundColor);
    if (has(c)) return c;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes('dark') && !scheme.includes('light') ? DARK[0] : WHITE;
}

/* The button the shop cares for most: a coloured one, else one that is filled, else any. */
function mainButton(): CSSStyleDeclaration | null {
  const found = [...document.querySelectorAll(BUTTONS)].slice(0, MOST_BUTTONS).map((b) => getComputedStyle(b));
  const filled = found.filter((s) => has(colourOf(s.backgroundColor)));
  return filled.find((s) => isColourful(colourOf(s.backgroundColor) ?? BLACK)) ?? filled[0] ?? found[0] ?? null;
}

function bleeds(e: Element): boolean {
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.left < EDGE_PX && box.right > document.documentElement.clientWidth - EDGE_PX;
}

/* The theme around `at`. Reads styles once, before anything is written. */
export function readTheme(at: Element): Found {
  const here = getComputedStyle(at), pressed = mainButton(), link = document.querySelector('main a, #content a, a');
  const title = document.querySelector('main h2, h2, h1');
  const heading = title && getComputedStyle(title), own = title?.matches('h2') ? parseFloat(heading?.fontSize ?? '') : 0, weight = Number(heading?.fontWeight ?? 600);
  return {
    surface: surfaceBehind(at), text: colourOf(here.color) ?? BLACK, button: colourOf(pressed?.backgroundColor),
    link: link ? colourOf(getComputedStyle(link).color) : null, font: here.fontFamily, titleFont: heading?.fontFamily ?? here.fontFamily,
    titleWeight: String(Math.min(800, Math.max(500, weight))), radius_px: parseFloat(pressed?.borderTopLeftRadius ?? '') || 0,
    size_px: parseFloat(getComputedStyle(document.body).fontSize) || 16, title_px: own || 0, bleeds: bleeds(at),
  };
}

/* Calls `changed` when the page puts on other looks: the visitor's scheme, or a class or style of its own root. */
export function whenLooksChange(changed: () => void): void {
  let waiting = false;
  const soon = (): void => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      changed();
    });
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener?.('change', soon);
  const eye = new MutationObserver(soon);
  for (const e of [document.documentElement, document.body]) eye.observe(e, { attributes: true, attributeFilter: ['class', 'style', 'data-theme', 'data-mode'] });
}

/* A font family as the theme or the owner wrote it may hold anything: what could end the declaration is taken out. */
export const tokenSheet = (t: Tokens): string =>
  `:host{${Object.entries(t).map(([name, value]) => `${name}:${value.replace(/[;{}<>]/g, '')}`).join(';')}}`;
