/* Makes elements. Text goes in as text; there is no way to put HTML in. */

type Attributes = Record<string, string | number | boolean | undefined>;
type Child = Node | string | null | false | undefined;

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) e.setAttribute(name, value === true ? '' : String(value));
  for (const child of children) if (child) e.append(child);
  return e;
}

const ICONS = {
  previous: 'M15 5l-7 7 7 7', next: 'M9 5l7 7-7 7', close: 'M6 6l12 12M18 6L6 18', plus: 'M12 5v14M5 12h14', check: 'M5 12.5l4.5 4.5L19 7.5',
} as const;

/* A line drawing of 24 by 24 in the colour of the text around it; says nothing to screen readers. */
export function icon(name: keyof typeof ICONS): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg', svg = document.createElementNS(space, 'svg'), path = document.createElementNS(space, 'path');
  const of = { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false', class: `icon ${name}` };
  for (const [key, value] of Object.entries(of)) svg.setAttribute(key, value);
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/* Adds styles without a style element: allowed by any Content Security Policy. Old browsers, which have no such sheets, get an element. */
export function dress(root: ShadowRoot, nonce: string, ...css: string[]): void {
  try {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...css.map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    })];
  } catch {
    for (const text of css) {
      const style = el('style', nonce ? { nonce } : {});
      style.textContent = text;
      root.append(style);
    }
  }
}
