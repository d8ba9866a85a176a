/** Not among kafkajs's types: one connection to one broker, which every client makes for itself. */
declare module 'kafkajs/src/broker/index.js' {
  type Ask = (request: object) => Promise<unknown>;
  class Broker {
    isConnected(): boolean;
    fetch: Ask;
    initProducerId: Ask;
    addPartitionsToTxn: Ask;
    addOffsetsToTxn: Ask;
    txnOffsetCommit: Ask;
    endTxn: Ask;
  }
  export = Broker;
}
