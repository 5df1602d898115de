"""Collects figures and aims, and lays them out as a page."""


def _number(value):
    if isinstance(value, tuple):
        return " / ".join(map(_number, value))
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


class Figures:
    """What was measured, in the order in which it was."""

    def __init__(self):
        self._notes = []
        self._rows = []
        self._aims = []
        self._peak = []

    def note(self, text):
        self._notes.append(text)

    def note_once(self, text):
        if text not in self._notes:
            self._notes.append(text)

    def rate(self, name, rate, every):
        spread = f" ({_number(min(every))} to {_number(max(every))})" if len(every) > 1 else ""
        self._rows.append((name, f"{_number(rate)} rows/s{spread}"))

    def value(self, name, value, unit):
        self._rows.append((name, f"{_number(value)} {unit}".strip()))

    def ratio(self, name, ratio):
        self._rows.append((name, f"{ratio:.2f}"))

    def memory(self, name, peak_mb):
        """All runs together have one aim."""
        self._peak.append((peak_mb, name))

    def aim(self, name, ratio, at_least):
        self._aims.append((name, f"{ratio:.2f}", f"at least {at_least}", ratio >= at_least))

    def aim_below(self, name, value, limit, unit):
        self._aims.append((name, f"{_number(value)} {unit}", f"under {limit} {unit}", value < limit))

    def markdown(self):
        aims = list(self._aims)
        if self._peak:
            peak, name = max(self._peak)
            aims.append((f"peak memory of any run ({name})", f"{peak:.1f} MB", "under 64 MB", peak < 64))
        lines = ["# Figures", "", *(f"- {note}" for note in self._notes)]
        lines += ["", "| aim | measured | wanted | |", "| --- | --- | --- | --- |"] if aims else []
        lines += [f"| {name} | {value} | {wanted} | {'met' if met else '**missed**'} |" for name, value, wanted, met in aims]
        lines += ["", "| figure | value |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in self._rows]
        return "\n".join(lines) + "\n"
