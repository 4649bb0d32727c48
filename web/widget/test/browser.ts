import { webcrypto } from 'node:crypto';

/* The little of a browser that modules under test touch: storages, an address, cookies. Import it before them. */
export class FakeStorage {
  private readonly rows = new Map<string, string>();
  constructor() {
    return new Proxy(this, { ownKeys: () => [...this.rows.keys()],
                             getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: '' }) });
  }
  getItem = (k: string): string | null => this.rows.get(k) ?? null;
  setItem = (k: string, v: string): void => void this.rows.set(k, v);
  removeItem = (k: string): void => void this.rows.delete(k);
}
export const local = new FakeStorage(), session = new FakeStorage();
Object.assign(globalThis, { window: globalThis, localStorage: local, sessionStorage: session, location: new URL('https://shop.example/p/'),
                            document: { cookie: '' } });
if (!globalThis.crypto) Object.assign(globalThis, { crypto: webcrypto });     /* node 18 */
