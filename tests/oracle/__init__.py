"""The oracle: a workload, faults, and the proof from the records alone. Shares no code with the engine."""
