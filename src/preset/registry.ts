import { demo } from './demo.ts';
import { dokuwiki } from './dokuwiki.ts';
import type { Preset } from './preset.ts';
import { roundcube } from './roundcube.ts';

/** The presets that the configuration may name; `generic` is made from options instead. */
export const presets: ReadonlyMap<string, Preset> = new Map(
  [roundcube, dokuwiki, demo].map(preset => [preset.name, preset]),
);
