/* Loads the parts that are not needed at first, each once, with the hash the build gave it (SRI). Promise: null when one cannot be had.
 * A part is a script that leaves its maker under its name in window.vitrineParts. */
import type { Core, PartName, Parts } from './types';

declare const PART_FILES: Record<PartName, [file: string, integrity: string]>;  /* put in by the build */

type Maker<K extends PartName> = (core: Core) => Parts[K];
type Makers = { [K in PartName]?: Maker<K> };
export interface PartsWindow { vitrineParts?: Makers }

const LOAD_MS = 10000;

function load(src: string, integrity: string, nonce: string): Promise<boolean> {
  return new Promise((done) => {
    const script = document.createElement('script');
    script.src = src;
    script.async = true;
    script.integrity = integrity;
    script.crossOrigin = 'anonymous';
    if (nonce) script.nonce = nonce;
    script.onload = () => done(true);
    script.onerror = () => done(false);
    setTimeout(() => done(false), LOAD_MS);
    document.head.append(script);
  });
}

/* The answer of every part is kept: a second wish for it costs nothing. */
export function partLoader(core: () => Core): Core['part'] {
  const made: { [K in PartName]?: Promise<Parts[K] | null> } = {};
  async function make<K extends PartName>(name: K): Promise<Parts[K] | null> {
    const [file, integrity] = PART_FILES[name];
    if (!(await load(`${core().origin}/w/${file}`, integrity, core().nonce))) return null;
    const maker = (window as unknown as PartsWindow).vitrineParts?.[name] as Maker<K> | undefined;
    return maker ? maker(core()) : null;
  }
  return <K extends PartName>(name: K): Promise<Parts[K] | null> => {
    const known = made[name] as Promise<Parts[K] | null> | undefined;
    if (known) return known;
    const fresh = make(name).catch(() => null);
    (made as Record<string, unknown>)[name] = fresh;
    return fresh;
  };
}
