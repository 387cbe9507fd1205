import { loadPath } from './load.ts';

/** One thing that is asked of every proxy. */
export interface Case {
  readonly title: string;
  readonly path: string;
  /** Bytes of the body; of what the app makes anew each time, always as many. */
  readonly size: number;
  readonly connections: number;
  readonly session: boolean;
  /** The figures that the aims are about get more rounds. */
  readonly main: boolean;
}

/** Public in the preset of the bench's app; its login page stands at `/login`. */
export const assetPath = '/opmaak/stijl.css';
const loginSize = 82;

const page = (size: number, connections: number, main = false): Case => ({
  title: `${size / 1024} KB, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
  path: loadPath(size),
  size,
  connections,
  session: true,
  main,
});

export const cases: readonly Case[] = [
  page(1024, 64, true),
  page(50 * 1024, 64, true),
  page(1024, 1),
  page(1024, 1_000),
  page(50 * 1024, 1_000),
  { title: 'an asset of 1 KB, no session', path: assetPath, size: 1024, connections: 64, session: false, main: false },
  {
    title: 'the login page, no session',
    path: '/login',
    size: loginSize,
    connections: 64,
    session: false,
    main: false,
  },
];
