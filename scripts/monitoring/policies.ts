import type { Source } from './types.ts';

/**
 * Alert policies for Cloud Monitoring, by file name. Each rule's is made of the line that is logged
 * when its alert opens, so that it needs no Prometheus; the last ones watch what a dead schedule
 * could not tell.
 *
 * @see https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
 */
export const policiesOf = (source: Source): Record<string, object> =>
  Object.fromEntries(
    Object.entries(alertsOf(source)).map(([name, { title, severity, help, condition }]) => [
      name,
      policy(title, severity, `${help}\n\nWhat to do: ${source.runbookOf(name)}`, condition),
    ]),
  );

/** What a policy is of. */
interface PolicyAlert {
  title: string;
  severity: 'warning' | 'critical';
  help: string;
  condition: object;
}

function alertsOf({ rules, thresholds }: Source): Record<string, PolicyAlert> {
  const ofRules = rules.map(({ id, title, severity, help }): [string, PolicyAlert] => [
    id,
    {
      title: `Recado: ${title}`,
      severity,
      help,
      condition: {
        displayName: title,
        conditionMatchedLog: {
          filter: `resource.type="cloud_run_revision" AND jsonPayload.event="alert-open" AND jsonPayload.rule="${id}"`,
          labelExtractors: { subject: 'EXTRACT(jsonPayload.subjectId)' },
        },
      },
    },
  ]);
  const { alerts, resources } = thresholds;
  const errorShare = (alerts['errorPercent']?.opensAt ?? 5) / 100;
  return {
    ...Object.fromEntries(ofRules),
    'server-errors': {
      title: 'Recado: functions answer 5xx',
      severity: 'critical',
      help: 'Look at Error Reporting. This one does not depend on the monitoring schedule.',
      condition: promql(
        `sum by (service_name) (rate(run_googleapis_com:request_count{response_code_class="5xx"}[5m])) / sum by (service_name) (rate(run_googleapis_com:request_count[5m])) > ${errorShare}`,
        '300s',
      ),
    },
    memory: {
      title: 'Recado: a function is short of memory',
      severity: 'warning',
      help: 'Give it more memory in its options, or look for a leak with the load tests.',
      condition: promql(
        'histogram_quantile(0.99, sum by (service_name, le) (rate(run_googleapis_com:container_memory_utilizations_bucket[5m]))) > 0.9',
        '600s',
      ),
    },
    processor: {
      title: 'Recado: a function is short of processor',
      severity: 'warning',
      help: 'Lower its concurrency, or give it more.',
      condition: promql(
        `histogram_quantile(0.99, sum by (service_name, le) (rate(run_googleapis_com:container_cpu_utilizations_bucket[5m]))) > ${(resources['cpuPercent'] ?? 70) / 100}`,
        '900s',
      ),
    },
    'monitoring-silent': {
      title: 'Recado: the monitoring schedule does not run',
      severity: 'critical',
      help: 'Without it no other alert opens. Look at schedules-monitoring in Cloud Scheduler.',
      condition: promql(
        'absent_over_time(run_googleapis_com:request_count{service_name="schedules-monitoring",response_code_class="2xx"}[15m])',
        '60s',
      ),
    },
  };
}

const promql = (query: string, duration: string): object => ({
  displayName: query.slice(0, 80),
  conditionPrometheusQueryLanguage: { query, duration, evaluationInterval: '60s' },
});

function policy(
  displayName: string,
  severity: 'warning' | 'critical',
  content: string,
  condition: object,
): object {
  const isLog = 'conditionMatchedLog' in condition;
  return {
    displayName,
    severity: severity.toUpperCase(),
    combiner: 'OR',
    conditions: [condition],
    documentation: { content, mimeType: 'text/markdown' },
    alertStrategy: {
      ...(isLog ? { notificationRateLimit: { period: '300s' } } : {}),
      autoClose: '86400s',
    },
    userLabels: { app: 'recado' },
  };
}
