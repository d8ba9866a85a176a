/** Not among kafkajs's types: one connection to one broker, which every client makes for itself. */
declare module 'kafkajs/src/broker/index.js' {
  class Broker {
    fetch(request: object): Promise<unknown>;
  }
  export = Broker;
}
