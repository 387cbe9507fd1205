import type { Store } from '../../src/kernel/store.ts';

/** Every step of the port. */
export const steps: readonly (readonly [name: string, step: (store: Store) => Promise<unknown>])[] = [
  ['get', store => store.get('k')],
  ['create', store => store.create('k', 'v')],
  ['replace', store => store.replace('k', 1, 'v')],
  ['remove', store => store.remove('k')],
  ['consume', store => store.consume('k', 1000)],
  ['consumed', store => store.consumed('k')],
  ['advance', store => store.advance('k', 1)],
  ['reached', store => store.reached('k')],
  ['count', store => store.count('k', 1000)],
  ['peek', store => store.peek('k')],
  ['resetCount', store => store.resetCount('k')],
  ['add', store => store.add('k', 'm')],
  ['drop', store => store.drop('k', 'm')],
  ['members', store => store.members('k')],
  ['size', store => store.size('k')],
  ['append', store => store.append('k', 0, 'e')],
  ['head', store => store.head('k')],
  ['read', store => store.read('k', 0, 1)],
  ['replaceAsides', store => store.replaceAsides('k', 'who', [1], '')],
  ['trim', store => store.trim('k', 1)],
  ['publish', store => store.publish('k', 'm')],
];
