/* When an overlay comes: at once, after something was put into the cart, when the visitor is about to leave, after so much of the page,
 * after so long without a sign of life. Each fires once; the function answered stops it. It does NOT know what comes. */
import type { Core, Trigger } from '../types';

type Stop = () => void;
type Arm = (t: Trigger, fire: () => void, core: Core) => Stop;

const SETTLE_MS = 600, FAST_MS = 300;

function listen(target: EventTarget, names: string[], run: (e: Event) => void): Stop {
  names.forEach((n) => target.addEventListener(n, run, { passive: true }));
  return () => names.forEach((n) => target.removeEventListener(n, run));
}

/* Share of the page that has been in view, 0 to 1. Pure. */
export const shareSeen = (scroll: number, view: number, page: number): number => (page <= view ? 1 : Math.min(1, (scroll + view) / page));

/* With a mouse: out of the window at its top, where the tabs are. With a finger: back up in one sweep after having read. */
function exit(_: Trigger, fire: () => void): Stop {
  const out = listen(document, ['mouseout'], (e) => {
    const m = e as MouseEvent;
    if (!m.relatedTarget && m.clientY <= 0) fire();
  });
  let top = 0, at = 0, since = 0;
  const sweep = matchMedia('(pointer: coarse)').matches ? listen(window, ['scroll'], (e) => {
    if (scrollY >= at || e.timeStamp - since > FAST_MS) top = at = scrollY, since = e.timeStamp;
    at = scrollY;
    if (top > innerHeight && top - at > innerHeight * 0.6) fire();
  }) : () => undefined;
  return () => (out(), sweep());
}

function idle(t: Trigger, fire: () => void): Stop {
  let timer = 0;
  const again = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(fire, t.seconds * 1000);
  };
  const stop = listen(window, ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchstart'], again);
  again();
  return () => (clearTimeout(timer), stop());
}

const ARMS: Readonly<Record<Trigger['kind'], Arm>> = {
  load: (_, fire) => {
    const timer = setTimeout(fire, SETTLE_MS);
    return () => clearTimeout(timer);
  },
  add_to_cart: (_, fire, core) => core.on('cart', (what) => void (what.added.length && setTimeout(fire, SETTLE_MS))),
  exit, idle,
  scroll: (t, fire) => listen(window, ['scroll'], () => {
    if (shareSeen(scrollY, innerHeight, document.documentElement.scrollHeight) >= t.share) fire();
  }),
};

export function arm(t: Trigger, core: Core, fire: () => void): Stop {
  const stop = ARMS[t.kind](t, () => (stop(), fire()), core);
  return stop;
}
