import type { AppSettings, RealmSettings, Settings } from '../config/settings.ts';
import { stillTaken } from '../factor/sent-code/sent-to.ts';
import type { AppRuntime } from '../gateway/exchange.ts';
import { locationRewriter } from '../gateway/headers.ts';
import { openAgent } from '../gateway/upstream.ts';
import { tableOf } from '../policy/route.ts';
import type { SignInForm } from '../preset/preset.ts';
import type { Assets } from '../ui/assets.ts';
import type { AppPools } from './upstreams.ts';

/** One app with what requests to it need at hand. */
export function appRuntime(
  app: AppSettings,
  realm: RealmSettings,
  { assets, pools, factors }: { readonly assets: Assets; readonly pools: AppPools } & Pick<Settings, 'factors'>,
): AppRuntime {
  const url = new URL(app.origin);
  return {
    settings: app,
    realm,
    ...pools,
    agent: openAgent(app.upstream),
    table: tableOf(app),
    stillTaken: stillTaken(factors, app.id),
    credentials: { ...credentialNames(app.preset.signIn), folding: app.preset.folding },
    host: url.host,
    proto: url.protocol === 'https:' ? 'https' : 'http',
    site: {
      organisation: realm.title,
      desk: realm.desk,
      assets: assets.names,
      assetFolder: '/_sluis/assets/',
      helpUrl: `${realm.portalOrigin}${realm.portalPath}/help`,
    },
    findAsset: name => assets.find(name),
    rewriteLocation: locationRewriter(app.upstream.origin, app.origin),
  };
}

function credentialNames(form: SignInForm): { users: Set<string>; passwords: Set<string> } {
  const named = (role: string) =>
    new Set(Object.entries(form.fields).flatMap(([name, field]) => (field.role === role ? [name] : [])));
  return { users: named('user'), passwords: named('password') };
}
