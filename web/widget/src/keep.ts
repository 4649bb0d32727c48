/* Small things kept in the browser: for this page, this visit (tab), or for good. Every name starts with "vitrine.".
 * Promise: nothing throws, whatever the browser forbids; while keeping is not allowed (no consent, cookieless) all of it is memory
 * that goes with the page. Values are JSON. */
import { parse } from './read';

const PREFIX = 'vitrine.';
const memory = new Map<string, string>();
let allowed = false;

type Shelf = 'localStorage' | 'sessionStorage';

function shelf(name: Shelf): Storage | null {
  try {
    return allowed ? window[name] : null;
  } catch {
    return null;                                            /* a browser that blocks storage throws at the first touch */
  }
}

function drop(s: Storage | null): void {
  if (s) for (const key of keysOf(s)) s.removeItem(key);
}
const REFUSED = PREFIX + 'refused';
const keysOf = (s: Storage): string[] => Object.keys(s).filter((k) => k.startsWith(PREFIX) && k !== REFUSED);

/* Whether anything may outlive the page. Forbidding it forgets what was kept, unless the visitor just has not answered on this page yet. */
export function allowKeeping(may: boolean, forget = !may): void {
  if (forget) {
    allowed = true;
    drop(shelf('localStorage')), drop(shelf('sessionStorage'));
  }
  allowed = may;
  if (may) for (const [key, body] of [...memory]) {         /* what waited for consent */
    const where: Shelf = key.startsWith('l') ? 'localStorage' : 'sessionStorage';
    set(where, key.slice(where.length), parse(body));
  }
}

function get(where: Shelf, name: string): unknown {
  const own = memory.get(where + name);
  if (own !== undefined) return parse(own);
  try {
    return parse(shelf(where)?.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

function set(where: Shelf, name: string, value: unknown): void {
  const body = JSON.stringify(value);
  try {
    const s = shelf(where);
    if (s) {
      s.setItem(PREFIX + name, body);
      memory.delete(where + name);
      return;
    }
  } catch { /* full, or forbidden: memory then */ }
  memory.set(where + name, body);
}

function remove(where: Shelf, name: string): void {
  memory.delete(where + name);
  try {
    shelf(where)?.removeItem(PREFIX + name);
  } catch { /* forbidden: it was never written */ }
}

function names(where: Shelf, start: string): string[] {
  const found = new Set<string>();
  for (const key of memory.keys()) if (key.startsWith(where + start)) found.add(key.slice(where.length));
  try {
    const s = shelf(where);
    if (s) for (const key of keysOf(s)) if (key.startsWith(PREFIX + start)) found.add(key.slice(PREFIX.length));
  } catch { /* forbidden */ }
  return [...found];
}

const on = (where: Shelf) => ({
  get: (name: string) => get(where, name),
  set: (name: string, value: unknown) => set(where, name, value),
  remove: (name: string) => remove(where, name),
  names: (start: string) => names(where, start),
});
export const forGood = on('localStorage');
export const thisVisit = on('sessionStorage');

/* The one thing that is kept of who said no: that he said it. And what a visit kept before anything is decided. */
export function refused(say?: boolean): boolean {
  try {
    if (say === true) localStorage.setItem(REFUSED, '1');
    if (say === false) localStorage.removeItem(REFUSED);
    return localStorage.getItem(REFUSED) !== null;
  } catch {
    return false;
  }
}
export function peek(name: string, where: Shelf = 'sessionStorage'): unknown {
  try {
    return parse(window[where].getItem(PREFIX + name));
  } catch {
    return null;
  }
}
