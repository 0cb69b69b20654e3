/** What a run of a clean-up keeps to. */
export interface CleanupLimits {
  /** Nothing more is begun after this time, epoch ms; the next run goes on. */
  deadline: number;
  /** Deletes nothing: the figures are those that a whole run would have. */
  dryRun?: boolean;
}
