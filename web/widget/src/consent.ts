/* What the visitor agreed to: said by the page, else by the WP Consent API, else by Google Consent Mode; Do-Not-Track where the owner
 * wants it obeyed. Promise: what the page said by vitrine('consent') always wins; a level that is not known is null.
 * It asks nobody and shows no banner. */
import { peek, refused } from './keep';
import { list, object, oneOf } from './read';
import type { ConsentLevel } from './types';

export interface ConsentSources {
  told: ConsentLevel | null;
  dnt: boolean;                                             /* the owner wants it obeyed */
  browserSaysNo: boolean;                                   /* DNT or Global Privacy Control */
  wordpress: ((category: string) => boolean) | null;
  wordpressSaid: boolean;                                   /* false: its banner was not answered yet */
  dataLayer: unknown[];
}

/* 'waiting': no is only what holds until the visitor answers. Nothing is kept or sent, and nothing forgotten. */
export type Found = ConsentLevel | 'waiting' | null;

/* Google Consent Mode, from the commands that the page pushed: the last word on each storage counts. NULL: it said nothing. */
export function fromConsentMode(dataLayer: unknown[]): Found {
  const state: Record<string, unknown> = {};
  let answered = false;
  for (const entry of dataLayer) {
    const words = Array.isArray(entry) ? entry : Array.from((entry ?? []) as ArrayLike<unknown>);
    if (words[0] === 'consent' && (words[1] === 'default' || words[1] === 'update')) {
      Object.assign(state, object(words[2]));
      answered ||= words[1] === 'update';
    }
  }
  if (state.analytics_storage === undefined) return null;
  if (state.analytics_storage !== 'granted') return answered ? 'none' : 'waiting';
  const personal = state.personalization_storage ?? state.ad_storage;
  return personal === undefined || personal === 'granted' ? 'all' : 'statistics';
}

function fromWordPress(has: (category: string) => boolean, said: boolean): Found {
  if (!has('statistics')) return said ? 'none' : 'waiting';
  return has('marketing') || has('preferences') ? 'all' : 'statistics';
}

/* NULL: nobody was asked yet. Pure. */
export function consentLevel(s: ConsentSources): Found {
  if (s.told) return s.told;
  if (s.dnt && s.browserSaysNo) return 'none';
  if (s.wordpress) return fromWordPress(s.wordpress, s.wordpressSaid);
  return fromConsentMode(s.dataLayer);
}

interface ConsentWindow { wp_has_consent?: unknown; wp_consent_type?: unknown; dataLayer?: unknown }

function cookies(): string {
  try {
    return document.cookie;
  } catch {
    return '';                                              /* a sandboxed page has none */
  }
}

export function readSources(dnt: boolean): ConsentSources {
  const w = window as unknown as ConsentWindow;
  const nav = navigator as Navigator & { globalPrivacyControl?: boolean };
  const has = w.wp_has_consent;
  return {
    told: refused() ? 'none' : oneOf<ConsentLevel | ''>(peek('consent', 'localStorage'), ['all', 'statistics', 'none', ''], '') || null,
    dnt, browserSaysNo: nav.doNotTrack === '1' || nav.globalPrivacyControl === true,
    wordpress: typeof has === 'function' && w.wp_consent_type ? (category) => has(category) === true : null,
    wordpressSaid: /consent_statistics=/.test(cookies()), dataLayer: list(w.dataLayer),
  };
}

/* Calls `changed` when a banner of the page may have told something new. */
export function listenForConsent(changed: () => void): void {
  document.addEventListener('wp_listen_for_consent_change', changed);
  document.addEventListener('wp_consent_type_defined', changed);
  const w = window as unknown as { dataLayer?: unknown[] };
  if (!Array.isArray(w.dataLayer)) return;
  const push = w.dataLayer.push;
  w.dataLayer.push = function (this: unknown[], ...entries: unknown[]) {
    const n = push.apply(this, entries);
    if (entries.some((e) => (e as ArrayLike<unknown> | null)?.[0] === 'consent')) changed();
    return n;
  };
}
