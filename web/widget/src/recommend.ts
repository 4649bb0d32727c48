/* Answers for placements. Promise: one within 800 ms: the server's, else one of the last half hour of this visit to the same question or
 * to the same one with another cart, else null. What comes later is kept, and given to who asks for it. */
import { answerOf } from './answers';
import { thisVisit } from './keep';
import { ANSWER_MS, ask, post, within } from './net';
import { number, object } from './read';
import type { Json } from './read';
import type { Answer, Core, Question } from './types';

export interface Asking { url: string; origin: string; lang: string; who: () => string }

const KEPT_MS = 30 * 60000, KEPT = 12, LATE_MS = 10000, AGAIN_MS = 3000, SAME_MS = 1000;
const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
/* A question but for what changes from page to page. */
const aboutOf = (q: Question): string => JSON.stringify({ ...q, cart: undefined });

function keep(question: Question, raw: unknown): void {
  const name = JSON.stringify(question), { [name]: _, ...others } = object(thisVisit.get('answers'));
  thisVisit.set('answers', Object.fromEntries([...Object.entries(others), [name, { ms: Date.now(), about: aboutOf(question), raw }]].slice(-KEPT)));
}

/* What is in the cart by now is suggested no more. */
function without(answer: Answer | null, cart: string[]): Answer | null {
  if (!answer || !cart.length) return answer;
  const bundle = answer.bundle?.products.some((p) => cart.includes(p.product_id)) ? null : answer.bundle;
  return { ...answer, bundle, items: answer.items.filter((i) => !cart.includes(i.product_id)) };
}

function earlier(question: Question, origin: string): Answer | null {
  const all = object(thisVisit.get('answers')), fresh = (v: Json): boolean => Date.now() - number(v.ms, 0) < KEPT_MS;
  const same = object(all[JSON.stringify(question)]), about = aboutOf(question);
  const near = fresh(same) ? same : Object.values(all).map(object).filter((v) => v.about === about && fresh(v)).pop();
  return near ? without(answerOf(near.raw, origin), question.cart ?? []) : null;
}

export function asker(a: Asking): Pick<Core, 'recommend' | 'late'> {
  const running = new Map<string, Promise<Answer | null>>();
  async function fresh(question: Question): Promise<Answer | null> {
    const visitor_id = a.who();
    const raw = await ask(a.url, post({ ...question, ...(visitor_id ? { visitor_id } : {}), ...(a.lang ? { locale: a.lang } : {}) }), LATE_MS);
    const answer = answerOf(raw, a.origin);
    if (answer) keep(question, raw);
    return answer;
  }
  /* Two that ask the same at once ask once. */
  function whole(question: Question): Promise<Answer | null> {
    const name = JSON.stringify(question), same = running.get(name);
    if (same) return same;
    const started = fresh(question).finally(() => setTimeout(() => running.delete(name), SAME_MS));
    running.set(name, started);
    return started;
  }
  return {
    recommend: async (q) => (await within(ANSWER_MS, whole(q))) ?? earlier(q, a.origin),
    late: async (q) => {
      const coming = await whole(q);
      if (coming) return coming;
      await pause(AGAIN_MS);
      return whole(q);
    },
  };
}
