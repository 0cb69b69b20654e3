/** What the dashboard and the policies are made from: the functions' own catalogue and rules. */
export interface Source {
  metrics: Record<string, { kind: string; help: string; labels: readonly string[] }>;
  rules: readonly {
    id: string;
    title: string;
    severity: 'warning' | 'critical';
    help: string;
    opensAt: number;
  }[];
  /** Where it is told what to do about an alert. */
  runbookOf: (alert: string) => string;
  thresholds: {
    latencyMs: Record<string, { p50: number; p95: number; p99: number }>;
    resources: Record<string, number>;
    alerts: Record<string, { opensAt: number; closesBelow: number }>;
  };
}
