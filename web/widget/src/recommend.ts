/* Answers for placements. Promise: one within 800 ms: the server's, else one of the last half hour of this visit to the same question or
 * to the same one with another cart, else null. What comes later is kept, and given to who asks for it. All lists of a page are one
 * question. */
import { answersOf } from './answers';
import { thisVisit } from './keep';
import { ANSWER_MS, ask, post, within } from './net';
import { number, object } from './read';
import type { Json } from './read';
import type { Answer, Answers, Core, Question } from './types';

export interface Asking { url: string; origin: string; lang: string; who: () => string }

const KEPT_MS = 30 * 60000, KEPT = 6, LATE_MS = 10000, AGAIN_MS = 3000, SAME_MS = 1000;
const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
/* A question but for what changes from page to page. */
const aboutOf = (q: Question): string => JSON.stringify({ ...q, cart: undefined, exclude: undefined });

function keep(question: Question, raw: unknown): void {
  const name = JSON.stringify(question), { [name]: _, ...others } = object(thisVisit.get('answers'));
  thisVisit.set('answers', Object.fromEntries([...Object.entries(others), [name, { ms: Date.now(), about: aboutOf(question), raw }]].slice(-KEPT)));
}

/* What is in the cart by now, or stands elsewhere, is suggested no more. */
export function without(answer: Answer | null, ids: string[]): Answer | null {
  if (!answer || !ids.length) return answer;
  const bundle = answer.bundle?.products.some((p) => ids.includes(p.product_id)) ? null : answer.bundle;
  return { ...answer, bundle, items: answer.items.filter((i) => !ids.includes(i.product_id)) };
}

function earlier(question: Question, origin: string): Answers {
  const all = object(thisVisit.get('answers')), fresh = (v: Json): boolean => Date.now() - number(v.ms, 0) < KEPT_MS;
  const same = object(all[JSON.stringify(question)]), about = aboutOf(question);
  const near = fresh(same) ? same : Object.values(all).map(object).filter((v) => v.about === about && fresh(v)).pop();
  const gone = [...(question.cart ?? []), ...(question.exclude ?? [])];
  return (near && answersOf(near.raw, origin)?.map((a) => without(a, gone))) || null;
}

export function asker(a: Asking): Pick<Core, 'recommend' | 'lists'> {
  const running = new Map<string, Promise<Answers>>();
  async function fresh(question: Question): Promise<Answers> {
    const visitor_id = a.who();
    const raw = await ask(a.url, post({ ...question, ...(visitor_id ? { visitor_id } : {}), ...(a.lang ? { locale: a.lang } : {}) }), LATE_MS);
    const answers = answersOf(raw, a.origin);
    if (answers) keep(question, raw);
    return answers;
  }
  /* Two that ask the same at once ask once. */
  function whole(question: Question): Promise<Answers> {
    const name = JSON.stringify(question), same = running.get(name);
    if (same) return same;
    const started = fresh(question).finally(() => setTimeout(() => running.delete(name), SAME_MS));
    running.set(name, started);
    return started;
  }
  const soon = async (q: Question): Promise<Answers> => (await within(ANSWER_MS, whole(q))) ?? earlier(q, a.origin);
  async function patient(q: Question): Promise<Answers> {
    const coming = await whole(q);
    if (coming) return coming;
    await pause(AGAIN_MS);
    return whole(q);
  }
  return { recommend: async (q) => (await soon(q))?.[0] ?? null, lists: (q, late) => (late ? patient(q) : soon(q)) };
}
