"""The only place that wires: settings to adapters, adapters to use cases. A module imports what its command needs."""
