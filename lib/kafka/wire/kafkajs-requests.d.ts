/** Not among kafkajs's types: what it makes of a request, by API and version. */
declare module 'kafkajs/src/protocol/requests/index.js' {
  interface Definition {
    protocol: (asked: { readonly version: number }) => import('./hook.ts').MakeProtocol;
  }
  export const requests: Record<'Produce' | 'Fetch', Definition>;
}
