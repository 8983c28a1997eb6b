"""What check-alerts, check-metrics and check-runbook share: the runbook's rows, a pod that is played, and metrics."""
