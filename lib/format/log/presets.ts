import type { LogPreset } from '../options.ts';

/** How the lines of a log are written, and what its documents call the fields. */
export interface LogLayout {
  readonly names: readonly string[];
  /** Fewer fields than any version of the log ever had: the line is none of it. */
  readonly fewest: number;
  /** `fixed`: the names above. `directive`: a `#Fields:` line may give others. `first-line`: the first line may. */
  readonly naming: 'fixed' | 'directive' | 'first-line';
  readonly separator: 'space' | 'tab' | 'tab-or-space';
  /** Whether fields may stand in double quotes, and the time in square brackets. */
  readonly quotes: boolean;
  readonly brackets: boolean;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * The names are the documents' own, so that whoever reads those can write the query. S3's document has titles only
 * ("Bucket Owner"): there they are the column names of AWS's table definition for Athena.
 */
export const LOG_LAYOUTS: Readonly<Record<LogPreset, LogLayout>> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
  's3-access-log': {
    names: words(`
      bucketowner bucket_name requestdatetime remoteip requester requestid operation key request_uri httpstatus
      errorcode bytessent objectsize totaltime turnaroundtime referrer useragent versionid hostid sigv ciphersuite
      authtype endpoint tlsversion accesspointarn aclrequired sourceregion`),
    fewest: 17,
    naming: 'fixed',
    separator: 'space',
    quotes: true,
    brackets: true,
  },
  // https://cloud.tencent.com/document/product/436/16920 (the ninth field's spelling is the document's)
  'cos-access-log': {
    names: words(`
      eventVersion bucketName qcsRegion eventTime eventSource eventName remoteIp userSecretKeyId reservedFiled
      reqBytesSent deltaDataSize reqPath reqMethod userAgent resHttpCode resErrorCode resErrorMsg resBytesSent
      resTotalTime logSourceType storageClass accountId resTurnAroundTime requester requestId objectSize versionId
      targetStorageClass referer requestUri`),
    fewest: 20,
    naming: 'fixed',
    separator: 'tab-or-space',
    quotes: false,
    brackets: false,
  },
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
  cloudfront: {
    names: words(`
      date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent)
      cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken
      x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status
      fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len
      sc-range-start sc-range-end`),
    fewest: 12,
    naming: 'directive',
    separator: 'tab',
    quotes: false,
    brackets: false,
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
  alb: {
    names: words(`
      type time elb client:port target:port request_processing_time target_processing_time response_processing_time
      elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol
      target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time
      actions_executed redirect_url error_reason target:port_list target_status_code_list classification
      classification_reason conn_trace_id transformed_host transformed_uri request_transform_status`),
    fewest: 17,
    naming: 'fixed',
    separator: 'space',
    quotes: true,
    brackets: false,
  },
  // https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html (the default format, version 2)
  'vpc-flow': {
    names: words(`
      version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action
      log-status`),
    fewest: 1,
    naming: 'first-line',
    separator: 'space',
    quotes: false,
    brackets: false,
  },
};
