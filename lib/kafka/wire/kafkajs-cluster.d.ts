/** Not among kafkajs's types: what a producer, consumer or admin client knows of its brokers. Each has one of its own. */
declare module 'kafkajs/src/cluster/index.js' {
  class Cluster {
    /** `coordinatorType`: 0, which is the default, of a group; 1 of a transactional id. */
    findGroupCoordinator(asked: {
      readonly groupId: string;
      readonly coordinatorType?: number;
    }): Promise<import('kafkajs/src/broker/index.js')>;
  }
  export = Cluster;
}
