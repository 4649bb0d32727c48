/* A visitor who comes from a product of a letter: its link says which answer the letter was made of, and where in it the product stood.
 * Pure. */

export interface Letter {
  rec_id: string;
  position: number;           /* from 1; 0: not told */
  rest: string;               /* what else the address asks for, as it was written; "" or "?..." */
}

const MOST_POSITION = 1000, OURS = /^vitrine_(rec|position)=/;

/* Of `location.search`. NULL: the link is no letter's. */
export function letterOf(search: string): Letter | null {
  const words = search.replace(/^\?/, '').split('&'), rest = words.filter((w) => w && !OURS.test(w)).join('&');
  const told = new URLSearchParams(search), rec_id = told.get('vitrine_rec') ?? '', position = Number(told.get('vitrine_position'));
  if (!/^\w{8,40}$/.test(rec_id)) return null;
  return { rec_id, position: Number.isInteger(position) && position > 0 && position <= MOST_POSITION ? position : 0, rest: rest && `?${rest}` };
}
