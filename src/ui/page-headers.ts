/**
 * Headers of every page of ours. Nothing inline is allowed, so that text which slipped through escaping cannot run.
 * The referrer policy is `same-origin` and not `no-referrer`: under the latter browsers send `Origin: null` with our
 * own forms (Fetch, "append a request Origin header") and the check for foreign forms would have nothing to go by.
 * Another origin sees no referrer under either.
 */
export function pageHeaders(options: { https: boolean }): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
    ...(options.https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "script-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For a page whose script asks us how something stands; `installable`: and that is kept on a phone, with a worker of its own. */
export function livePolicy(installable = false): Record<string, string> {
  const more = installable
    ? ["connect-src 'self'", "manifest-src 'self'", "worker-src 'self'"]
    : ["connect-src 'self'"];
  return { 'content-security-policy': [contentSecurityPolicy, ...more].join('; ') };
}

/** For the small 401 page that must show inside a frame of its own app. */
export function framedPageHeaders(options: { https: boolean }): Record<string, string> {
  return {
    ...pageHeaders(options),
    'content-security-policy': contentSecurityPolicy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
  };
}
