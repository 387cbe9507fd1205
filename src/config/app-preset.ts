import type { GenericOptions } from '../preset/generic.ts';
import type { Preset } from '../preset/preset.ts';
import type { Findings } from './findings.ts';
import type { Mention, Parts } from './parts.ts';
import { nearest } from './problem.ts';
import type { AppConfiguration } from './schema.ts';

/** The presets that there are; passed in, so that configuration knows none by name. */
export interface PresetSource {
  readonly named: ReadonlyMap<string, Preset>;
  readonly generic: (options: GenericOptions) => Preset;
}

/** An app that does not say whose account it is lets in listed names only; without a list, nobody. */
export function checkNames(
  id: string,
  app: AppConfiguration,
  preset: Preset,
  realms: Parts['realms'],
  findings: Findings,
): void {
  if (preset.whoami.from !== 'nothing' || realms.get(app.realm)?.names !== undefined || !realms.has(app.realm)) return;
  findings.error(['realms', app.realm, 'names'], {
    found: 'nothing',
    expected: `the names that may sign in, because ${id} does not say whose account it is`,
  });
}

/** The preset of an app with what the operator said otherwise; undefined where the findings say why there is none. */
export function presetOf(
  id: string,
  app: AppConfiguration,
  presets: PresetSource,
  findings: Findings,
): Preset | undefined {
  const base = app.preset === 'generic' ? genericOf(id, app, presets, findings) : namedOf(id, app, presets, findings);
  if (base === undefined) return undefined;
  const preset = {
    ...base,
    readable: [...new Set([...base.readable, ...app.readable])],
    limiter: app.limiter ?? base.limiter,
  };
  for (const [index, name] of app.readable.entries())
    if (isSessionCookie(preset, name))
      findings.error(['apps', id, 'readable', index], {
        found: JSON.stringify(name),
        expected:
          'a cookie that does not carry the session: a proof or session cookie that scripts can read can be stolen',
      });
  warnOfLimiter(id, preset, findings);
  return preset;
}

/** Sluis stays two below the app's own limit for unknown browsers, but lets one through at least. */
function warnOfLimiter(id: string, { limiter }: Preset, findings: Findings): void {
  const { failures, window } = limiter;
  if (failures > 3) return;
  const each = window === 60_000 ? 'a minute' : `every ${window / 1_000} s`;
  findings.warn(['apps', id, 'limiter', 'failures'], {
    found: `${failures}`,
    expected: `at least 4, better 10: all unknown browsers share one attempt ${each}, so that a stranger makes everybody else wait${
      failures < 3 ? ', and together with one mistake of hers locks the owner out' : ''
    } (R09)`,
    hint: "raise the app's own limit (Roundcube: login_rate_limit = 10), then state it: limiter: { failures: 10, window: 1m }",
  });
}

function namedOf(id: string, app: AppConfiguration, presets: PresetSource, findings: Findings): Preset | undefined {
  if (app.signIn !== undefined)
    findings.error(['apps', id, 'signIn'], {
      found: `signIn beside the preset ${app.preset}`,
      expected: 'no signIn: the preset knows it. It belongs to preset: generic',
    });
  return presets.named.get(app.preset);
}

/** Presets by name, of every app, also those with mistakes elsewhere. */
export function checkPresetName({ id, preset }: Mention, presets: PresetSource, findings: Findings): void {
  const names = [...presets.named.keys(), 'generic'];
  if (preset === undefined || names.includes(preset)) return;
  const meant = nearest(preset, names);
  findings.error(['apps', id, 'preset'], {
    found: JSON.stringify(preset),
    expected: names.join(' or '),
    ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
  });
}

function genericOf(id: string, app: AppConfiguration, presets: PresetSource, findings: Findings): Preset | undefined {
  if (app.signIn !== undefined) return presets.generic({ ...app.signIn, title: app.title });
  findings.error(['apps', id, 'signIn'], {
    found: 'nothing',
    expected:
      'what the sign-in of the app looks like (loginPage, action, userField, passwordField, proofCookie, whoami)',
    hint: 'see config/examples/generic.yaml',
  });
  return undefined;
}

function isSessionCookie(preset: Preset, name: string): boolean {
  const { proof, rotation } = preset;
  if (rotation.by === 'same-session-cookie' && rotation.cookie === name) return true;
  return new RegExp(`^(?:${proof.cookie.source})$`, proof.cookie.flags.replace('g', '')).test(name);
}
