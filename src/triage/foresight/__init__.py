"""Early-warning models at work: trees of past incidents over what a watcher sees. Pure; fitted by `triage.training`."""
