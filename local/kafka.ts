/** Kafka 4.3.1 as a process: one KRaft node, its jars from Maven. */
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Download, downloadFolder, ensureDownload, execute, isDownloaded } from './cache.ts';
import { certificateFolder, ensureCertificates } from './certificates.ts';
import { CLUSTER_ID, scramArguments, serverProperties } from './kafka-properties.ts';
import { logFile, type NativePart, type PartContext, partFolder } from './part.ts';
import { JAVA, MAVEN, OPENSSL } from './prerequisite.ts';
import { converse } from './probe.ts';
import { launch } from './process.ts';
import { localFile } from './project.ts';

const DOWNLOAD: Download = {
  part: 'kafka',
  name: 'kafka-4.3.1',
  pins: localFile('kafka.pom.xml'),
  cost: '44 MB through Maven, about half a minute',
};

/** ApiVersions, version 0, from a client named `probe`: a broker that has finished its start answers with its versions. */
const API_VERSIONS = Buffer.from('0000000f00120000000000010005 70726f6265'.replace(' ', ''), 'hex');

export const kafka: NativePart = {
  title: 'Kafka 4.3.1',
  readyWithinMs: 90_000,
  stop: { signal: 'SIGTERM', graceMs: 15_000 },

  async prerequisites(context) {
    return (await isDownloaded(context, DOWNLOAD)) ? [JAVA, OPENSSL] : [JAVA, OPENSSL, MAVEN];
  },

  install: (context) =>
    ensureDownload(context, DOWNLOAD, async (folder) => {
      await execute('mvn', [
        ...['-B', '-q', '-f', DOWNLOAD.pins, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DoutputDirectory=${path.join(folder, 'libs')}`],
      ]);
    }),

  async launch(context) {
    const folder = partFolder(context, 'kafka');
    const data = path.join(folder, 'data');
    const certificates = certificateFolder(context.folder);
    const properties = path.join(folder, 'server.properties');
    await mkdir(folder, { recursive: true });
    await ensureCertificates(certificates);
    await writeFile(properties, serverProperties({ ports: context.ports, data, certificates, bind: '127.0.0.1' }));
    await format(context, properties, data);
    return launch({
      command: 'java',
      args: ['-Xmx512m', '-XX:TieredStopAtLevel=1', ...javaArguments(context), 'kafka.Kafka', properties],
      cwd: folder,
      log: logFile(context.folder, 'kafka'),
      environment: context.environment,
    });
  },

  async healthy({ ports }) {
    const answers = await Promise.all([ports.kafka, ports.kafkaSasl].map((port) => converse(port, API_VERSIONS)));
    return answers.every((answer) => answer !== undefined && answer.length > 0);
  },
};

const javaArguments = (context: PartContext): string[] => [
  // The JVM and its native libraries would leave files in the system's temporary folder.
  '-XX:-UsePerfData',
  `-Djava.io.tmpdir=${partFolder(context, 'kafka')}`,
  // Warnings are enough: the broker's chatter at INFO hides them.
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server=info',
  '-cp',
  path.join(downloadFolder(context, DOWNLOAD), 'libs', '*'),
];

/** Once for a data folder; the mark is made last, so that a format that was cut off is made again. */
async function format(context: PartContext, properties: string, data: string): Promise<void> {
  const mark = path.join(partFolder(context, 'kafka'), 'formatted');
  const formatted = await access(mark).then(
    () => true,
    () => false,
  );
  if (formatted) return;
  context.report('formats its storage and makes its users', 'kafka');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  await execute('java', [
    ...javaArguments(context),
    ...['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties],
    ...scramArguments(),
  ]);
  await writeFile(mark, '');
}
