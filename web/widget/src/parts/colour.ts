/* Colours as numbers: red, green, blue 0 to 255 and alpha 0 to 1; contrast by WCAG 2.2. Pure. */

export type Colour = readonly [r: number, g: number, b: number, a: number];
export const WHITE: Colour = [255, 255, 255, 1], BLACK: Colour = [17, 17, 17, 1];

/* What getComputedStyle() answers, and #hex. NULL: neither. */
export function colourOf(text: string | null | undefined): Colour | null {
  const hex = /^#([0-9a-f]{6})$/i.exec(text ?? '')?.[1] ?? /^#([0-9a-f]{3})$/i.exec(text ?? '')?.[1]?.replace(/./g, '$&$&');
  if (hex) return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)).concat(1) as unknown as Colour;
  const parts = /^rgba?\(([^)]+)\)$/.exec(text ?? '')?.[1]?.split(/[\s,/]+/).map(Number);
  if (!parts || parts.length < 3 || parts.some((x) => !Number.isFinite(x))) return null;
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1];
}

/* `share` of a, the rest of b. */
export const mix = (a: Colour, b: Colour, share: number): Colour =>
  [0, 1, 2].map((i) => (a[i] ?? 0) * share + (b[i] ?? 0) * (1 - share)).concat(1) as unknown as Colour;

export function luminance(c: Colour): number {
  const linear = (x: number): number => (x <= 0.04045 * 255 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
}

export function contrast(a: Colour, b: Colour): number {
  const x = luminance(a), y = luminance(b);
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/* `c`, moved towards `end` in steps until it stands out from `ground` by `least`. */
export function readable(c: Colour, ground: Colour, end: Colour, least: number): Colour {
  for (let share = 1; share > 0; share -= 0.1) {
    const tried = mix(c, end, share);
    if (contrast(tried, ground) >= least) return tried;
  }
  return end;
}

export const css = (c: Colour): string => `rgb(${c.slice(0, 3).map((x) => Math.round(x)).join(' ')})`;
