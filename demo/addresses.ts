/** Where `npm start` serves, as config/sluis.yaml has it (a test compares them). */
export const addresses = {
  app: 'http://post.localhost:8080',
  portal: 'http://sluis.localhost:8080',
  /** Of the demo app itself. */
  upstream: 'http://127.0.0.1:8081',
} as const;
