/* window.vitrine: what pages may call; docs/widget.md has examples. Calls made before the script came wait in vitrine.q.
 * Promise: a call never throws into the page; recommend answers a promise, on() a function that stops listening. */
import { factsOf } from './page';
import { object, oneOf, text } from './read';
import type { Json } from './read';
import type { Answer, Answers, ConsentLevel, Core, Happening, Happenings, Question, Template, TrackedEvent } from './types';

export interface ApiTools {
  core: Core;
  consent(level: ConsentLevel): void;
  identify(email_hash: string): void;
  page(facts: ReturnType<typeof factsOf> | null): void;
  templates: Map<string, Template>;
}

type Call = (...rest: unknown[]) => unknown;
interface VitrineFunction { (...words: unknown[]): unknown; q?: ArrayLike<unknown>[]; started?: boolean }
export interface ApiWindow { vitrine?: VitrineFunction }

/* SHA-256 of an address as the server wants it: trimmed, lower case. Empty where the page is not safe enough for cryptography. */
export async function hashOf(email: string): Promise<string> {
  if (!globalThis.crypto?.subtle) return '';
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(email.trim().toLowerCase()));
  return Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');
}

async function identify(t: ApiTools, who: Json): Promise<void> {
  const hash = text(who.email_hash) || (text(who.email) ? await hashOf(text(who.email)) : '');
  if (/^[0-9a-f]{64}$/i.test(hash)) t.identify(hash.toLowerCase());
}

/* A list of the page's own knows nothing of the others unless it says `once`. */
async function recommend(core: Core, { once, ...told }: Json): Promise<Answer | Answers> {
  const question = told as Question;
  if (once) question.exclude = [...(question.exclude ?? []), ...(await core.standing())].slice(0, 500);
  return question.lists ? core.lists(question) : core.recommend(question);
}

function calls(t: ApiTools): Record<string, Call> {
  return {
    recommend: (question) => recommend(t.core, object(question)),
    track: (type, about) => t.core.track({ ...(object(about) as Partial<TrackedEvent>), type: text(type) }),
    identify: (who) => void identify(t, object(who)),
    consent: (level) => {
      const known = oneOf(level, ['all', 'statistics', 'none', ''], '');
      if (known) t.consent(known);
    },
    on: (name, run) => t.core.on(name as Happening, run as (what: Happenings[Happening]) => void),
    render: (slot, template) => void (typeof template === 'function' && t.templates.set(text(slot), template as Template)),
    page: (facts) => t.page(facts ? factsOf(object(facts)) : null),
    cart: () => t.core.refreshCart(),
  };
}

/* Until the configuration is here: calls wait, and a question has its promise. */
export function waitingApi(): void {
  const w = window as unknown as ApiWindow, q: ArrayLike<unknown>[] = Array.from(w.vitrine?.q ?? []);
  const api: VitrineFunction = (...words) => {
    if (words[0] === 'recommend' && typeof words[2] !== 'function') return new Promise((answer) => q.push([...words.slice(0, 2), answer]));
    q.push(words);
    return undefined;
  };
  api.q = q;
  w.vitrine = api;
}

/* There is no configuration: questions are answered with null, all else is passed over. */
export function closeApi(): void {
  const w = window as unknown as ApiWindow, waiting = w.vitrine?.q ?? [];
  const nobody = (words: unknown[]): unknown => {
    const [name, , then] = words;
    if (name === 'recommend' && typeof then === 'function') return void (then as (v: null) => void)(null);
    return name === 'recommend' ? Promise.resolve(null) : name === 'on' ? () => undefined : undefined;
  };
  w.vitrine = (...words) => nobody(words);
  for (const words of Array.from(waiting)) nobody(Array.from(words));
}

/* Puts the function in place and does what waited. */
export function openApi(t: ApiTools): void {
  const known = calls(t), w = window as unknown as ApiWindow, waiting = w.vitrine?.q ?? [];
  const run = (words: ArrayLike<unknown>): unknown => {
    const [name, ...rest] = Array.from(words);
    try {
      return known[text(name)]?.(...rest);
    } catch (e) {
      console.warn('vitrine', name, e);
      return undefined;
    }
  };
  const api: VitrineFunction = (...words) => run(words);
  api.started = true;
  w.vitrine = api;
  Array.from(waiting).forEach((call) => {
    /* ['recommend', question, callback]: who calls before the script is here gets no promise */
    const out = run(call), then = Array.from(call)[2];
    if (out instanceof Promise && typeof then === 'function') void out.then(then as (v: unknown) => void);
  });
}
