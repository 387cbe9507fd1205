import type { TrustSettings } from '../config/settings.ts';
import type { Agent, Platform } from './trusted-device.ts';

/** In this order: Edge calls itself Chrome too, and Chrome calls itself Safari. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?(?:iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];

const platforms: readonly (readonly [RegExp, Platform])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'ios'],
  [/\bAndroid\b/, 'android'],
  [/\bCrOS\b/, 'chromeos'],
  [/\bWindows\b/, 'windows'],
  [/\bMacintosh\b|\bMac OS X\b/, 'macos'],
  [/\bLinux\b/, 'linux'],
];

/** What a browser says it is. It may say what it likes. */
export function agentOf(userAgent: string | undefined): Agent {
  const text = (userAgent ?? '').slice(0, 400);
  const find = <T>(names: readonly (readonly [RegExp, T])[]) => names.find(([pattern]) => pattern.test(text))?.[1];
  return { browser: find(browsers), platform: find(platforms) };
}

/** R11: what a browser says of itself may forbid, never allow. */
export function isForbidden(settings: Pick<TrustSettings, 'platforms'>, { platform }: Agent): boolean {
  return settings.platforms !== undefined && (platform === undefined || !settings.platforms.includes(platform));
}

/** For the audit: `Chrome, windows`. */
export function inWords({ browser, platform }: Agent): string {
  return [browser, platform].filter(part => part !== undefined).join(', ');
}
